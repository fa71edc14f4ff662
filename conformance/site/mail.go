package site

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/better-auth-go/better-auth/betterauth"
)

// mailbox keeps what the Auth sends, where the controls find it.
type mailbox struct {
	mu         sync.Mutex
	messages   []*betterauth.Message
	resetFails bool // the sender of password resets
}

var _ betterauth.Mailer = (*mailbox)(nil)

// Send implements betterauth.Mailer.
func (b *mailbox) Send(_ context.Context, m *betterauth.Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.resetFails && m.Kind == kindReset {
		return errors.New("the mail server is down")
	}
	b.messages = append(b.messages, m)
	return nil
}

// last is the newest message of a kind to an address, nil when there is none.
func (b *mailbox) last(kind, to string) *betterauth.Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range slices.Backward(b.messages) {
		if m.Kind == kind && strings.EqualFold(m.To, to) {
			return m
		}
	}
	return nil
}

func (b *mailbox) setResetFails(fails bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.resetFails = fails
}

func (b *mailbox) empty() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.messages, b.resetFails = nil, false
}
