package betterauth_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// Who is turned away by the core leaves a line that says why, and what to
// configure where that helps.
func TestRefusalsLeaveATrace(t *testing.T) {
	t.Parallel()
	const secret = "S3CRET-token-of-somebody"
	post := func(path, body string, header ...string) func(t *testing.T, k *plugintest.Kit) {
		return func(t *testing.T, k *plugintest.Kit) {
			c := k.SignedIn("alice@example.com")
			for i := 0; i < len(header); i += 2 {
				c.Header.Set(header[i], header[i+1])
			}
			c.Post(path, body)
		}
	}
	for name, test := range map[string]struct {
		options plugintest.Options
		resets  bool
		do      func(t *testing.T, k *plugintest.Kit)
		level   string
		want    []string
	}{
		"origin": {do: post("/sign-out", "{}", "Origin", "https://evil.example"), level: "WARN", want: []string{
			"code=INVALID_ORIGIN", "operation=signOut", "origin=https://evil.example", "trusted=[" + plugintest.BaseURL + "]", "Config.TrustedOrigins"}},
		"origin by Referer": {do: post("/sign-out", "{}", "Origin", "", "Referer", "https://evil.example/"+secret+"?token="+secret), level: "WARN",
			want: []string{"code=INVALID_ORIGIN", "origin=https://evil.example"}},
		"no origin": {do: post("/sign-out", "{}", "Origin", "null"), level: "WARN", want: []string{"MISSING_OR_NULL_ORIGIN", "Origin"}},
		"target of a redirect": {do: post("/sign-in/email", `{"email":"a@example.com","password":"`+secret+`","callbackURL":"https://evil.example/`+secret+`"}`),
			level: "WARN", want: []string{"INVALID_CALLBACK_URL", "origin=https://evil.example", "callbackURL leads"}},
		"body": {options: plugintest.Options{Config: betterauth.Config{BodyLimit: 64}}, do: post("/sign-in/email", `{"email":"`+strings.Repeat(secret, 9)+`"}`),
			level: "WARN", want: []string{"PAYLOAD_TOO_LARGE", "limit=64", "Config.BodyLimit", "operation=signInEmail"}},
		"host": {options: plugintest.Options{Config: betterauth.Config{DynamicBaseURL: &betterauth.DynamicBaseURL{AllowedHosts: []string{"tenant.example"}}}},
			do: func(t *testing.T, k *plugintest.Kit) { k.Client().Get("/ok") }, level: "WARN", want: []string{"INVALID_HOST", "host=example.com", "AllowedHosts"}},
		"limit": {options: plugintest.Options{RateLimited: true}, do: func(t *testing.T, k *plugintest.Kit) {
			for range 5 {
				k.Client().Post("/sign-in/email", map[string]any{"email": "a@example.com", "password": secret})
			}
		}, level: "DEBUG", want: []string{"status=429", "max=3", "too often"}},
		"limit behind a proxy": {options: plugintest.Options{RateLimited: true}, do: func(t *testing.T, k *plugintest.Kit) {
			c := k.Client()
			c.Header.Set("X-Forwarded-For", "192.0.2.7")
			for range 5 {
				c.Post("/sign-in/email", map[string]any{"email": "a@example.com", "password": secret})
			}
		}, level: "WARN", want: []string{"status=429", "Config.ClientIP.Headers"}},
		"no mailer": {options: plugintest.Options{NoMailer: true}, do: func(t *testing.T, k *plugintest.Kit) {
			k.Host.Mail(t.Context(), &betterauth.Message{Kind: "verify-email", To: "alice@example.com", Token: secret, Code: secret, URL: secret})
		}, level: "WARN", want: []string{"mail was not sent", "kind=verify-email", "Config.Mailer"}},
		"no mailer to reset a password with": {options: plugintest.Options{NoMailer: true}, resets: true,
			do: post("/request-password-reset", `{"email":"alice@example.com"}`), level: "WARN", want: []string{"RESET_PASSWORD_DISABLED", "no mailer", "Config.Mailer"}},
		"gate": {do: func(t *testing.T, k *plugintest.Kit) {
			k.SignedIn("mallory@example.com")
			if _, err := k.Users().Update(t.Context(), database.Set{"banned": true}, database.Eq("email", "mallory@example.com")); err != nil {
				t.Fatal(err)
			}
			k.Client().Post("/own/sign-in", "{}")
		}, level: "DEBUG", want: []string{"BANNED_USER", "gate ban of plugin admin", "operation=ownSignIn"}},
		"no route": {do: func(t *testing.T, k *plugintest.Kit) { k.Client().Get("/reset-password/" + secret + "/more") }, level: "DEBUG", want: []string{"no plugin has this route", "/reset-password/…"}},
		"method":   {do: func(t *testing.T, k *plugintest.Kit) { k.Client().Get("/reset-password") }, level: "DEBUG", want: []string{"another method", "method=GET", "serves=POST"}},
		"insecure page": {options: plugintest.Options{Config: betterauth.Config{BaseURL: "https://example.com", TrustedOrigins: []string{"http://example.com"}}},
			do: post("/own/sign-in", "{}", "Origin", "http://example.com"), level: "WARN", want: []string{"cookie is not kept", "drops a Secure cookie", "origin=http://example.com"}},
		"insecure base URL": {options: plugintest.Options{Config: betterauth.Config{BaseURL: "http://example.com", TrustedOrigins: []string{"https://example.com"}}},
			do: post("/own/sign-in", "{}", "Origin", "https://example.com"), level: "WARN", want: []string{"not Secure", "Config.BaseURL"}},
		"another site": {options: plugintest.Options{Config: betterauth.Config{TrustedOrigins: []string{"https://app.example"}, Cookies: betterauth.CookieConfig{AlwaysSecure: true}}},
			do: post("/own/sign-in", "{}", "Origin", "https://app.example", "Sec-Fetch-Site", "cross-site"), level: "WARN", want: []string{"another site", "Config.Cookies.SameSite"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := test.options
			o.Config.Password = fastPasswords
			o.Plugins = []betterauth.Plugin{emailpassword.New(emailpassword.Config{DisableReset: !test.resets}), admin.New(admin.Config{}), ownSignIn("mallory@example.com")}
			k := plugintest.NewWith(t, o)
			begun := len(k.Log.String())
			test.do(t, k)
			log := k.Log.String()[begun:]
			if strings.Contains(log, secret) {
				t.Errorf("a secret is in the log:\n%s", log)
			}
			for line := range strings.Lines(log) {
				found := strings.Contains(line, "level="+test.level)
				for _, want := range test.want {
					found = found && strings.Contains(line, want)
				}
				if found {
					return
				}
			}
			t.Errorf("no line at %s has all of %q:\n%s", test.level, test.want, log)
		})
	}
}

