package magiclink_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/magiclink"
	"github.com/go-json-experiment/json/jsontext"
)

func TestSignUpOnFirstUse(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit := kitFor(t, magiclink.Config{}, plugintest.Options{DB: db})
		m := ask(kit, map[string]any{"email": "Ann@Example.com", "name": "Ann", "callbackURL": "/home", "newUserCallbackURL": "/welcome?x=a b"})
		c := kit.Client()
		c.Get(kit.Route(m)).WantRedirect(plugintest.BaseURL + "/welcome?x=a%20b")
		if c.Cookie("better-auth.session_token") == "" {
			t.Error("not signed in")
		}
		if u := kit.User("ann@example.com"); u.Name != "Ann" || !u.EmailVerified {
			t.Errorf("user %+v", u)
		}
		// The second time they are no longer new.
		m = ask(kit, map[string]any{"email": "ann@example.com", "callbackURL": "/home", "newUserCallbackURL": "/welcome"})
		kit.Client().Get(kit.Route(m)).WantRedirect(plugintest.BaseURL + "/home")
	})
}

func TestAnswerWithoutCallback(t *testing.T) {
	t.Parallel()
	kit := kitFor(t, magiclink.Config{}, plugintest.Options{})
	m := ask(kit, map[string]any{"email": "ann@example.com"})
	a := kit.Client().Get(bare(m.Token)).Want(http.StatusOK)
	var body map[string]jsontext.Value
	a.Into(&body)
	if !strings.HasPrefix(string(a.Body), `{"token":"`) || len(body) != 3 || body["user"] == nil || body["session"] == nil {
		t.Errorf("body %s", a.Body)
	}
	if !strings.Contains(string(body["user"]), `"name":""`) {
		t.Errorf("user %s", body["user"])
	}
	if a.Header.Get("Cache-Control") != "no-store" {
		t.Error("may be cached")
	}
}

// Of many who follow one link at once, one is signed in.
func TestLinkWorksOnce(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit := kitFor(t, magiclink.Config{}, plugintest.Options{DB: db})
		m := ask(kit, map[string]any{"email": "ann@example.com"})
		var won, lost atomic.Int32
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				switch a := kit.With(t).Client().Get(bare(m.Token)); {
				case a.Status == http.StatusOK:
					won.Add(1)
				case a.Header.Get("Location") == plugintest.BaseURL+"/?error=INVALID_TOKEN":
					lost.Add(1)
				default:
					t.Errorf("%d %s", a.Status, a.Body)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 || lost.Load() != 15 || sessions(t, kit, kit.User("ann@example.com").ID) != 1 {
			t.Errorf("%d won, %d lost", won.Load(), lost.Load())
		}
	})
}

// Links for one new address followed at once make one user, and all sign in.
func TestOneUserForManyLinks(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit := kitFor(t, magiclink.Config{}, plugintest.Options{DB: db})
		var wg sync.WaitGroup
		for range 8 {
			link := bare(ask(kit, map[string]any{"email": "ann@example.com"}).Token)
			wg.Go(func() { kit.With(t).Client().Get(link).Want(http.StatusOK) })
		}
		wg.Wait()
		if n := sessions(t, kit, kit.User("ann@example.com").ID); n != 8 {
			t.Errorf("%d sessions", n)
		}
	})
}

func TestLinkExpires(t *testing.T) {
	t.Parallel()
	kit := kitFor(t, magiclink.Config{ExpiresIn: time.Minute}, plugintest.Options{})
	m := ask(kit, map[string]any{"email": "ann@example.com"})
	kit.Clock.Advance(time.Minute)
	kit.Client().Get(bare(m.Token)).Want(http.StatusOK)
	m = ask(kit, map[string]any{"email": "ann@example.com"})
	kit.Clock.Advance(time.Minute + time.Millisecond)
	kit.Client().Get(bare(m.Token)).WantRedirect(plugintest.BaseURL + "/?error=INVALID_TOKEN")
}

