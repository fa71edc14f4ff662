package plugintest

import (
	"context"
	"strings"
	"sync"

	"github.com/better-auth-go/better-auth/betterauth"
)

// outbox is the Mailer of a kit whose configuration has none.
type outbox struct {
	mu  sync.Mutex
	box []*betterauth.Message
}

// Send implements betterauth.Mailer.
func (o *outbox) Send(_ context.Context, m *betterauth.Message) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.box = append(o.box, m)
	return nil
}

func (o *outbox) take() []*betterauth.Message {
	o.mu.Lock()
	defer o.mu.Unlock()
	box := o.box
	o.box = nil
	return box
}

// Mails returns what was mailed since the last call, in the order it was sent.
// Without Options.Config.Mailer the kit keeps all mail; with one this is empty.
func (k *Kit) Mails() []*betterauth.Message {
	k.t.Helper()
	if err := k.Auth.FlushMail(k.t.Context()); err != nil {
		k.t.Fatalf("plugintest: %v", err)
	}
	return k.outbox.take()
}

// Mail returns the one mail since the last call of Mail or Mails, and fails the
// test if there were none or several.
func (k *Kit) Mail() *betterauth.Message {
	k.t.Helper()
	box := k.Mails()
	if len(box) != 1 {
		k.t.Fatalf("plugintest: %d mails, want one", len(box))
	}
	return box[0]
}

// Route returns the link of a mail as Client.Get takes it: without the base URL.
func (k *Kit) Route(m *betterauth.Message) string {
	return strings.TrimPrefix(m.URL, k.baseURL+k.Auth.BasePath())
}
