package passkey_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/go-json-experiment/json/jsontext"
)

// Somebody who is signed in and asks for a session is answered their own, with another
// token.
func TestSessionOfWhoAddsAPasskey(t *testing.T) {
	t.Parallel()
	kit := newKit(t, passkey.Config{})
	alice, a := kit.SignedIn("alice@example.com"), newAuthenticator()
	response, err := a.Create(alice.Get(registerOptions).Want(http.StatusOK).Body, passkeytest.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var got created
	alice.Post(verifyRegistration, map[string]any{"response": jsontext.Value(response), "createSession": true}).Want(http.StatusOK).Into(&got)
	if got.Session == nil || got.User == nil || got.User.ID != alice.User.ID || got.Session.ID != alice.Session.ID || got.Session.Token == alice.Session.Token {
		t.Errorf("the answer has the session %+v of %+v", got.Session, got.User)
	}
}

// A name of nothing but spaces is none, so that a page can show another.
func TestNamesOfNothing(t *testing.T) {
	t.Parallel()
	alice := newKit(t, passkey.Config{}).SignedIn("alice@example.com")
	for _, name := range []string{"", "  "} {
		in := madeFor(t, alice, newAuthenticator(), "", passkeytest.CreateOptions{})
		in["name"] = name
		var made row
		if alice.Post(verifyRegistration, in).Want(http.StatusOK).Into(&made); made.Name != nil {
			t.Errorf("%q became the name %q", name, *made.Name)
		}
	}
}

// The hook may name a passkey that its user did not name.
func TestNameByTheHook(t *testing.T) {
	t.Parallel()
	for byHook, want := range map[string][2]string{"": {"My key", ""}, " By hook ": {"My key", "By hook"}} {
		kit := newKit(t, passkey.Config{Registration: passkey.Registration{AfterVerification: func(*betterauth.Ctx, passkey.VerifiedRegistration) (passkey.Override, error) {
			return passkey.Override{Name: byHook}, nil
		}}})
		alice := kit.SignedIn("alice@example.com")
		var named row
		register(t, alice, newAuthenticator(), passkeytest.CreateOptions{}).Want(http.StatusOK).Into(&named)
		response, err := newAuthenticator().Create(alice.Get(registerOptions).Want(http.StatusOK).Body, passkeytest.CreateOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var unnamed row
		alice.Post(verifyRegistration, map[string]any{"response": jsontext.Value(response)}).Want(http.StatusOK).Into(&unnamed)
		name := ""
		if unnamed.Name != nil {
			name = *unnamed.Name
		}
		if named.Name == nil || *named.Name != want[0] || name != want[1] {
			t.Errorf("%q: %v, %q", byHook, named.Name, name)
		}
	}
}

// Whoever comes too late for an address is remembered as refused, as by every other
// way to sign up, and nobody else is.
func TestTooLateForAnAddress(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		taken   bool
		fails   bool // for another reason
		refused int
	}{"taken meanwhile": {taken: true, refused: 1}, "signed up": {}, "refused by the hook": {fails: true}} {
		cfg := open(nil)
		cfg.Registration.AfterVerification = func(*betterauth.Ctx, passkey.VerifiedRegistration) (passkey.Override, error) {
			if tt.fails {
				return passkey.Override{}, betterauth.ErrForbidden
			}
			return passkey.Override{}, nil
		}
		kit := newKit(t, cfg)
		visitor := kit.Client()
		in := madeFor(t, visitor, newAuthenticator(), "ada@example.com", passkeytest.CreateOptions{})
		if tt.taken {
			kit.CreateUser("ada@example.com", false)
		}
		switch answer := visitor.Post(verifyRegistration, in); {
		case tt.taken:
			answer.WantError(passkey.ErrUserExists)
		case tt.fails:
			answer.WantError(betterauth.ErrForbidden)
		default:
			answer.Want(http.StatusOK)
		}
		if n := strings.Count(strings.Join(kit.Rows()["verification"], "\n"), "sign-up-refused-"); n != tt.refused {
			t.Errorf("%s: %d are remembered", name, n)
		}
	}
}