func TestErrorsLeadBack(t *testing.T) {
	t.Parallel()
	kit := kitFor(t, magiclink.Config{DisableSignUp: true}, plugintest.Options{})
	follow := func(token string, targets ...string) *plugintest.Answer {
		query := url.Values{"token": {token}}
		for i := 0; i < len(targets); i += 2 {
			query.Set(targets[i], targets[i+1])
		}
		return kit.Client().Get("/magic-link/verify?" + query.Encode())
	}
	const base = plugintest.BaseURL
	follow("x").WantRedirect(base + "/?error=INVALID_TOKEN")
	follow("x", "callbackURL", "/home").WantRedirect(base + "/home?error=INVALID_TOKEN")
	follow("x", "callbackURL", "/home", "errorCallbackURL", "/oops?a=b c&error=old#top").WantRedirect(base + "/oops?a=b+c&error=INVALID_TOKEN#top")
	follow("", "callbackURL", "/home").WantRedirect(base + "/home?error=INVALID_TOKEN")
	follow("a\x00b", "callbackURL", "/home").WantError(betterauth.ErrValidation)
	follow(strings.Repeat("x", 4000), "callbackURL", "/home").WantRedirect(base + "/home?error=INVALID_TOKEN")
	m := ask(kit, map[string]any{"email": "nobody@example.com"})
	follow(m.Token, "callbackURL", "/home").WantRedirect(base + "/home?error=new_user_signup_disabled")
	if exists, err := kit.Users().Exists(t.Context(), database.Eq("email", "nobody@example.com")); exists || err != nil {
		t.Errorf("signed up: %v, %v", exists, err)
	}
	kit.Client().Get("/magic-link/verify").WantError(betterauth.ErrValidation)
}

// A link that would lead elsewhere is refused, and is still good.
func TestTargetsAreChecked(t *testing.T) {
	t.Parallel()
	kit := kitFor(t, magiclink.Config{}, plugintest.Options{})
	m := ask(kit, map[string]any{"email": "ann@example.com"})
	for _, name := range []string{"callbackURL", "newUserCallbackURL", "errorCallbackURL"} {
		for _, evil := range []string{"https://evil.example", "//evil.example", "/%2Fevil.example", "https%3A%2F%2Fevil.example", "/\\evil.example", "javascript:alert(1)", "/%zz%2F/evil"} {
			if a := kit.Client().Get(bare(m.Token) + "&" + name + "=" + url.QueryEscape(evil)); a.Status != http.StatusForbidden {
				t.Errorf("%s=%s: %d %s", name, evil, a.Status, a.Header.Get("Location"))
			}
		}
	}
	kit.Client().Get(bare(m.Token)).Want(http.StatusOK)
}

// Values of other plugins are none of this one's: they are neither believed nor
// used up.
func TestForeignValues(t *testing.T) {
	t.Parallel()
	kit := kitFor(t, magiclink.Config{}, plugintest.Options{})
	values := kit.Host.Verifications()
	for identifier, value := range map[string]string{"reset-password:x": "user-id", "sign-in-otp-a@b.com": "123456:0", "challenge": `{"expectedChallenge":"x"}`} {
		if _, err := values.Create(t.Context(), identifier, value, time.Minute); err != nil {
			t.Fatal(err)
		}
		kit.Client().Get(bare(identifier)).WantRedirect(plugintest.BaseURL + "/?error=INVALID_TOKEN")
		if _, err := values.Find(t.Context(), identifier); err != nil {
			t.Errorf("%s is gone: %v", identifier, err)
		}
	}
}

