package emailverification_test

import (
	"context"
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
	"github.com/better-auth-go/better-auth/plugins/emailverification"
)

const (
	sessionCookie = "better-auth.session_token"
	verifiedBody  = `{"status":true,"user":null}`
)

func TestVerify(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, emailverification.Config{}, plugintest.Options{DB: db})
		s.CreateUser("a@example.com", false)
		link := s.link(claims{Email: "A@Example.com"})
		for range 2 { // twice is harmless
			answer := s.Client().Get(link)
			answer.WantBody(http.StatusOK, verifiedBody)
			if !s.User("a@example.com").EmailVerified || len(answer.Cookies) != 0 {
				t.Errorf("verified %v, cookies %v", s.User("a@example.com").EmailVerified, answer.Cookies)
			}
			s.Client().Get(link + "&callbackURL=%2Fhome%3Fa%3Db").WantRedirect("/home?a=b")
		}
	})
}

func TestLinkErrors(t *testing.T) {
	t.Parallel()
	s := newSite(t, emailverification.Config{}, plugintest.Options{Config: betterauth.Config{TrustedOrigins: []string{"https://app.example.com", "myapp://"}}})
	user, other := s.CreateUser("a@example.com", false), s.CreateUser("b@example.com", false)
	expired := s.token(claims{Email: user.Email}, time.Minute)
	s.Clock.Advance(2 * time.Minute)
	forged := expired[:len(expired)-2] + "AA"
	anonymous, someone := s.Client(), s.SignedInAs(other)
	for name, tt := range map[string]struct {
		client *plugintest.Client
		token  string
		want   string
	}{
		"expired":             {anonymous, expired, `{"message":"Token expired","code":"TOKEN_EXPIRED"}`},
		"forged":              {anonymous, forged, `{"message":"Invalid token","code":"INVALID_TOKEN"}`},
		"no token":            {anonymous, "abc", `{"message":"Invalid token","code":"INVALID_TOKEN"}`},
		"empty":               {anonymous, "", `{"message":"Invalid token","code":"INVALID_TOKEN"}`},
		"algorithm none":      {anonymous, "eyJhbGciOiJub25lIn0." + strings.Split(expired, ".")[1] + ".", `{"message":"Invalid token","code":"INVALID_TOKEN"}`},
		"no address":          {anonymous, s.token(struct{ Name string }{"x"}, time.Hour), `{"message":"Invalid token","code":"INVALID_TOKEN"}`},
		"bad address":         {anonymous, s.token(claims{Email: "nope"}, time.Hour), `{"message":"Invalid token","code":"INVALID_TOKEN"}`},
		"bad new address":     {anonymous, s.token(claims{Email: user.Email, UpdateTo: "nope"}, time.Hour), `{"message":"Invalid token","code":"INVALID_TOKEN"}`},
		"address of a number": {anonymous, s.token(map[string]int{"email": 1}, time.Hour), `{"message":"Invalid token","code":"INVALID_TOKEN"}`},
		"unknown":             {anonymous, s.token(claims{Email: "x@example.com"}, time.Hour), `{"message":"User not found","code":"USER_NOT_FOUND"}`},
		"unknown, confirm":    {anonymous, s.token(claims{"x@example.com", "y@example.com", "change-email-confirmation"}, time.Hour), `{"message":"User not found","code":"USER_NOT_FOUND"}`},
		"unknown, change":     {anonymous, s.token(claims{"x@example.com", "y@example.com", "change-email-verification"}, time.Hour), `{"message":"User not found","code":"USER_NOT_FOUND"}`},
		"unknown, legacy":     {anonymous, s.token(claims{"x@example.com", "y@example.com", ""}, time.Hour), `{"message":"User not found","code":"USER_NOT_FOUND"}`},
		"another, confirm":    {someone, s.token(claims{"a@example.com", "y@example.com", "change-email-confirmation"}, time.Hour), `{"message":"Invalid user","code":"INVALID_USER"}`},
		"another, change":     {someone, s.token(claims{"a@example.com", "y@example.com", "change-email-verification"}, time.Hour), `{"message":"Invalid user","code":"INVALID_USER"}`},
		"another, legacy":     {someone, s.token(claims{"a@example.com", "y@example.com", ""}, time.Hour), `{"message":"Invalid user","code":"INVALID_USER"}`},
	} {
		link := "/verify-email?token=" + url.QueryEscape(tt.token)
		tt.client.Get(link).WantBody(http.StatusUnauthorized, tt.want)
		code := strings.TrimSuffix(tt.want[strings.LastIndex(tt.want, `:"`)+2:], `"}`)
		for target, want := range map[string]string{
			"/x":                          "/x?error=" + code,
			"/x?":                         "/x?error=" + code,
			"/x?y=1":                      "/x?y=1&error=" + code,
			"/x?y=1&":                     "/x?y=1&error=" + code,
			"/x?y=http://z#part?two":      "/x?y=http://z&error=" + code + "#part?two",
			"/#":                          "/?error=" + code + "#",
			"https://app.example.com":     "https://app.example.com/?error=" + code,
			"https://app.example.com/a#b": "https://app.example.com/a?error=" + code + "#b",
			"myapp://verified":            "myapp://verified?error=" + code,
		} {
			answer := tt.client.Get(link + "&callbackURL=" + url.QueryEscape(target))
			if answer.WantRedirect(want); len(answer.Body) != 0 {
				t.Errorf("%s: body %s", name, answer.Body)
			}
		}
	}
	if s.User("a@example.com").EmailVerified || len(s.Mails()) != 0 {
		t.Error("a bad link had an effect")
	}
	anonymous.Get("/verify-email?token=abc&callbackURL=https%3A%2F%2Fevil.com").WantBody(http.StatusForbidden,
		`{"message":"Invalid callbackURL","code":"INVALID_CALLBACK_URL"}`)
	anonymous.Get("/verify-email").WantBody(http.StatusBadRequest,
		`{"message":"[query.token] Invalid input: expected string, received undefined","code":"VALIDATION_ERROR"}`)
}

