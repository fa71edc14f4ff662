package passkey_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

// A page may name the account otherwise, for people who have several. The name cannot
// mislead whoever reads it in their authenticator.
func TestNameThatAuthenticatorsShow(t *testing.T) {
	t.Parallel()
	alice := newKit(t, passkey.Config{}).SignedIn("alice@example.com")
	for name, want := range map[string]string{"": "alice@example.com", "Alice, at work": "Alice, at work"} {
		var options struct {
			User struct {
				Name        string `json:"name"`
				DisplayName string `json:"displayName"`
			} `json:"user"`
		}
		alice.Get(registerOptions + "?name=" + url.QueryEscape(name)).Want(http.StatusOK).Into(&options)
		if options.User.Name != want || options.User.DisplayName != "alice@example.com" {
			t.Errorf("%q: authenticators are told %+v", name, options.User)
		}
	}
	for _, bad := range []string{"a\u202eb", "a\x00b", strings.Repeat("x", 129)} {
		alice.Get(registerOptions + "?name=" + url.QueryEscape(bad)).WantError(betterauth.ErrValidation)
	}
}

// Browsers are told how a passkey is reached, where that is known: the TypeScript server
// stores none for an authenticator that names none.
func TestOptionsTellTransports(t *testing.T) {
	t.Parallel()
	kit := newKit(t, passkey.Config{})
	alice := kit.SignedIn("alice@example.com")
	register(t, alice, newAuthenticator(), passkeytest.CreateOptions{}).Want(http.StatusOK)
	for _, tt := range []struct {
		stored any
		want   string
	}{{"internal,hybrid", `"transports":["internal","hybrid"],"type":"public-key"}`}, {"", `","type":"public-key"}`}, {nil, `","type":"public-key"}`}} {
		if _, err := plugintest.StoreOf[passkey.Passkey](kit).Update(t.Context(), database.Set{"transports": tt.stored}, database.Eq("userId", alice.User.ID)); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{authenticateOptions, registerOptions} {
			if body := string(alice.Get(path).Want(http.StatusOK).Body); !strings.Contains(body, tt.want) {
				t.Errorf("%v: %s", tt.stored, body)
			}
		}
	}
}