// A link that TypeScript 1.7.5 mailed works until it expires, once, and ends with
// what it must not outlive.
func TestLinksOfTypeScript175(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		for _, cfg := range []magiclink.Config{{}, {Hash: magiclink.SHA256}} {
			kit := kitFor(t, cfg, plugintest.Options{DB: db})
			mailed := func(token, value string) string {
				stored := token
				if cfg.Hash != nil {
					sum := sha256.Sum256([]byte(token))
					stored = base64.RawURLEncoding.EncodeToString(sum[:])
				}
				if _, err := kit.Host.Verifications().Create(t.Context(), stored, value, time.Minute); err != nil {
					t.Fatal(err)
				}
				return bare(token)
			}
			const gone = plugintest.BaseURL + "/?error=INVALID_TOKEN"
			link := mailed("aToken", `{"email":"Bob@example.com","name":"Bob"}`)
			kit.Client().Get(link).Want(http.StatusOK)
			if u := kit.User("bob@example.com"); !u.EmailVerified {
				t.Errorf("user %+v", u)
			}
			kit.Client().Get(link).WantRedirect(gone)
			// Nor is one as 1.7.5 did not write it.
			kit.Client().Get(mailed("other", `{"email":"bob@example.com","userId":"x"}`)).WantRedirect(gone)
			kit.Client().Get(mailed("magic-link:x", `{"type":"magic-link","email":"bob@example.com"}`)).WantRedirect(gone)

			ended := mailed("ended", `{"email":"bob@example.com"}`)
			if err := kit.Host.End(t.Context(), kit.User("bob@example.com").ID, betterauth.PasswordChanged); err != nil {
				t.Fatal(err)
			}
			kit.Client().Get(ended).WantRedirect(gone)
			late := mailed("late", `{"email":"bob@example.com"}`)
			kit.Clock.Advance(time.Minute + time.Millisecond)
			kit.Client().Get(late).WantRedirect(gone)
			if _, err := kit.Users().Delete(t.Context(), database.NotNull("id")); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// A target is decoded once, as the query it came in.
func TestTargetsAreDecodedOnce(t *testing.T) {
	t.Parallel()
	kit := kitFor(t, magiclink.Config{}, plugintest.Options{})
	for _, place := range []string{"/a?b=%2B", "/a?b=%26c", "/a%25zz", "/a?b=%23", "/a?b=%C3%A9#d", "/%E2%9C%93"} {
		m := ask(kit, map[string]any{"email": "ann@example.com", "callbackURL": place, "newUserCallbackURL": place})
		kit.Client().Get(kit.Route(m)).WantRedirect(plugintest.BaseURL + place)
	}
}

// Somebody who signed up with another's address keeps nothing when its owner
// comes: no password, no session.
func TestUnprovenAccessIsRevoked(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit := kitFor(t, magiclink.Config{}, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})},
			Config: betterauth.Config{Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}}}})
		attacker := kit.Client()
		attacker.Post("/sign-up/email", map[string]any{"name": "M", "email": "ann@example.com", "password": "password1234"}).Want(http.StatusOK)
		id := kit.User("ann@example.com").ID
		owner := kit.Client()
		owner.Get(bare(ask(kit, map[string]any{"email": "ann@example.com"}).Token)).Want(http.StatusOK)
		attacker.Get("/get-session").WantBody(http.StatusOK, "null")
		attacker.Post("/sign-in/email", map[string]any{"email": "ann@example.com", "password": "password1234"}).WantError(emailpassword.ErrInvalidCredentials)
		if u := kit.User("ann@example.com"); u.ID != id || !u.EmailVerified || sessions(t, kit, id) != 1 {
			t.Errorf("user %+v, %d sessions", u, sessions(t, kit, id))
		}
		// What its owner has is not touched the next time.
		kit.Client().Get(bare(ask(kit, map[string]any{"email": "ann@example.com"}).Token)).Want(http.StatusOK)
		if n := sessions(t, kit, id); n != 2 {
			t.Errorf("%d sessions", n)
		}
	})
}

var errBanned = &betterauth.ErrorCode{Code: "BANNED", Message: "You are banned", Status: http.StatusForbidden}

// A gate that refuses leaves nothing of the sign-in behind, and the link is used
// up all the same.
func TestGateRefuses(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		gate := betterauth.Inline{ID: "gate", Gates: []betterauth.SessionGate{{Name: "ban", Check: func(_ *betterauth.Ctx, a *betterauth.Attempt) error {
			if a.SignIn.Method != magiclink.ID || !a.SignIn.NewUser {
				t.Errorf("attempt %+v", a.SignIn)
			}
			return errBanned
		}}}}
		kit := kitFor(t, magiclink.Config{}, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{gate}})
		m := ask(kit, map[string]any{"email": "ann@example.com", "callbackURL": "/home"})
		a := kit.Client().Get(kit.Route(m)).WantError(errBanned)
		if len(a.Cookies) != 0 {
			t.Errorf("cookies %v", a.Cookies)
		}
		if n, err := kit.Users().Count(t.Context()); n != 0 || err != nil {
			t.Errorf("%d users, %v", n, err)
		}
		kit.Client().Get(kit.Route(m)).WantRedirect(plugintest.BaseURL + "/home?error=INVALID_TOKEN")
	})
}

// A hook that refuses the new user leads back with its reason; one that fails is
// a failure.
func TestHookRefusesUser(t *testing.T) {
	t.Parallel()
	var result error
	hook := betterauth.Inline{ID: "hook", RowHooks: []database.Hooks{
		database.RowHooks[betterauth.User]{BeforeCreate: func(context.Context, *betterauth.User) error { return result }}}}
	kit := kitFor(t, magiclink.Config{}, plugintest.Options{Plugins: []betterauth.Plugin{hook}})
	follow := func() *plugintest.Answer {
		return kit.Client().Get(kit.Route(ask(kit, map[string]any{"email": "ann@example.com", "callbackURL": "/home"})))
	}
	result = errBanned
	follow().WantRedirect(plugintest.BaseURL + "/home?error=BANNED&error_description=You+are+banned")
	result = errors.New("secret cause")
	if a := follow().WantError(betterauth.ErrInternal); strings.Contains(string(a.Body), "secret") {
		t.Errorf("body %s", a.Body)
	}
}
