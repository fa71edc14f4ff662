package lastlogin_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/lastlogin"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
	"github.com/better-auth-go/better-auth/plugins/username"
)

const name = lastlogin.DefaultCookieName

var ada = map[string]any{"name": "Ada", "email": "ada@example.com", "password": "password1234"}

// routes is a plugin whose operations sign a user in, by paths of plugins that exist
// elsewhere.
type routes struct {
	paths []string
	user  *betterauth.User
	host  *betterauth.Host
}

func (r *routes) Manifest() betterauth.Manifest {
	m := betterauth.Manifest{ID: "routes"}
	for _, path := range r.paths {
		m.Endpoints = append(m.Endpoints, betterauth.Handle(betterauth.Operation{
			ID: "at" + strings.NewReplacer("/", "_", ":", "_").Replace(path), Method: http.MethodPost, Path: path,
			Access: betterauth.Public, SignIn: betterauth.MakesSession, OptionalBody: true,
		}, func(c *betterauth.Ctx, _ betterauth.None) (betterauth.Status, error) {
			_, err := c.SignIn(r.user, betterauth.SignIn{Method: "routes"})
			return betterauth.Status{Status: true}, err
		}))
	}
	return m
}

func (r *routes) Init(_ context.Context, h *betterauth.Host) error { r.host = h; return nil }

// sessionAnswer is of what the session's answer says.
type sessionAnswer struct {
	User struct {
		LastLoginMethod string `json:"lastLoginMethod"`
	} `json:"user"`
}

// kit is an application with the plugin and passwords.
func kit(t *testing.T, cfg lastlogin.Config, o plugintest.Options) *plugintest.Kit {
	t.Helper()
	o.Config.Password.Hasher = plugintest.FastHasher{}
	o.Plugins = append(o.Plugins, emailpassword.New(emailpassword.Config{}), lastlogin.New(cfg))
	return plugintest.NewWith(t, o)
}

func TestNames(t *testing.T) {
	t.Parallel()
	paths := map[string]struct{ route, sent, method string }{
		"a provider":            {"/callback/:id", "/callback/github", "github"},
		"through a proxy":       {"/callback/:id/oauth-proxy", "/callback/gitlab/oauth-proxy", "gitlab"},
		"one tap":               {"/one-tap/callback", "", "google"},
		"Ethereum":              {"/siwe/verify", "", "siwe"},
		"a passkey":             {"/passkey/verify-authentication", "", "passkey"},
		"a link":                {"/magic-link/verify", "", "magic-link"},
		"a code":                {"/sign-in/email-otp", "", "email-otp"},
		"a name":                {"/sign-in/username", "", ""},
		"a second step":         {"/two-factor/verify-totp", "", ""},
		"something of somebody": {"/sign-in/ours", "", ""},
	}
	stub := &routes{}
	for _, row := range paths {
		stub.paths = append(stub.paths, row.route)
	}
	k := kit(t, lastlogin.Config{StoreInDatabase: true}, plugintest.Options{Plugins: []betterauth.Plugin{stub}})
	for what, row := range paths {
		stub.user = k.SignedIn(strings.ReplaceAll(what, " ", "-") + "@example.com").User
		c := k.Client()
		sent := row.sent
		if sent == "" {
			sent = row.route
		}
		c.Post(sent, nil).Want(http.StatusOK)
		if got := c.Cookie(name); got != row.method {
			t.Errorf("%s: the cookie is %q, not %q", what, got, row.method)
		}
		user, err := k.Users().Get(t.Context(), database.Eq("id", stub.user.ID))
		if err != nil {
			t.Fatal(err)
		}
		if got, stored := lastlogin.Method.Get(user); got != row.method || stored != (row.method != "") {
			t.Errorf("%s: the column is %q, %v", what, got, stored)
		}
	}
}

// The cookie is as the session's, except that the page reads it, and without a prefix.
func TestCookie(t *testing.T) {
	t.Parallel()
	secure := betterauth.Config{BaseURL: "https://app.example.com", Cookies: betterauth.CookieConfig{
		SameSite: "none", CrossSubDomain: betterauth.CrossSubDomainConfig{Enabled: true, Domain: "example.com"},
	}}
	for title, row := range map[string]struct {
		cfg  lastlogin.Config
		app  betterauth.Config
		name string
		age  int
	}{
		"as it comes":  {name: name, age: 30 * 24 * 3600},
		"secure":       {app: secure, name: name, age: 30 * 24 * 3600},
		"as one likes": {cfg: lastlogin.Config{CookieName: "last", MaxAge: time.Minute}, name: "last", age: 60},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			k := kit(t, row.cfg, plugintest.Options{Config: row.app})
			answer := k.Client().Post("/sign-up/email", ada).Want(http.StatusOK)
			session := "better-auth.session_token"
			if row.app.BaseURL != "" {
				session = "__Secure-" + session
			}
			got, like := answer.SetCookie(row.name), answer.SetCookie(session)
			if got == nil || like == nil {
				t.Fatalf("the cookies are %v", answer.Header["Set-Cookie"])
			}
			if got.Value != "email" || got.MaxAge != row.age || got.HttpOnly {
				t.Errorf("the cookie is %+v", got)
			}
			if got.Path != like.Path || got.Domain != like.Domain || got.Secure != like.Secure || got.SameSite != like.SameSite || !like.HttpOnly {
				t.Errorf("the cookie is %v, the session's %v", got, like)
			}
		})
	}
}

