package betterauth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/better-auth-go/better-auth/internal/panics"
)

// Message is a mail to somebody, with what it is made of: a Mailer may send
// Subject and Text as they are, or write its own from the rest.
type Message struct {
	// Kind names the occasion: "reset-password", "verify-email".
	Kind string
	// To is the address.
	To string
	// User is whom it is about.
	User *User
	// URL is the link to follow, Token the secret in it. Both are "" for kinds
	// without a link.
	URL, Token string
	// Code is a one-time code to type in, "" for kinds without one.
	Code string
	// Data holds what else a kind has, such as "newEmail".
	Data map[string]string
	// Subject and Text are a complete mail in plain words.
	Subject, Text string
}

// Mailer delivers mail. It is called in the background, after the transaction
// that caused the mail is durable, by several goroutines at once; an error is
// logged. ctx ends after Config.MailTimeout.
type Mailer interface {
	Send(ctx context.Context, m *Message) error
}

// MailerFunc is a Mailer.
type MailerFunc func(ctx context.Context, m *Message) error

// Send implements Mailer.
func (f MailerFunc) Send(ctx context.Context, m *Message) error { return f(ctx, m) }

const (
	mailWorkers = 4
	mailQueue   = 1024
)

// waitingMail is a mail, and what is asked before it is sent: nil for nothing.
type waitingMail struct {
	*Message
	may func(context.Context) (bool, error)
}

// outbox sends mail in the background: nobody's answer waits for a mail server,
// and nobody sees that it failed.
type outbox struct {
	mailer  Mailer
	timeout time.Duration
	log     *slog.Logger
	note    func(kind string) // of mail that was dropped
	queue   chan waitingMail

	mu      sync.Mutex
	closed  bool
	pending sync.WaitGroup
}

func newOutbox(m Mailer, timeout time.Duration, log *slog.Logger, dropped func(kind string)) *outbox {
	if m == nil {
		return nil
	}
	o := &outbox{mailer: m, timeout: timeout, log: log, note: dropped, queue: make(chan waitingMail, mailQueue)}
	for range mailWorkers {
		go o.work()
	}
	return o
}

func (o *outbox) work() {
	for m := range o.queue {
		switch err := o.send(m); {
		case errors.Is(err, errMailLimit):
			o.note(m.Kind)
		case err != nil:
			o.log.Error("mail could not be sent", "kind", m.Kind, "error", err, panics.Stack(err))
		}
		o.pending.Done()
	}
}

func (o *outbox) send(m waitingMail) (err error) {
	defer panics.Recover(&err, "the mailer")
	ctx, cancel := context.WithTimeout(context.Background(), o.timeout)
	defer cancel()
	if m.may != nil {
		may, err := m.may(ctx)
		if err != nil {
			return err
		}
		if !may {
			return errMailLimit
		}
	}
	return o.mailer.Send(ctx, m.Message)
}

var errMailLimit = errors.New("its recipient gets too much mail")

var errMailClosed = errors.New("mail after Close")

var errMailQueueFull = errors.New("too much mail is waiting")

// add queues a mail. A queue that is full drops it: what it was about is
// stored, and can be asked for again.
func (o *outbox) add(m waitingMail) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return errMailClosed
	}
	o.pending.Add(1)
	select {
	case o.queue <- m:
		return nil
	default:
		o.pending.Done()
		return errMailQueueFull
	}
}

// flush waits until what is queued has been sent or given up.
func (o *outbox) flush(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		o.pending.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("mail is still waiting: %w", ctx.Err())
	}
}

func (o *outbox) close(ctx context.Context) error {
	o.mu.Lock()
	if !o.closed {
		o.closed = true
		close(o.queue)
	}
	o.mu.Unlock()
	return o.flush(ctx)
}

// CanMail reports whether the application has a Mailer.
func (h *Host) CanMail() bool { return h.auth.outbox != nil }

// Mail sends m in the background once the transaction in ctx is durable, and
// never if it is undone. Failures are logged. Without a Mailer nothing is sent;
// see CanMail.
//
// A mail counts against Config.MailLimit, and is dropped where there was too
// much for its address. Ask MayMail first, where a code or link that was mailed
// before no longer works after this one.
func (h *Host) Mail(ctx context.Context, m *Message) {
	if h.auth.outbox == nil {
		h.auth.note(ctx, "mail was not sent", m.Kind, Refusal{Reason: "there is no mailer", Configure: "set Config.Mailer",
			Seen: []slog.Attr{slog.String("kind", m.Kind), slog.String("plugin", h.plugin)}})
		return
	}
	waiting := waitingMail{m, h.mailMay(ctx, m.To)}
	h.AfterCommit(ctx, func(context.Context) error {
		if err := h.auth.outbox.add(waiting); err != nil {
			h.Logger().Error("mail could not be sent", "kind", m.Kind, "error", err)
		}
		return nil
	})
}

// FlushMail waits until all mail that is waiting has been sent or given up, or
// ctx ends: for tests, and before a program exits. Close does it too.
func (a *Auth) FlushMail(ctx context.Context) error {
	if a.outbox == nil {
		return nil
	}
	return a.outbox.flush(ctx)
}