// ownSignIn is an operation at /own/sign-in that signs in the user with this
// address, who is created if need be.
func ownSignIn(email string) betterauth.Plugin { return &signingIn{email: email} }

type signingIn struct {
	email string
	users *database.Store[betterauth.User]
}

func (p *signingIn) Manifest() betterauth.Manifest {
	return betterauth.Manifest{ID: "own", Endpoints: []betterauth.Endpoint{betterauth.Handle(betterauth.Operation{
		ID: "ownSignIn", Method: http.MethodPost, Path: "/own/sign-in", Access: betterauth.Public, SignIn: betterauth.MakesSession,
	}, func(c *betterauth.Ctx, _ betterauth.None) (betterauth.Status, error) {
		user, err := p.users.Get(c, database.Eq("email", p.email))
		if errors.Is(err, database.ErrNotFound) {
			user = &betterauth.User{Name: "A", Email: p.email}
			err = p.users.Create(c, user)
		}
		if err != nil {
			return betterauth.Status{}, err
		}
		_, err = c.SignIn(user, betterauth.SignIn{Method: "own"})
		return betterauth.Status{Status: err == nil}, err
	})}}
}

func (p *signingIn) Init(_ context.Context, h *betterauth.Host) error {
	p.users = h.UserStore()
	return nil
}

