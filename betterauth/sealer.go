package betterauth

import (
	"io"

	"github.com/better-auth-go/better-auth/internal/secret"
)

// Sealer encrypts with a secret that servers share which have secrets of their own. Make
// one with Host.Sealer; it is safe for concurrent use.
type Sealer struct {
	ring   *secret.Ring
	random io.Reader
}

// Sealer makes a Sealer with a secret. Like the secret of Config it should be 32 random
// characters at least; it must not be empty.
func (h *Host) Sealer(shared string) (*Sealer, error) {
	ring, err := secret.NewRing(nil, shared)
	if err != nil {
		return nil, err
	}
	return &Sealer{ring, h.auth.cfg.Random}, nil
}

// EncryptFor is Host.EncryptFor with this secret.
func (s *Sealer) EncryptFor(purpose, text string) (string, error) {
	return s.ring.EncryptFor(s.random, purpose, text)
}

// DecryptFor is Host.DecryptFor with this secret.
func (s *Sealer) DecryptFor(purpose, sealed string) (string, error) {
	return s.ring.DecryptFor(purpose, sealed)
}
