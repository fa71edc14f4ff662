// Package devmail is mail for development: nothing is sent. Each message is
// printed, and kept in memory for a page where a developer finds the link to
// click.
//
//	inbox := devmail.New(devmail.Config{})
//	auth, err := betterauth.New(betterauth.Config{Mailer: inbox, …})
//	mux.Handle("/dev/mail", inbox)
//
// Never use it in production. It cannot tell whether it is: whoever reads its
// output or its page can reset anybody's password. The page answers only to
// the machine it runs on (see [Inbox.ServeHTTP]); what is printed has no such
// guard.
//
// Start with [New]: an [Inbox] is both the [betterauth.Mailer] and the page.
package devmail

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/better-auth-go/better-auth/betterauth"
)

const defaultKeep = 50

// Config says where messages go.
type Config struct {
	// Out is where each message is printed; io.Discard prints nothing. Default
	// os.Stdout.
	Out io.Writer
	// Keep is how many messages the page shows, the newest. Default 50.
	Keep int
	// Clock is the time. Default time.Now.
	Clock func() time.Time
}

// Mail is a message that was not sent.
type Mail struct {
	// At is when it was given to Send.
	At time.Time
	betterauth.Message
}

// Inbox is a betterauth.Mailer that sends nothing, and an http.Handler that
// shows what it was given. Safe for concurrent use.
type Inbox struct {
	cfg Config

	mu    sync.Mutex
	mails []Mail // oldest first
}

var _ betterauth.Mailer = (*Inbox)(nil)

// New returns an empty Inbox.
func New(cfg Config) *Inbox {
	if cfg.Out == nil {
		cfg.Out = os.Stdout
	}
	if cfg.Keep <= 0 {
		cfg.Keep = defaultKeep
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	return &Inbox{cfg: cfg}
}

// Send keeps m and prints it. The error is the writer's; m is kept even then.
func (in *Inbox) Send(_ context.Context, m *betterauth.Message) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	if len(in.mails) == in.cfg.Keep {
		in.mails = slices.Delete(in.mails, 0, 1)
	}
	in.mails = append(in.mails, Mail{At: in.cfg.Clock(), Message: *m})

	text := fmt.Sprintf("Mail (not sent): %s to %s\n", printable(m.Kind), printable(m.To))
	for _, secret := range []string{m.URL, m.Code} {
		if secret != "" {
			text += "  " + printable(secret) + "\n"
		}
	}
	_, err := io.WriteString(in.cfg.Out, text)
	return err
}

// Mails returns what is kept, newest first.
func (in *Inbox) Mails() []Mail {
	in.mu.Lock()
	defer in.mu.Unlock()
	mails := slices.Clone(in.mails)
	slices.Reverse(mails)
	return mails
}

// printable keeps an address somebody made up from steering the terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
