package passkey_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/bearer"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	registerOptions     = "/passkey/generate-register-options"
	verifyRegistration  = "/passkey/verify-registration"
	authenticateOptions = "/passkey/generate-authenticate-options"
	verifyAuthenticate  = "/passkey/verify-authentication"
)

func newKit(t testing.TB, cfg passkey.Config) *plugintest.Kit {
	t.Helper()
	return plugintest.New(t, passkey.New(cfg), bearer.New(bearer.Config{}))
}

func newAuthenticator() *passkeytest.Authenticator {
	return passkeytest.New(passkeytest.Options{Origin: plugintest.BaseURL, CountStep: 1})
}

type row struct {
	ID           string  `json:"id"`
	Name         *string `json:"name"`
	CredentialID string  `json:"credentialID"`
	Counter      int64   `json:"counter"`
	DeviceType   string  `json:"deviceType"`
	BackedUp     bool    `json:"backedUp"`
	Transports   string  `json:"transports"`
}

// register sends what the authenticator makes of the options.
func register(t *testing.T, c *plugintest.Client, a *passkeytest.Authenticator, o passkeytest.CreateOptions) *plugintest.Answer {
	t.Helper()
	response, err := a.Create(c.Get(registerOptions).Want(http.StatusOK).Body, o)
	if err != nil {
		t.Fatal(err)
	}
	return c.Post(verifyRegistration, map[string]any{"response": jsontext.Value(response), "name": " My key "})
}

func authenticate(t *testing.T, c *plugintest.Client, a *passkeytest.Authenticator, o passkeytest.GetOptions) *plugintest.Answer {
	t.Helper()
	return c.Post(verifyAuthenticate, map[string]any{"response": jsontext.Value(assert(t, c, a, o))})
}

func assert(t *testing.T, c *plugintest.Client, a *passkeytest.Authenticator, o passkeytest.GetOptions) []byte {
	t.Helper()
	response, err := a.Get(c.Post(authenticateOptions, nil).Want(http.StatusOK).Body, o)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

func list(t *testing.T, c *plugintest.Client) []row {
	t.Helper()
	var rows []row
	c.Get("/passkey/list-user-passkeys").Want(http.StatusOK).Into(&rows)
	return rows
}

func TestBothCeremonies(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		for _, alg := range []passkeytest.Algorithm{passkeytest.ES256, passkeytest.EdDSA, passkeytest.RS256} {
			kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{passkey.New(passkey.Config{})}})
			alice := kit.SignedIn(strings.ToLower(alg.String()) + "@example.com")
			a := newAuthenticator()
			var made row
			register(t, alice, a, passkeytest.CreateOptions{Algorithm: alg}).Want(http.StatusOK).Into(&made)
			if made.Name == nil || *made.Name != "My key" || made.DeviceType != "multiDevice" || !made.BackedUp || made.Transports != "internal,hybrid" {
				t.Errorf("%v: stored %+v", alg, made)
			}
			visitor := kit.Client()
			var id betterauth.Identity
			answer := authenticate(t, visitor, a, passkeytest.GetOptions{}).Want(http.StatusOK).Into(&id)
			if id.User.ID != alice.User.ID || id.Session.Token == "" || answer.SetCookie("better-auth.session_token") == nil {
				t.Errorf("%v: signed in as %+v", alg, id.User)
			}
			if rows := list(t, visitor); len(rows) != 1 || rows[0].Counter != made.Counter+1 {
				t.Errorf("%v: listed %+v", alg, rows)
			}
			// A second sign-in needs a second challenge and a higher counter.
			authenticate(t, kit.Client(), a, passkeytest.GetOptions{}).Want(http.StatusOK)
		}
	})
}

// The key is listed where the user is known, so a key without user handle works.
func TestSecurityKeyWithoutUserHandle(t *testing.T) {
	t.Parallel()
	kit := newKit(t, passkey.Config{})
	alice := kit.SignedIn("alice@example.com")
	a := passkeytest.New(passkeytest.Options{Origin: plugintest.BaseURL, NoResidentKeys: true, CountStep: 1, Algorithms: []passkeytest.Algorithm{passkeytest.ES256}})
	flags := passkeytest.UserPresent
	register(t, alice, a, passkeytest.CreateOptions{Flags: &flags}).Want(http.StatusOK)
	authenticate(t, alice, a, passkeytest.GetOptions{}).Want(http.StatusOK)
}

