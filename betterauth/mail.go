package betterauth

import (
	"context"
	"log/slog"

	"github.com/better-auth-go/better-auth/internal/mailqueue"
)

// Message is a mail with the data that it is made of. A Mailer may send Subject and Text
// as they are, or write its own mail from the other fields.
type Message struct {
	// Kind names the purpose: "reset-password", "verify-email".
	Kind string
	// To is the address to send to.
	To string
	// User is the user whom the mail is about.
	User *User
	// URL is the link to follow, Token the secret in it. Both are "" for kinds
	// without a link.
	URL, Token string
	// Code is a one-time code to type in, "" for kinds without one.
	Code string
	// Data holds further values of a kind, such as "newEmail".
	Data map[string]string
	// Subject and Text are a complete mail in plain text.
	Subject, Text string
}

// Mailer delivers mail. It is called in the background, after the transaction that caused
// the mail has committed, by several goroutines at once. An error is logged. ctx ends
// after Config.MailTimeout.
type Mailer interface {
	Send(ctx context.Context, m *Message) error
}

// MailerFunc is a function that is a Mailer.
type MailerFunc func(ctx context.Context, m *Message) error

// Send implements Mailer.
func (f MailerFunc) Send(ctx context.Context, m *Message) error { return f(ctx, m) }

// startMail starts sending mail, where there is a Mailer.
func (a *Auth) startMail() {
	if a.cfg.Mailer == nil {
		return
	}
	a.mail = mailqueue.New(a.cfg.MailTimeout, a.log, func(kind string) {
		a.note(context.Background(), "mail was dropped", kind, Refusal{Reason: "its recipient gets too much mail",
			Configure: "if that much is meant, raise Config.MailLimit", Seen: []slog.Attr{slog.String("kind", kind)}})
	})
}

// Mail sends m in the background once the transaction in ctx has committed, and never if
// it is rolled back. Failures are logged. Without a Mailer nothing is sent; see
// Site.CanMail.
//
// A mail counts against Config.MailLimit, and is dropped if its address got too many. If
// a new code or link makes the one that was mailed before invalid, ask MayMail first.
func (h *Host) Mail(ctx context.Context, m *Message) {
	if h.auth.mail == nil {
		h.auth.note(ctx, "mail was not sent", m.Kind, Refusal{Reason: "there is no mailer", Configure: "set Config.Mailer",
			Seen: []slog.Attr{slog.String("kind", m.Kind), slog.String("plugin", h.plugin)}})
		return
	}
	waiting := mailqueue.Mail{Kind: m.Kind, May: h.mailMay(ctx, m.To), Send: func(ctx context.Context) error { return h.auth.cfg.Mailer.Send(ctx, m) }}
	h.AfterCommit(ctx, func(context.Context) error {
		if err := h.auth.mail.Add(waiting); err != nil {
			h.Logger().Error("mail could not be sent", "kind", m.Kind, "error", err)
		}
		return nil
	})
}

// FlushMail waits until every queued mail was sent or has failed, or until ctx ends. It
// is for tests, and for programs about to exit; Close does the same.
func (a *Auth) FlushMail(ctx context.Context) error {
	if a.mail == nil {
		return nil
	}
	return a.mail.Flush(ctx)
}
