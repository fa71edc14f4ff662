package emailpassword_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/go-json-experiment/json/jsontext"
)

func change(current, next string) map[string]any {
	return map[string]any{"currentPassword": current, "newPassword": next}
}

func changeAndRevoke(current, next string) map[string]any {
	in := change(current, next)
	in["revokeOtherSessions"] = true
	return in
}

// userOf is the user as get-session shows it.
func userOf(c *plugintest.Client) string {
	var session struct {
		User jsontext.Value `json:"user"`
	}
	c.Get("/get-session").Want(http.StatusOK).Into(&session)
	return string(session.User)
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit, _ := world(t, emailpassword.Config{}, plugintest.Options{DB: db})
		here, there := kit.Client(), kit.Client()
		here.Post("/sign-up/email", signUp("a@example.com")).Want(http.StatusOK)
		there.Post("/sign-in/email", signIn("a@example.com", "password1234")).Want(http.StatusOK)
		somebody := kit.SignedIn("b@example.com")
		user, token := userOf(here), here.Cookie("better-auth.session_token")

		answer := here.Post("/change-password", change("password1234", "password5678")).Want(http.StatusOK)
		wantBody(t, answer, `{"token":null,"user":`+user+`}`)
		if len(answer.Cookies) > 0 {
			t.Errorf("set %v", answer.Cookies)
		}
		there.Get("/list-sessions").Want(http.StatusOK)
		kit.Client().Post("/sign-in/email", signIn("a@example.com", "password1234")).WantError(emailpassword.ErrInvalidCredentials)

		before := here.Fork()
		answer = here.Post("/change-password", changeAndRevoke("password5678", "password1234")).Want(http.StatusOK)
		cookie := answer.SetCookie("better-auth.session_token")
		if cookie == nil || cookie.Value == token || cookie.MaxAge != 7*24*3600 || len(answer.Cookies) != 1 {
			t.Fatalf("set %v", answer.Cookies)
		}
		wantBody(t, answer, `{"token":"`+cookie.Value[:32]+`","user":`+user+`}`)
		here.Get("/list-sessions").Want(http.StatusOK)
		before.Get("/list-sessions").Want(http.StatusUnauthorized)
		there.Get("/list-sessions").Want(http.StatusUnauthorized)
		somebody.Get("/list-sessions").Want(http.StatusOK)
		kit.Client().Post("/sign-in/email", signIn("a@example.com", "password1234")).Want(http.StatusOK)
		if n, err := plugintest.StoreOf[betterauth.Account](kit).Count(t.Context()); n != 1 || err != nil {
			t.Errorf("%d accounts, %v", n, err)
		}
	})
}

// The session that asks to end the others is renewed: the same one, with another
// token, and fresh, since the password was given.
func TestChangePasswordRenewsTheSession(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit, _ := world(t, emailpassword.Config{}, plugintest.Options{DB: db})
		c := kit.Client()
		c.Post("/sign-up/email", signUp("a@example.com")).Want(http.StatusOK)
		kit.Client().Post("/sign-in/email", signIn("a@example.com", "password1234")).Want(http.StatusOK)
		old := sessionOf(t, kit, c)
		kit.Clock.Advance(3 * time.Hour)
		copied := c.Fork()
		c.Post("/change-password", changeAndRevoke("password1234", "password5678")).Want(http.StatusOK)
		renewed := sessionOf(t, kit, c)
		if renewed.ID != old.ID || renewed.Token == old.Token || !renewed.CreatedAt.Equal(kit.Clock.Now()) {
			t.Errorf("%+v became %+v", old, renewed)
		}
		copied.Get("/list-sessions").Want(http.StatusUnauthorized)
		if n, err := plugintest.StoreOf[betterauth.Session](kit).Count(t.Context()); n != 1 || err != nil {
			t.Errorf("%d sessions, %v", n, err)
		}
		c.Post("/change-password", change("password5678", "password1234")).Want(http.StatusOK)
		if now := sessionOf(t, kit, c); now.Token != renewed.Token {
			t.Error("the token changed without revokeOtherSessions")
		}
	})
}

// sessionOf is a browser's session as stored.
func sessionOf(t *testing.T, kit *plugintest.Kit, c *plugintest.Client) *betterauth.Session {
	t.Helper()
	session, err := plugintest.StoreOf[betterauth.Session](kit).Get(t.Context(), database.Eq("token", c.Cookie("better-auth.session_token")[:32]))
	if err != nil {
		t.Fatal(err)
	}
	return session
}

