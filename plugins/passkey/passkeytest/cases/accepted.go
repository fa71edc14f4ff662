package cases

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

// Accepted demands that a case did its work at a server that must accept it: a
// new passkey signs in, a sign-in made a session. It takes what [Play] returned.
func Accepted(t testing.TB, c Case, got Outcome, s *Scene) {
	t.Helper()
	if got.Status != http.StatusOK {
		t.Fatalf("%d %s, want 200", got.Status, got.body)
	}
	registered, signedIn := slices.Contains(got.Changed, "passkey"), slices.Contains(got.Changed, "session")
	switch {
	case c.Group == Registration:
		if !registered || signedIn {
			t.Errorf("it changed %v", got.Changed)
		}
		// Not usable is not accepted. The list was of another origin's app.
		if !strings.HasPrefix(c.Name, "origin: an app") {
			s.SignIn(s.Visitor(), s.Authenticator, passkeytest.GetOptions{})
		}
	case c.Group == Authentication && !signedIn:
		t.Errorf("no session; it changed %v", got.Changed)
	}
}