// A link in a mail is followed from a page of somebody else, in a browser that
// may have no cookie of ours.
func TestLinkFromAnotherSite(t *testing.T) {
	t.Parallel()
	s := newSite(t, emailverification.Config{AutoSignInAfterVerification: true}, plugintest.Options{})
	c := s.SignedUpAs(s.CreateUser("a@example.com", false))
	c.Header = http.Header{"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"navigate"}, "Sec-Fetch-Dest": {"document"}, "Referer": {"https://mail.example/"}}
	c.Get(s.link(claims{Email: "a@example.com"})).WantBody(http.StatusOK, verifiedBody)
	c.Get("/list-sessions").Want(http.StatusOK)
}

func TestAutoSignIn(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, emailverification.Config{AutoSignInAfterVerification: true},
			plugintest.Options{DB: db, Config: betterauth.Config{Session: betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: true}}}})
		user := s.CreateUser("a@example.com", false)
		link := s.link(claims{Email: user.Email})
		c := s.SignedUpAs(user)
		c.Get(link + "&callbackURL=%2F").WantRedirect("/")
		var who struct {
			User struct {
				ID            string `json:"id"`
				EmailVerified bool   `json:"emailVerified"`
			} `json:"user"`
		}
		c.Get("/get-session").Into(&who)
		if who.User.ID != user.ID || !who.User.EmailVerified {
			t.Errorf("signed in as %+v", who)
		}
		// The link has done its work: whoever finds it is not signed in.
		if again := s.Client().Get(link).Want(http.StatusOK); len(again.Cookies) != 0 {
			t.Errorf("a used link set %v", again.Cookies)
		}

		// A session of the same user stays, and its cookies learn the news.
		c = s.SignedIn("b@example.com")
		token := c.Session.Token
		answer := c.Get(s.link(claims{Email: "b@example.com"})).Want(http.StatusOK)
		if ck := answer.SetCookie(sessionCookie); ck == nil || !strings.HasPrefix(ck.Value, token+".") {
			t.Errorf("session cookie %v", ck)
		}
		if c.Get("/get-session").Into(&who); !who.User.EmailVerified {
			t.Error("the cached session is stale")
		}
		if n, err := s.Host.Sessions().List(t.Context(), c.User.ID); len(n) != 1 || err != nil {
			t.Errorf("%d sessions, %v", len(n), err)
		}

		// Somebody else's session is replaced, in the browser that signed up alone.
		third := s.CreateUser("c@example.com", false)
		c = s.SignedUpAs(third)
		c.SetCookie(sessionCookie, token+"."+s.Host.Sign(token))
		c.Get(s.link(claims{Email: "c@example.com"})).Want(http.StatusOK)
		if c.Get("/get-session").Into(&who); who.User.ID != third.ID {
			t.Errorf("signed in as %+v", who)
		}
		if c.Cookie("better-auth.sign_up") != "" {
			t.Error("the browser still remembers that it signed up")
		}
		s.CreateUser("d@example.com", false)
		if answer := s.Client().Get(s.link(claims{Email: "d@example.com"})).WantBody(http.StatusOK, verifiedBody); len(answer.Cookies) != 0 || !s.User("d@example.com").EmailVerified {
			t.Errorf("a browser that did not sign up was given %v", answer.Cookies)
		}
	})
}

