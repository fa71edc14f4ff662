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