// A client that keeps no cookies completes both ceremonies with its token.
func TestWithoutCookieJar(t *testing.T) {
	t.Parallel()
	kit := newKit(t, passkey.Config{})
	token := kit.SignedIn("alice@example.com").Session.Token
	request := func(method, path string, body any) *plugintest.Answer {
		c := kit.Client() // a new jar each time
		c.Header = http.Header{"Authorization": {"Bearer " + token}}
		return c.Do(method, path, body)
	}
	a := newAuthenticator()
	response, err := a.Create(request(http.MethodGet, registerOptions, nil).Want(http.StatusOK).Body, passkeytest.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	request(http.MethodPost, verifyRegistration, map[string]any{"response": jsontext.Value(response)}).Want(http.StatusOK)
	token = ""
	response, err = a.Get(request(http.MethodPost, authenticateOptions, nil).Want(http.StatusOK).Body, passkeytest.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	in := map[string]any{"response": jsontext.Value(response)}
	answer := request(http.MethodPost, verifyAuthenticate, in).Want(http.StatusOK)
	if answer.Header.Get("Set-Auth-Token") == "" {
		t.Error("no token for a client without cookies")
	}
	request(http.MethodPost, verifyAuthenticate, in).WantError(passkey.ErrChallengeNotFound)
}

// A browser must bring back the cookie its challenge was bound to.
func TestChallengeIsBoundToTheBrowser(t *testing.T) {
	t.Parallel()
	kit := newKit(t, passkey.Config{})
	a := newAuthenticator()
	register(t, kit.SignedIn("alice@example.com"), a, passkeytest.CreateOptions{}).Want(http.StatusOK)
	browser := kit.Client()
	browser.Header.Set("Sec-Fetch-Site", "same-origin")
	stolen := map[string]any{"response": jsontext.Value(assert(t, browser, a, passkeytest.GetOptions{}))}
	kit.Client().Post(verifyAuthenticate, stolen).WantError(passkey.ErrChallengeNotFound)
	other := kit.Client()
	other.Header.Set("Sec-Fetch-Site", "same-origin")
	assert(t, other, a, passkeytest.GetOptions{})
	if status := other.Post(verifyAuthenticate, stolen).Status; status != http.StatusBadRequest {
		t.Errorf("another browser's challenge: %d, want 400", status)
	}
	browser.Post(verifyAuthenticate, stolen).Want(http.StatusOK)
}

func TestManagement(t *testing.T) {
	t.Parallel()
	kit := newKit(t, passkey.Config{AllowDeletingLast: true})
	alice, bob := kit.SignedIn("alice@example.com"), kit.SignedIn("bob@example.com")
	var made row
	register(t, alice, newAuthenticator(), passkeytest.CreateOptions{}).Want(http.StatusOK).Into(&made)

	for _, path := range []string{"/passkey/delete-passkey", "/passkey/update-passkey"} {
		in := map[string]any{"id": made.ID, "name": "Mine now"}
		kit.Client().Post(path, in).WantError(betterauth.ErrUnauthorized)
		bob.Post(path, in).WantError(passkey.ErrPasskeyMissing)
		in["id"] = "unknown"
		alice.Post(path, in).WantError(passkey.ErrPasskeyMissing)
	}
	if rows := list(t, bob); len(rows) != 0 {
		t.Errorf("bob sees %+v", rows)
	}
	for name, bad := range map[string]string{"long": strings.Repeat("x", 129), "control": "a\nb", "empty": "  ", "NUL": "a\x00b"} {
		if answer := alice.Post("/passkey/update-passkey", map[string]any{"id": made.ID, "name": bad}); answer.Status != http.StatusBadRequest || answer.Code() != "VALIDATION_ERROR" {
			t.Errorf("%s name: %d %s", name, answer.Status, answer.Body)
		}
	}
	// Characters that turn the direction of text show people another name.
	for _, turns := range "\u061c\u200e\u200f\u202a\u202e\u2066\u2069" {
		if answer := alice.Post("/passkey/update-passkey", map[string]any{"id": made.ID, "name": "a" + string(turns) + "b"}); answer.Status != http.StatusBadRequest || answer.Code() != "VALIDATION_ERROR" {
			t.Errorf("a name with %U: %d %s", turns, answer.Status, answer.Body)
		}
	}
	var renamed struct {
		Passkey row `json:"passkey"`
	}
	alice.Post("/passkey/update-passkey", map[string]any{"id": made.ID, "name": " Laptop "}).Want(http.StatusOK).Into(&renamed)
	if renamed.Passkey.Name == nil || *renamed.Passkey.Name != "Laptop" {
		t.Errorf("renamed to %+v", renamed)
	}
	if body := string(alice.Post("/passkey/delete-passkey", map[string]any{"id": made.ID}).Want(http.StatusOK).Body); body != `{"status":true}` {
		t.Errorf("delete: %s", body)
	}
	alice.Post("/passkey/delete-passkey", map[string]any{"id": made.ID}).WantError(passkey.ErrPasskeyMissing)
	if answer := alice.Post("/passkey/delete-passkey", map[string]any{"id": ""}); string(answer.Body) != `{"message":"Missing required parameter: id"}` {
		t.Errorf("empty id: %s", answer.Body)
	}
}

func TestLimitPerUser(t *testing.T) {
	t.Parallel()
	kit := newKit(t, passkey.Config{MaxPerUser: 2})
	alice := kit.SignedIn("alice@example.com")
	for range 2 {
		register(t, alice, newAuthenticator(), passkeytest.CreateOptions{}).Want(http.StatusOK)
	}
	register(t, alice, newAuthenticator(), passkeytest.CreateOptions{}).WantError(passkey.ErrTooMany)
}

func TestAccess(t *testing.T) {
	t.Parallel()
	kit := newKit(t, passkey.Config{})
	visitor := kit.Client()
	visitor.Get(registerOptions).WantError(betterauth.ErrUnauthorized)
	visitor.Post(verifyRegistration, map[string]any{"response": map[string]any{}}).WantError(betterauth.ErrUnauthorized)
	visitor.Get("/passkey/list-user-passkeys").WantError(betterauth.ErrUnauthorized)
	alice := kit.SignedIn("alice@example.com")
	kit.Clock.Advance(25 * time.Hour)
	alice.Get(registerOptions).WantError(betterauth.ErrSessionNotFresh)
	alice.Get("/passkey/list-user-passkeys").Want(http.StatusOK)
}

func TestVerificationSwitchedOff(t *testing.T) {
	t.Parallel()
	off := newKit(t, passkey.Config{DisableVerification: true})
	a := newAuthenticator()
	register(t, off.SignedIn("alice@example.com"), a, passkeytest.CreateOptions{}).WantError(passkey.ErrVerificationDisabled)
	off.Client().Post(verifyAuthenticate, map[string]any{"response": map[string]any{}}).WantError(passkey.ErrVerificationDisabled)
	off.SignedIn("bob@example.com").Post(verifyStepUp, map[string]any{"response": map[string]any{}}).WantError(passkey.ErrVerificationDisabled)

	insecure := newKit(t, passkey.Config{DisableVerification: true, AllowInsecureUnverifiedAssertion: true})
	alice := insecure.SignedIn("alice@example.com")
	register(t, alice, a, passkeytest.CreateOptions{}).Want(http.StatusOK)
	broken := passkeytest.GetOptions{Tamper: passkeytest.Tamper{Signature: func(sig []byte) []byte { return sig[:len(sig)-1] }}}
	authenticate(t, insecure.Client(), a, broken).Want(http.StatusOK)
	wrong := passkeytest.GetOptions{Tamper: passkeytest.Tamper{ClientData: func(m map[string]any) { m["challenge"] = "AAAA" }}}
	if status := authenticate(t, insecure.Client(), a, wrong).Status; status != http.StatusBadRequest {
		t.Errorf("a wrong challenge: %d", status)
	}
	unverified := passkeytest.UserPresent
	stepUp(t, alice, a, broken).Want(http.StatusOK)
	stepUp(t, alice, a, passkeytest.GetOptions{Flags: &unverified}).WantError(passkey.ErrInvalidResponse)
}
