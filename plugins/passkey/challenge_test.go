package passkey_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/go-json-experiment/json/jsontext"
)

// An application that lets challenges be answered without their cookie says so, and
// then browsers may, too. A call in process has no browser to bind.
func TestUnboundChallenges(t *testing.T) {
	t.Parallel()
	for unbound, status := range map[bool]int{true: http.StatusOK, false: http.StatusBadRequest} {
		kit, a := newKit(t, passkey.Config{AllowUnboundChallenges: unbound}), newAuthenticator()
		register(t, kit.SignedIn("alice@example.com"), a, passkeytest.CreateOptions{}).Want(http.StatusOK)
		browser := kit.Client()
		browser.Header.Set("Sec-Fetch-Site", "same-origin")
		browser.SetCookie("other", "x")
		elsewhere := kit.Client() // which has no cookies
		if got := elsewhere.Post(verifyAuthenticate, map[string]any{"response": jsontext.Value(assert(t, browser, a, passkeytest.GetOptions{}))}); got.Status != status {
			t.Errorf("unbound %t: %d %s", unbound, got.Status, got.Body)
		}
	}
	kit, a := newKit(t, passkey.Config{}), newAuthenticator()
	register(t, kit.SignedIn("alice@example.com"), a, passkeytest.CreateOptions{}).Want(http.StatusOK)
	options, err := betterauth.Call[any](t.Context(), kit.Auth, "generatePasskeyAuthenticationOptions", betterauth.None{}, betterauth.CallOptions{})
	if err != nil {
		t.Fatal(err)
	}
	sent, err := json.Marshal(options)
	if err != nil {
		t.Fatal(err)
	}
	response, err := a.Get(sent, passkeytest.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	kit.Client().Post(verifyAuthenticate, map[string]any{"response": jsontext.Value(response)}).Want(http.StatusOK)
}

// An answer that cannot be read spends the challenge that the browser was bound to
// first, and nothing else that is stored.
func TestAnswerThatCannotBeRead(t *testing.T) {
	t.Parallel()
	const cookie = "better-auth.better-auth-passkey"
	kit, a := newKit(t, passkey.Config{}), newAuthenticator()
	register(t, kit.SignedIn("alice@example.com"), a, passkeytest.CreateOptions{}).Want(http.StatusOK)
	for _, value := range []string{"{}", "no JSON"} {
		if _, err := kit.Host.Verifications().Create(t.Context(), "other", value, time.Hour); err != nil {
			t.Fatal(err)
		}
		c := kit.Client()
		c.Header.Set("Sec-Fetch-Site", "same-origin")
		right := map[string]any{"response": jsontext.Value(assert(t, c, a, passkeytest.GetOptions{}))}
		own := cookie + "=" + c.Cookie(cookie)
		c.Header.Set("Cookie", own+"; "+cookie+"="+strings.NewReplacer("+", "%2B", "/", "%2F", "=", "%3D").Replace("other."+kit.Host.Sign("other")))
		c.ClearCookies()
		c.Post(verifyAuthenticate, map[string]any{"response": map[string]any{}}).WantError(passkey.ErrInvalidResponse)
		if _, err := kit.Host.Verifications().Find(t.Context(), "other"); err != nil {
			t.Errorf("%s: %v", value, err)
		}
		c.Post(verifyAuthenticate, right).WantError(passkey.ErrChallengeNotFound)
		if _, err := kit.Host.Verifications().Take(t.Context(), "other"); err != nil {
			t.Errorf("%s: %v", value, err)
		}
	}
}

// The log says whether the cookie of a challenge was missing, or what it names is gone.
func TestWhyAChallengeIsNotFound(t *testing.T) {
	t.Parallel()
	const missing, gone = "the cookie of the challenge did not come back", "the challenge was answered before, or its time is over"
	for name, tt := range map[string]struct {
		browser bool
		twice   bool // two cookies, of which the second is of the challenge
		want    string
	}{
		"late":                {browser: true, want: gone},
		"late, with two":      {browser: true, twice: true, want: gone},
		"late, and no cookie": {want: missing},
	} {
		kit, a := newKit(t, passkey.Config{}), newAuthenticator()
		register(t, kit.SignedIn("alice@example.com"), a, passkeytest.CreateOptions{}).Want(http.StatusOK)
		c := kit.Client()
		if tt.browser {
			c.Header.Set("Sec-Fetch-Site", "same-origin")
		}
		if tt.twice {
			c.Beside("better-auth.better-auth-passkey", "older."+kit.Host.Sign("older"))
		}
		in := map[string]any{"response": jsontext.Value(assert(t, c, a, passkeytest.GetOptions{}))}
		kit.Clock.Advance(time.Hour)
		if !tt.browser {
			c = kit.Client()
		}
		if answer := c.Post(verifyAuthenticate, in); answer.Status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
		}
		if log := kit.Log.String(); !strings.Contains(log, tt.want) {
			t.Errorf("%s: %s", name, log)
		}
	}
}