func TestOnlyWhoSignsIn(t *testing.T) {
	t.Parallel()
	k := kit(t, lastlogin.Config{StoreInDatabase: true}, plugintest.Options{Plugins: []betterauth.Plugin{username.New(username.Config{})}})
	c := k.Client()
	c.Post("/sign-up/email", ada).Want(http.StatusOK)
	for what, send := range map[string]func(c *plugintest.Client) *plugintest.Answer{
		"a wrong password": func(c *plugintest.Client) *plugintest.Answer {
			return c.Post("/sign-in/email", map[string]any{"email": ada["email"], "password": "not the password"}).Want(http.StatusUnauthorized)
		},
		"a session that is read": func(*plugintest.Client) *plugintest.Answer { return c.Get("/get-session").Want(http.StatusOK) },
		"signing out":            func(*plugintest.Client) *plugintest.Answer { return c.Post("/sign-out", nil).Want(http.StatusOK) },
	} {
		if ck := send(k.Client()).SetCookie(name); ck != nil {
			t.Errorf("%s sets %v", what, ck)
		}
	}
	if c.Cookie(name) != "email" {
		t.Error("signing out forgot the method")
	}
	// Nobody says it of themselves.
	c = k.Client()
	c.Post("/sign-up/email", map[string]any{"name": "B", "email": "b@example.com", "password": "password1234", "lastLoginMethod": "siwe"}).Want(http.StatusBadRequest)
}

// Where the second step follows, the first one names the method, and the second keeps
// it, in the cookie and in the column.
func TestSecondStep(t *testing.T) {
	t.Parallel()
	for _, order := range []string{"before", "after"} {
		second := twofactor.New(twofactor.Config{OTP: twofactor.OTPConfig{Enabled: true}})
		plugins := []betterauth.Plugin{second, emailpassword.New(emailpassword.Config{}), lastlogin.New(lastlogin.Config{StoreInDatabase: true})}
		if order == "after" {
			plugins[0], plugins[2] = plugins[2], plugins[0]
		}
		o := plugintest.Options{Plugins: plugins}
		o.Config.Password.Hasher = plugintest.FastHasher{}
		k := plugintest.NewWith(t, o)
		c := k.Client()
		c.Post("/sign-up/email", ada).Want(http.StatusOK)
		c.Post("/two-factor/enable", map[string]any{"password": ada["password"], "method": "otp"}).Want(http.StatusOK)
		if _, err := k.Users().Update(t.Context(), database.Set{"lastLoginMethod": nil}, database.Eq("email", ada["email"])); err != nil {
			t.Fatal(err)
		}

		c = k.Client()
		c.Post("/sign-in/email", map[string]any{"email": ada["email"], "password": ada["password"]}).Want(http.StatusOK)
		if c.Cookie("better-auth.session_token") != "" || c.Cookie(name) != "email" {
			t.Errorf("%s: after the first step the session is %q, the method %q", order, c.Cookie("better-auth.session_token"), c.Cookie(name))
		}
		c.Post("/two-factor/send-otp", nil).Want(http.StatusOK)
		var answer sessionAnswer
		c.Post("/two-factor/verify-otp", map[string]any{"code": k.Mail().Code}).Want(http.StatusOK)
		c.Get("/get-session").Want(http.StatusOK).Into(&answer)
		if c.Cookie(name) != "email" || answer.User.LastLoginMethod != "email" {
			t.Errorf("%s: after the second step the cookie is %q, the column %q", order, c.Cookie(name), answer.User.LastLoginMethod)
		}
	}
}

// A gate that refuses leaves nothing of the attempt, though it comes later.
func TestBanned(t *testing.T) {
	t.Parallel()
	stub := &routes{paths: []string{"/magic-link/verify"}}
	o := plugintest.Options{Plugins: []betterauth.Plugin{
		lastlogin.New(lastlogin.Config{StoreInDatabase: true}), emailpassword.New(emailpassword.Config{}), admin.New(admin.Config{}), stub,
	}}
	o.Config.Password.Hasher = plugintest.FastHasher{}
	k := plugintest.NewWith(t, o)
	k.Client().Post("/sign-up/email", ada).Want(http.StatusOK)
	user, err := k.Users().UpdateOne(t.Context(), database.Set{"banned": true}, database.Eq("email", ada["email"]))
	if err != nil {
		t.Fatal(err)
	}
	stub.user = user
	if ck := k.Client().Post("/magic-link/verify", nil).Want(http.StatusForbidden).SetCookie(name); ck != nil {
		t.Errorf("the refusal sets %v", ck)
	}
	if user, err = k.Users().Get(t.Context(), database.Eq("id", user.ID)); err != nil {
		t.Fatal(err)
	}
	if method, _ := lastlogin.Method.Get(user); method != "email" {
		t.Errorf("the refused attempt is recorded: %q", method)
	}
}

