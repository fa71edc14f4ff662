package plugintest

import "context"

// FastHasher keeps passwords readable, for tests that are about something else
// than hashing: Config.Password.Hasher.
type FastHasher struct{}

// Hash implements betterauth.Hasher.
func (FastHasher) Hash(_ context.Context, password string) (string, error) {
	return "fast:" + password, nil
}

// Verify implements betterauth.Hasher.
func (FastHasher) Verify(_ context.Context, password, stored string) (bool, error) {
	return stored == "fast:"+password, nil
}

// SlowHasher is a FastHasher that lets something happen between finding a
// password right or wrong and saying so: what another request does while a
// sign-in is under way. It is not for concurrent sign-ins.
type SlowHasher struct {
	FastHasher
	// Meanwhile is called by the next Verify, and then is nil again.
	Meanwhile func()
}

// Verify implements betterauth.Hasher.
func (h *SlowHasher) Verify(ctx context.Context, password, stored string) (bool, error) {
	ok, err := h.FastHasher.Verify(ctx, password, stored)
	if do := h.Meanwhile; do != nil {
		h.Meanwhile = nil
		do()
	}
	return ok, err
}
