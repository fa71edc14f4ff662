package passkey_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/go-json-experiment/json/jsontext"
)

// The challenge is the one that was answered, though the browser has other
// cookies of the name. It is spent; and what fits none of them spends one, too.
func TestChallengeBesideOtherCookies(t *testing.T) {
	t.Parallel()
	const cookie = "better-auth.better-auth-passkey"
	kit := newKit(t, passkey.Config{})
	a := newAuthenticator()
	register(t, kit.SignedIn("alice@example.com"), a, passkeytest.CreateOptions{}).Want(http.StatusOK)
	c := kit.Client()
	c.Header.Set("Sec-Fetch-Site", "same-origin")
	older := map[string]any{"response": jsontext.Value(assert(t, c, a, passkeytest.GetOptions{}))}
	stale, err := url.QueryUnescape(c.Cookie(cookie))
	if err != nil || stale == "" {
		t.Fatal(stale, err)
	}
	c.Beside(cookie, "x")
	c.Beside(cookie, stale)
	newer := map[string]any{"response": jsontext.Value(assert(t, c, a, passkeytest.GetOptions{}))}
	c.Post(verifyAuthenticate, newer).Want(http.StatusOK)
	if status := c.Post(verifyAuthenticate, newer).Status; status != http.StatusBadRequest {
		t.Errorf("a second time: %d", status)
	}
	other := kit.Client()
	other.Header.Set("Sec-Fetch-Site", "same-origin")
	other.SetCookie(cookie, stale)
	// That second try spent what its cookie named, as with one cookie.
	if status := other.Post(verifyAuthenticate, older).Status; status != http.StatusBadRequest {
		t.Errorf("the older: %d", status)
	}
}