func TestChangePasswordErrors(t *testing.T) {
	t.Parallel()
	kit, _ := world(t, emailpassword.Config{}, plugintest.Options{})
	c := kit.Client()
	c.Post("/sign-up/email", signUp("a@example.com")).Want(http.StatusOK)
	wantBody(t, c.Post("/change-password", change("wrong-password", "password5678")).WantError(emailpassword.ErrInvalidPassword),
		`{"message":"Invalid password","code":"INVALID_PASSWORD"}`)
	wantBody(t, c.Post("/change-password", change("wrong-password", "1234567")).WantError(emailpassword.ErrPasswordTooShort),
		`{"message":"Password too short","code":"PASSWORD_TOO_SHORT"}`)
	wantBody(t, c.Post("/change-password", change("wrong-password", strings.Repeat("x", 129))).WantError(emailpassword.ErrPasswordTooLong),
		`{"message":"Password too long","code":"PASSWORD_TOO_LONG"}`)
	wantBody(t, c.Post("/change-password", map[string]any{"revokeOtherSessions": "yes"}).WantError(betterauth.ErrValidation),
		`{"message":"[body.newPassword] Invalid input: expected string, received undefined; [body.currentPassword] Invalid input: expected string, received undefined; `+
			`[body.revokeOtherSessions] Invalid input: expected boolean, received string","code":"VALIDATION_ERROR"}`)
	wantBody(t, kit.SignedIn("keys-only@example.com").Post("/change-password", change("password1234", "password5678")).WantError(emailpassword.ErrNoPassword),
		`{"message":"Credential account not found","code":"CREDENTIAL_ACCOUNT_NOT_FOUND"}`)
	wantBody(t, kit.Client().Post("/change-password", change("password1234", "password5678")).WantError(betterauth.ErrUnauthorized),
		`{"message":"Unauthorized","code":"UNAUTHORIZED"}`)
	kit.Client().Post("/sign-in/email", signIn("a@example.com", "password1234")).Want(http.StatusOK)
}

// A session that was ended elsewhere changes nothing, even where a cookie still
// vouches for it.
func TestCachedSessionChangesNoPassword(t *testing.T) {
	t.Parallel()
	kit, _ := world(t, emailpassword.Config{}, plugintest.Options{Config: betterauth.Config{Session: betterauth.SessionConfig{
		CookieCache: betterauth.CookieCacheConfig{Enabled: true}}}})
	c := kit.Client()
	c.Post("/sign-up/email", signUp("a@example.com")).Want(http.StatusOK)
	user, err := kit.Users().Get(t.Context(), database.Eq("email", "a@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kit.Host.Sessions().RevokeAll(t.Context(), user.ID); err != nil {
		t.Fatal(err)
	}
	cached := c.Fork()
	if body := string(cached.Get("/get-session").Body); !strings.Contains(body, "a@example.com") {
		t.Fatalf("the cookie says %s", body)
	}
	c.Fork().Post("/change-password", change("password1234", "password5678")).WantError(betterauth.ErrUnauthorized)
	c.Fork().Post("/verify-password", map[string]any{"password": "password1234"}).WantError(betterauth.ErrUnauthorized)
}

// "Don't remember me" outlives the session it was said of.
func TestChangedPasswordKeepsForgetting(t *testing.T) {
	t.Parallel()
	kit, _ := world(t, emailpassword.Config{}, plugintest.Options{})
	c := kit.Client()
	in := signUp("a@example.com")
	in["rememberMe"] = false
	c.Post("/sign-up/email", in).Want(http.StatusOK)
	answer := c.Post("/change-password", changeAndRevoke("password1234", "password5678")).Want(http.StatusOK)
	if cookie := answer.SetCookie("better-auth.session_token"); cookie == nil || cookie.MaxAge != 0 {
		t.Errorf("set %v", answer.Cookies)
	}
	// Nor does it live longer than it would have.
	if s := sessionOf(t, kit, c); !s.ExpiresAt.Equal(kit.Clock.Now().Add(24 * time.Hour)) {
		t.Errorf("the session lives until %v", s.ExpiresAt)
	}
}

// A gate that refuses to renew the session leaves the password and all sessions as
// they were. One that asks for more leaves the other sessions ended and the
// caller's as it was.
func TestGatesJudgeTheChange(t *testing.T) {
	t.Parallel()
	verdict := error(nil)
	gate := betterauth.Inline{ID: "gate", Gates: []betterauth.SessionGate{{Name: "g", Check: func(_ *betterauth.Ctx, a *betterauth.Attempt) error {
		if a.SignIn.Method == "change-password" {
			return verdict
		}
		return nil
	}}}}
	kit, _ := world(t, emailpassword.Config{}, plugintest.Options{Plugins: []betterauth.Plugin{gate}})
	c, other := kit.Client(), kit.Client()
	c.Post("/sign-up/email", signUp("a@example.com")).Want(http.StatusOK)
	other.Post("/sign-in/email", signIn("a@example.com", "password1234")).Want(http.StatusOK)
	verdict = &betterauth.ErrorCode{Code: "BANNED", Message: "no", Status: http.StatusForbidden}
	answer := c.Post("/change-password", changeAndRevoke("password1234", "password5678")).Want(http.StatusForbidden)
	if len(answer.Cookies) > 0 {
		t.Errorf("a refused change set %v", answer.Cookies)
	}
	c.Get("/list-sessions").Want(http.StatusOK)
	other.Get("/list-sessions").Want(http.StatusOK)
	c.Post("/verify-password", map[string]any{"password": "password1234"}).Want(http.StatusOK)

	verdict = betterauth.StepUp(map[string]any{"more": true})
	wantBody(t, c.Post("/change-password", changeAndRevoke("password1234", "password5678")).Want(http.StatusOK), `{"more":true}`)
	c.Get("/list-sessions").Want(http.StatusOK)
	other.Get("/list-sessions").Want(http.StatusUnauthorized)
	kit.Client().Post("/sign-in/email", signIn("a@example.com", "password5678")).Want(http.StatusOK)
}

func TestSetPassword(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit, _ := world(t, emailpassword.Config{}, plugintest.Options{DB: db})
		c := kit.SignedIn("keys-only@example.com")
		c.Post("/set-password", map[string]any{"newPassword": "password1234"}).WantBody(http.StatusNotFound, `{"message":"Not found","code":"NOT_FOUND"}`)
		set := func(session, password string) error {
			status, err := betterauth.Call[betterauth.Status](t.Context(), kit.Auth, emailpassword.SetPassword,
				emailpassword.SetPasswordInput{NewPassword: password}, betterauth.CallOptions{SessionToken: session})
			if err == nil && !status.Status {
				t.Error("no status")
			}
			return err
		}
		for _, refused := range []struct {
			session, password string
			want              error
		}{
			{"", "password1234", betterauth.ErrUnauthorized},
			{"unknown", "password1234", betterauth.ErrUnauthorized},
			{c.Session.Token, "1234567", emailpassword.ErrPasswordTooShort},
			{c.Session.Token, strings.Repeat("x", 129), emailpassword.ErrPasswordTooLong},
		} {
			if err := set(refused.session, refused.password); !errors.Is(err, refused.want) {
				t.Errorf("%+v: %v", refused, err)
			}
		}
		if err := set(c.Session.Token, "password1234"); err != nil {
			t.Fatal(err)
		}
		if err := set(c.Session.Token, "password5678"); !errors.Is(err, emailpassword.ErrPasswordSet) {
			t.Errorf("a second time: %v", err)
		}
		kit.Client().Post("/sign-in/email", signIn("keys-only@example.com", "password1234")).Want(http.StatusOK)
	})
}