// Whoever sends bad requests all day fills no log, and writes no lines of their own
// into it.
func TestRefusalsAreBounded(t *testing.T) {
	t.Parallel()
	k := plugintest.NewWith(t, plugintest.Options{})
	alice := k.SignedIn("alice@example.com")
	evil := "https://evil.example\u202e\x1b[2J" + strings.Repeat("x", 5000)
	alice.Header.Set("Origin", evil)
	begun := len(k.Log.String())
	for range 20 {
		alice.Post("/sign-out", "{}").WantError(betterauth.ErrInvalidOrigin)
	}
	log := k.Log.String()[begun:]
	if warned, all := strings.Count(log, "level=WARN"), strings.Count(log, "INVALID_ORIGIN"); warned != 1 || all != 20 {
		t.Errorf("%d of %d lines are warnings", warned, all)
	}
	for line := range strings.Lines(log) {
		if len(line) > 1500 || strings.ContainsAny(line, "\u202e\x1b") {
			t.Errorf("a line of %d bytes: %q", len(line), line)
		}
	}
	k.Clock.Advance(time.Minute)
	begun = len(k.Log.String())
	alice.Post("/sign-out", "{}")
	if log := k.Log.String()[begun:]; !strings.Contains(log, "level=WARN") || !strings.Contains(log, "more=19") {
		t.Errorf("a minute later:\n%s", log)
	}
}

// A plugin has the same: it says why, and what to configure, and the client learns
// neither.
func TestRefusalOfAPlugin(t *testing.T) {
	t.Parallel()
	broken := errors.New("of the cause")
	code := &betterauth.ErrorCode{Code: "DOOR_LOCKED", Message: "Locked", Status: http.StatusForbidden}
	refusal := code.Refuse(betterauth.Refusal{Reason: "the door is locked", Configure: "set Door.Open", Err: broken,
		Seen: []slog.Attr{slog.Int("door", 7), slog.Any("keys", []string{"a\nb", strings.Repeat("k", 999)}), slog.Any("odd", struct{ A string }{"x\ny"})}})
	if !errors.Is(refusal, code) || !errors.Is(refusal, broken) {
		t.Error("errors.Is")
	}
	k := plugintest.New(t, betterauth.Inline{ID: "door", Errors: []*betterauth.ErrorCode{code}, Endpoints: []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{ID: "open", Method: http.MethodPost, Path: "/open", Access: betterauth.Public},
			func(*betterauth.Ctx, betterauth.None) (betterauth.Status, error) {
				return betterauth.Status{}, errors.Join(refusal)
			}),
		betterauth.Handle(betterauth.Operation{ID: "page", Method: http.MethodGet, Path: "/page", Access: betterauth.Public},
			func(c *betterauth.Ctx, _ betterauth.None) (betterauth.Redirect, error) {
				c.LogRefusal(refusal)
				return betterauth.Redirect{URL: "/?error=locked"}, nil
			})}})
	k.Client().Post("/open", "{}").WantBody(http.StatusForbidden, `{"message":"Locked","code":"DOOR_LOCKED"}`)
	k.Client().Get("/page").WantRedirect("/?error=locked")
	log := k.Log.String()
	for _, want := range []string{`operation=open code=DOOR_LOCKED reason="the door is locked" error="of the cause" door=7`, `configure="set Door.Open"`, "operation=page"} {
		if !strings.Contains(log, want) {
			t.Errorf("%s is missing in\n%s", want, log)
		}
	}
	if strings.Contains(log, strings.Repeat("k", 201)) {
		t.Error("a long text is whole")
	}
}

