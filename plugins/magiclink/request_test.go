package magiclink_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/magiclink"
)

func TestMessage(t *testing.T) {
	t.Parallel()
	kit := kitFor(t, magiclink.Config{}, plugintest.Options{Config: betterauth.Config{AppName: "Shop"}})
	m := ask(kit, map[string]any{"email": "Ann@Example.com", "name": "Mallory says hello", "callbackURL": "/a b~*?c=d&e", "newUserCallbackURL": "/new",
		"errorCallbackURL": "/oops", "metadata": map[string]any{"n": 1}})
	want := plugintest.BaseURL + "/api/auth/magic-link/verify?token=" + m.Token + "&callbackURL=%2Fa+b%7E*%3Fc%3Dd%26e&newUserCallbackURL=%2Fnew&errorCallbackURL=%2Foops"
	if m.URL != want {
		t.Errorf("link %s, want %s", m.URL, want)
	}
	if m.Kind != magiclink.Kind || m.To != "Ann@Example.com" || m.User.Email != m.To || m.Data["metadata"] != `{"n":1}` ||
		!strings.Contains(m.Subject, "Shop") || !strings.Contains(m.Text, m.URL) || strings.Contains(m.Text, "Mallory") {
		t.Errorf("mail %+v", m)
	}
	if !regexp.MustCompile(`^[a-zA-Z]{32}$`).MatchString(m.Token) {
		t.Errorf("token %q", m.Token)
	}
	if m := ask(kit, map[string]any{"email": "ann@example.com"}); !strings.HasSuffix(m.URL, "&callbackURL=%2F") || m.Data != nil {
		t.Errorf("link %s, data %v", m.URL, m.Data)
	}
}

// What is stored is what the reference stores: identifier, value, expiry.
func TestStoredToken(t *testing.T) {
	t.Parallel()
	hash := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return base64.RawURLEncoding.EncodeToString(sum[:])
	}
	for name, tt := range map[string]struct {
		cfg    magiclink.Config
		stored func(string) string
	}{
		"plain":  {magiclink.Config{}, func(s string) string { return s }},
		"hashed": {magiclink.Config{Hash: magiclink.SHA256}, hash},
		"own": {magiclink.Config{Hash: func(_ context.Context, s string) (string, error) { return "own:" + s, nil }},
			func(s string) string { return "own:" + s }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kit := kitFor(t, tt.cfg, plugintest.Options{})
			m := ask(kit, map[string]any{"email": "Ann@example.com", "name": `A "<b>"`})
			row, err := kit.Host.Verifications().Find(t.Context(), "magic-link:"+tt.stored(m.Token))
			if err != nil {
				t.Fatal(err)
			}
			// In lower case, so that what happens to the user finds it.
			if want := `{"type":"magic-link","email":"ann@example.com","name":"A \"<b>\""}`; row.Value != want {
				t.Errorf("value %s, want %s", row.Value, want)
			}
			if got := row.ExpiresAt.Sub(kit.Clock.Now()).Seconds(); got != 300 {
				t.Errorf("good for %v seconds", got)
			}
			kit.Client().Get(bare(m.Token)).Want(http.StatusOK)
		})
	}
}

// Known and unknown addresses are answered, and mailed to, alike.
func TestRequestTellsNothing(t *testing.T) {
	t.Parallel()
	kit := kitFor(t, magiclink.Config{DisableSignUp: true}, plugintest.Options{})
	kit.SignedIn("known@example.com")
	for _, email := range []string{"known@example.com", "unknown@example.com"} {
		ask(kit, map[string]any{"email": email})
	}
}

func TestRequestRefusals(t *testing.T) {
	t.Parallel()
	kit := kitFor(t, magiclink.Config{}, plugintest.Options{})
	post := func(body any) *plugintest.Answer { return kit.Client().Post("/sign-in/magic-link", body) }
	for _, body := range []string{`{}`, `{"email":"nope"}`, `{"email":1}`, `{"email":"a@b.com","name":1}`, `{"email":"a@b.com","metadata":[]}`, `{"email":"a@b.com","metadata":"x"}`} {
		post(body).WantError(betterauth.ErrValidation)
	}
	for _, body := range []string{`{"email":"a@b.com","email":"c@d.com"}`, "{\"email\":\"a@b.com\",\"name\":\"a\\u0000b\"}", `{`, `[]`} {
		if a := post(body); a.Status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", body, a.Status, a.Body)
		}
	}
	for member, code := range map[string]*betterauth.ErrorCode{"callbackURL": betterauth.ErrInvalidCallbackURL,
		"newUserCallbackURL": betterauth.ErrInvalidNewUserURL, "errorCallbackURL": betterauth.ErrInvalidErrorURL} {
		post(map[string]any{"email": "a@b.com", member: "https://evil.example"}).WantError(code)
	}
	foreign := kit.Client()
	foreign.Header = http.Header{"Origin": {"https://evil.example"}}
	foreign.Post("/sign-in/magic-link", map[string]any{"email": "a@b.com"}).WantError(betterauth.ErrInvalidOrigin)
	if n := len(kit.Mails()); n != 0 {
		t.Errorf("%d mails for refused requests", n)
	}
}

func TestRequestWithoutMailer(t *testing.T) {
	t.Parallel()
	_, err := plugintest.Build(t, plugintest.Options{NoMailer: true, Plugins: []betterauth.Plugin{magiclink.New(magiclink.Config{})}})
	if err == nil || !strings.Contains(err.Error(), "Config.Mailer") {
		t.Errorf("%v", err)
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	kit := kitFor(t, magiclink.Config{}, plugintest.Options{RateLimited: true})
	for range 5 {
		kit.Client().Get(bare("x")).Want(http.StatusFound)
	}
	kit.Client().Get(bare("x")).Want(http.StatusTooManyRequests)
}

func TestBuildRefusesBadConfig(t *testing.T) {
	t.Parallel()
	for _, cfg := range []magiclink.Config{{ExpiresIn: -1}} {
		if _, err := plugintest.Build(t, plugintest.Options{Plugins: []betterauth.Plugin{magiclink.New(cfg)}}); err == nil {
			t.Errorf("%+v builds", cfg)
		}
	}
	anyHost := betterauth.Config{DynamicBaseURL: &betterauth.DynamicBaseURL{}}
	if _, err := plugintest.Build(t, plugintest.Options{Config: anyHost, Plugins: []betterauth.Plugin{magiclink.New(magiclink.Config{})}}); err == nil {
		t.Error("links may lead to any host")
	}
}

// A function that stores all tokens as nothing would let any token in.
func TestHashThatReturnsNothing(t *testing.T) {
	t.Parallel()
	kit := kitFor(t, magiclink.Config{Hash: func(context.Context, string) (string, error) { return "", nil }}, plugintest.Options{})
	kit.Client().Post("/sign-in/magic-link", map[string]any{"email": "alice@example.com"}).Want(http.StatusInternalServerError)
	if answer := kit.Client().Get("/magic-link/verify?token=anything"); answer.SetCookie("better-auth.session_token") != nil {
		t.Errorf("%d %s, cookies %v", answer.Status, answer.Body, answer.Cookies)
	}
	if n, err := plugintest.StoreOf[betterauth.Session](kit).Count(t.Context()); n != 0 || err != nil {
		t.Errorf("%d sessions, %v", n, err)
	}
}