func TestReplacePassword(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		plugin := emailpassword.New(emailpassword.Config{})
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{plugin},
			Config: betterauth.Config{Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}}}})
		user := kit.SignedIn("a@example.com").User
		replace := func(id, password string, want error) {
			t.Helper()
			if err := plugin.ReplacePassword(t.Context(), id, password); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", password, err, want)
			}
		}
		replace(user.ID, "1234567", emailpassword.ErrPasswordTooShort)
		replace("nobody", "password1234", emailpassword.ErrUserNotFound)
		replace(user.ID, "password1234", nil)
		kit.Client().Post("/sign-in/email", signIn("a@example.com", "password1234")).Want(http.StatusOK)
		replace(user.ID, "password5678", nil)
		kit.Client().Post("/sign-in/email", signIn("a@example.com", "password1234")).WantError(emailpassword.ErrInvalidCredentials)
		kit.Client().Post("/sign-in/email", signIn("a@example.com", "password5678")).Want(http.StatusOK)
	})
}

func TestVerifyPassword(t *testing.T) {
	t.Parallel()
	kit, _ := world(t, emailpassword.Config{}, plugintest.Options{})
	c := kit.Client()
	c.Post("/sign-up/email", signUp("a@example.com")).Want(http.StatusOK)
	right := map[string]any{"password": "password1234"}
	wantBody(t, c.Post("/verify-password", right).Want(http.StatusOK), `{"status":true}`)
	const invalid = `{"message":"Invalid password","code":"INVALID_PASSWORD"}`
	wantBody(t, c.Post("/verify-password", map[string]any{"password": "password5678"}).WantError(emailpassword.ErrInvalidPassword), invalid)
	wantBody(t, kit.SignedIn("keys-only@example.com").Post("/verify-password", right).WantError(emailpassword.ErrInvalidPassword), invalid)
	kit.Client().Post("/verify-password", right).WantError(betterauth.ErrUnauthorized)
	c.Post("/verify-password", map[string]any{}).WantError(betterauth.ErrValidation)
}

// Whoever has a session cannot try passwords faster than at sign-in.
func TestPasswordGuessesAreLimited(t *testing.T) {
	t.Parallel()
	kit, _ := world(t, emailpassword.Config{}, plugintest.Options{RateLimited: true})
	c := kit.SignedIn("a@example.com")
	for range 3 {
		c.Post("/verify-password", map[string]any{"password": "guess"}).WantError(emailpassword.ErrInvalidPassword)
		c.Post("/change-password", change("guess", "password5678")).WantError(emailpassword.ErrNoPassword)
		c.Post("/request-password-reset", map[string]any{"email": "a@example.com"}).Want(http.StatusOK)
	}
	c.Post("/verify-password", map[string]any{"password": "guess"}).Want(http.StatusTooManyRequests)
	c.Post("/change-password", change("guess", "password5678")).Want(http.StatusTooManyRequests)
	kit.Clock.Advance(11 * time.Second)
	c.Post("/verify-password", map[string]any{"password": "guess"}).WantError(emailpassword.ErrInvalidPassword)
	c.Post("/request-password-reset", map[string]any{"email": "a@example.com"}).Want(http.StatusTooManyRequests)
}