// A failure says it too, though the client is not at fault.
func TestFailureSaysWhatToConfigure(t *testing.T) {
	t.Parallel()
	code := &betterauth.ErrorCode{Code: "DOOR_STUCK", Message: "Stuck", Status: http.StatusServiceUnavailable}
	k := plugintest.New(t, betterauth.Inline{ID: "door", Errors: []*betterauth.ErrorCode{code}, Endpoints: []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{ID: "open", Method: http.MethodPost, Path: "/open", Access: betterauth.Public},
			func(*betterauth.Ctx, betterauth.None) (betterauth.Status, error) {
				return betterauth.Status{}, code.Refuse(betterauth.Refusal{Reason: "the hinge is broken", Configure: "oil Door.Hinge",
					Err: errors.New("of the cause"), Seen: []slog.Attr{slog.String("hinge", strings.Repeat("h", 999))}})
			})}})
	k.Client().Post("/open", "{}").WantBody(http.StatusServiceUnavailable, `{"message":"Stuck","code":"DOOR_STUCK"}`)
	log := k.Log.String()
	for _, want := range []string{"level=ERROR", "operation=open", "of the cause", `reason="the hinge is broken"`, "hinge=hhh", `configure="oil Door.Hinge"`} {
		if !strings.Contains(log, want) {
			t.Errorf("%s is missing in\n%s", want, log)
		}
	}
	if strings.Contains(log, strings.Repeat("h", 201)) || strings.Count(log, "of the cause") != 1 {
		t.Errorf("a text is whole, or twice:\n%s", log)
	}
}

// One line says what was built.
func TestStartIsLogged(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		k := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})}})
		log := k.Log.String()
		for _, want := range []string{"level=INFO", "baseURL=" + plugintest.BaseURL, "path=/api/auth", "database=" + string(db.Engine()), "email-password"} {
			if strings.Count(log, "\n") != 1 || !strings.Contains(log, want) {
				t.Errorf("%s is missing in %s", want, log)
			}
		}
		if strings.Contains(log, plugintest.Secret) {
			t.Error("the secret is in the log")
		}
	})
}

// A user who makes their own session too large for the cookie cache fills no log
// either.
func TestSessionsThatAreTooLargeAreNotedOnce(t *testing.T) {
	t.Parallel()
	o := plugintest.Options{}
	o.Config.Session.CookieCache.Enabled = true
	k := plugintest.NewWith(t, o)
	c := k.SignedIn("alice@example.com")
	if _, err := k.Users().Update(t.Context(), database.Set{"name": strings.Repeat("long ", 80_000)}, database.Eq("email", "alice@example.com")); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		c.Get("/get-session?disableCookieCache=true").Want(http.StatusOK)
	}
	if n := strings.Count(k.Log.String(), "level=WARN msg=\"a session could not be cached\""); n != 1 {
		t.Errorf("%d warnings:\n%.900s", n, k.Log.String())
	}
	k.Clock.Advance(2 * time.Minute)
	c.Get("/get-session?disableCookieCache=true").Want(http.StatusOK)
	if !strings.Contains(k.Log.String(), "more=4") {
		t.Error("those that were left out are not counted")
	}
}

// What a refusal has seen is printable in any log, in one whose handler quotes
// nothing too.
func TestRefusalsArePrintable(t *testing.T) {
	t.Parallel()
	code := &betterauth.ErrorCode{Code: "DOOR_LOCKED", Message: "Locked", Status: http.StatusForbidden}
	var log strings.Builder
	raw := slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if list, ok := a.Value.Any().([]string); ok {
			a.Value = slog.StringValue(strings.Join(list, " "))
		}
		for _, r := range a.Value.String() {
			if !unicode.IsPrint(r) {
				t.Errorf("%s holds %q", a.Key, r)
			}
		}
		return a
	}})
	k := plugintest.NewWith(t, plugintest.Options{Config: betterauth.Config{Logger: slog.New(raw)}, Plugins: []betterauth.Plugin{
		betterauth.Inline{ID: "door", Errors: []*betterauth.ErrorCode{code}, Endpoints: []betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{ID: "open", Method: http.MethodPost, Path: "/open", Access: betterauth.Public},
				func(*betterauth.Ctx, betterauth.None) (betterauth.Status, error) {
					return betterauth.Status{}, code.Refuse(betterauth.Refusal{Reason: "the door is locked", Err: errors.New("of\ra cause"),
						Seen: []slog.Attr{slog.String("text", "a\nb\u202e\x1b[2J"), slog.Any("list", []string{"c\nd"}), slog.Any("odd", struct{ A string }{"e\nf"})}})
				})}}}})
	k.Client().Post("/open", "{}").Want(http.StatusForbidden)
	if !strings.Contains(log.String(), "a\ufffdb\ufffd\ufffd[2J") {
		t.Errorf("logged is\n%s", log.String())
	}
}