// A call in process has no path of its own that could name a provider.
func TestInProcess(t *testing.T) {
	t.Parallel()
	stub := &routes{paths: []string{"/callback/:id"}}
	k := kit(t, lastlogin.Config{StoreInDatabase: true}, plugintest.Options{Plugins: []betterauth.Plugin{stub}})
	stub.user = k.SignedIn("ada@example.com").User
	for _, r := range []*http.Request{nil, httptest.NewRequest(http.MethodPost, plugintest.BaseURL+"/old/login", nil)} {
		if _, err := betterauth.Call[betterauth.Status](t.Context(), k.Auth, "at_callback__id", betterauth.None{}, betterauth.CallOptions{Request: r}); err != nil {
			t.Fatal(err)
		}
		user, err := k.Users().Get(t.Context(), database.Eq("id", stub.user.ID))
		if err != nil {
			t.Fatal(err)
		}
		if method, stored := lastlogin.Method.Get(user); stored {
			t.Errorf("the method is %q", method)
		}
	}
}

func TestWithoutConsent(t *testing.T) {
	t.Parallel()
	failure := errors.New("the consent cannot be read")
	for title, row := range map[string]struct {
		store bool
		err   error
		set   bool
	}{
		"given": {store: true, set: true}, "not given": {}, "not known": {store: true, err: failure},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			asked := ""
			k := kit(t, lastlogin.Config{BeforeStoreCookie: func(_ *betterauth.Ctx, method string) (bool, error) {
				asked = method
				return row.store, row.err
			}}, plugintest.Options{})
			answer := k.Client().Post("/sign-up/email", ada).Want(http.StatusOK)
			if set := answer.SetCookie(name) != nil; set != row.set || asked != "email" {
				t.Errorf("asked for %q, set: %v", asked, set)
			}
			if logged := strings.Contains(k.Log.String(), failure.Error()); logged != (row.err != nil) {
				t.Errorf("logged: %v", logged)
			}
		})
	}
}

func TestOwnNames(t *testing.T) {
	t.Parallel()
	k := kit(t, lastlogin.Config{StoreInDatabase: true, Resolve: func(c *betterauth.Ctx) (string, bool) {
		switch c.Operation().Path {
		case "/sign-in/username":
			return "username", true
		case "/sign-up/email":
			return "", true
		}
		return "", false
	}}, plugintest.Options{
		Plugins: []betterauth.Plugin{username.New(username.Config{})},
		Config:  betterauth.Config{Session: betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: true}}}, // whose copy is right at once
	})
	c := k.Client()
	c.Post("/sign-up/email", map[string]any{"name": "Ada", "email": ada["email"], "password": ada["password"], "username": "ada_l"}).Want(http.StatusOK)
	if c.Cookie(name) != "" {
		t.Errorf("a sign-up without a method sets %q", c.Cookie(name))
	}
	for path, row := range map[string]struct{ member, value, method string }{
		"/sign-in/username": {"username", "ada_l", "username"}, "/sign-in/email": {"email", "ada@example.com", "email"},
	} {
		c = k.Client()
		c.Post(path, map[string]any{row.member: row.value, "password": ada["password"]}).Want(http.StatusOK)
		var answer sessionAnswer
		c.Get("/get-session").Want(http.StatusOK).Into(&answer)
		if c.Cookie(name) != row.method || answer.User.LastLoginMethod != row.method {
			t.Errorf("%s: the cookie is %q, the column %q", path, c.Cookie(name), answer.User.LastLoginMethod)
		}
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	for want, cfg := range map[string]lastlogin.Config{
		"MaxAge is -1s; use a second":          {MaxAge: -time.Second},
		"MaxAge is 1ms; use a second":          {MaxAge: time.Millisecond},
		"MaxAge is 9601h0m0s; use a second":    {MaxAge: 9601 * time.Hour},
		`CookieName is "a b", which is no nam`: {CookieName: "a b"},
	} {
		_, err := betterauth.New(betterauth.Config{BaseURL: plugintest.BaseURL, Secret: plugintest.Secret}).
			Database(plugintest.New(t).DB).Plugin(lastlogin.New(cfg)).Build(t.Context())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
}

// A user who cannot sign in yet has the column from the start.
func TestColumnAtSignUp(t *testing.T) {
	t.Parallel()
	k := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{
		emailpassword.New(emailpassword.Config{DisableAutoSignIn: true}), lastlogin.New(lastlogin.Config{StoreInDatabase: true}),
	}})
	answer := k.Client().Post("/sign-up/email", ada).Want(http.StatusOK)
	if ck := answer.SetCookie(name); ck != nil || !strings.Contains(string(answer.Body), `"lastLoginMethod":"email"`) {
		t.Errorf("the cookie is %v, the answer %s", ck, answer.Body)
	}
	made := k.SignedIn("made@example.com") // by Go code
	if method, stored := lastlogin.Method.Get(made.User); stored {
		t.Errorf("a user who was made otherwise has the method %q", method)
	}
}