// Gates are asked; the address stays verified, since the link proved it.
func TestAutoSignInAsksGates(t *testing.T) {
	t.Parallel()
	banned := &betterauth.ErrorCode{Code: "BANNED", Message: "banned", Status: http.StatusForbidden}
	var asked string
	gate := betterauth.Inline{ID: "ban", Gates: []betterauth.SessionGate{{Name: "ban", Check: func(_ *betterauth.Ctx, a *betterauth.Attempt) error {
		asked = a.SignIn.Method
		if !a.User.EmailVerified {
			return errors.New("asked before the address was verified")
		}
		return banned
	}}}}
	s := newSite(t, emailverification.Config{AutoSignInAfterVerification: true}, plugintest.Options{Plugins: []betterauth.Plugin{gate}})
	c := s.SignedUpAs(s.CreateUser("a@example.com", false))
	answer := c.Get(s.link(claims{Email: "a@example.com"})).WantError(banned)
	if !s.User("a@example.com").EmailVerified || answer.SetCookie(sessionCookie) != nil || asked != "verify-email" {
		t.Errorf("verified %v, cookies %v, asked about %q", s.User("a@example.com").EmailVerified, answer.Cookies, asked)
	}
}

func TestHooks(t *testing.T) {
	t.Parallel()
	refused := &betterauth.ErrorCode{Code: "REFUSED", Message: "refused", Status: http.StatusForbidden}
	var before, after atomic.Int32
	var failBefore, failAfter atomic.Bool
	s := newSite(t, emailverification.Config{
		BeforeVerification: func(_ context.Context, u *betterauth.User) error {
			if before.Add(1); u.EmailVerified || failBefore.Load() {
				return refused
			}
			return nil
		},
		AfterVerification: func(_ context.Context, u *betterauth.User) error {
			if after.Add(1); !u.EmailVerified || failAfter.Load() {
				return refused
			}
			return nil
		},
	}, plugintest.Options{})
	s.CreateUser("a@example.com", false)
	link := s.link(claims{Email: "a@example.com"})
	check := func(wantBefore, wantAfter int32, verified bool) {
		t.Helper()
		if before.Load() != wantBefore || after.Load() != wantAfter || s.User("a@example.com").EmailVerified != verified {
			t.Errorf("before %d, after %d, verified %v", before.Load(), after.Load(), s.User("a@example.com").EmailVerified)
		}
	}
	failBefore.Store(true)
	s.Client().Get(link + "&callbackURL=%2F").WantError(refused)
	check(1, 0, false)
	failBefore.Store(false)
	failAfter.Store(true)
	s.Client().Get(link).WantError(refused)
	check(2, 1, false)
	failAfter.Store(false)
	s.Client().Get(link).Want(http.StatusOK)
	check(3, 2, true)
	s.Client().Get(link).Want(http.StatusOK)
	check(3, 2, true)
	s.SignedIn("a@example.com").Get(s.mailedChange("a@example.com", "b@example.com")).Want(http.StatusOK)
	if before.Load() != 3 || after.Load() != 3 {
		t.Errorf("a changed address: before %d, after %d", before.Load(), after.Load())
	}
	s.CreateUser("c@example.com", false)
	s.SignedIn("c@example.com").Get(s.mailedChange("c@example.com", "d@example.com")).Want(http.StatusOK)
	if before.Load() != 3 || after.Load() != 3 {
		t.Errorf("a changed address that nobody has proven: before %d, after %d", before.Load(), after.Load())
	}
}

// Of many clicks at once one verifies and signs in.
func TestClicksAtOnce(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var hooks atomic.Int32
		s := newSite(t, emailverification.Config{AutoSignInAfterVerification: true,
			BeforeVerification: func(context.Context, *betterauth.User) error {
				hooks.Add(1)
				time.Sleep(20 * time.Millisecond) // for the other clicks to come this far, if they may
				return nil
			}}, plugintest.Options{DB: db})
		user := s.CreateUser("a@example.com", false)
		link := s.link(claims{Email: user.Email})
		var wg sync.WaitGroup
		for range 16 {
			c := s.SignedUpAs(user)
			wg.Go(func() {
				if answer := c.Get(link); string(answer.Body) != verifiedBody {
					t.Errorf("%d %s", answer.Status, answer.Body)
				}
			})
		}
		wg.Wait()
		sessions, err := s.Host.Sessions().List(t.Context(), user.ID)
		if hooks.Load() != 1 || len(sessions) != 1 || err != nil {
			t.Errorf("%d hooks, %d sessions, %v", hooks.Load(), len(sessions), err)
		}
	})
}

// A database that fails is not an unknown user: no redirect says so.
func TestFailureIsNoAnswer(t *testing.T) {
	t.Parallel()
	s := newSite(t, emailverification.Config{}, plugintest.Options{})
	s.CreateUser("a@example.com", false)
	link := s.link(claims{Email: "a@example.com"})
	if _, err := s.DB.Conn(t.Context()).ExecContext(t.Context(), `drop table "user"`); err != nil {
		t.Fatal(err)
	}
	s.Client().Get(link + "&callbackURL=%2F").WantError(betterauth.ErrInternal)
	s.Client().Post("/send-verification-email", ask("a@example.com")).WantError(betterauth.ErrInternal)
}
