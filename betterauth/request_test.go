package betterauth_test

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
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

type echoIn struct {
	Text  string             `json:"text"`
	Query *string            `query:"q"`
	Name  string             `path:"name"`
	Rest  betterauth.Members `json:"-" input:"rest"`
}

type echoOut struct {
	Text, Query, Name string
	Rest              int
	When              time.Time
}

var seen = betterauth.NewRequestValue[string]()

// probe is a plugin with one endpoint of each kind of answer.
func probe() betterauth.Inline {
	post := func(id, path string) betterauth.Operation {
		return betterauth.Operation{ID: id, Method: http.MethodPost, Path: path, Access: betterauth.Public}
	}
	get := func(id, path string) betterauth.Operation {
		return betterauth.Operation{ID: id, Method: http.MethodGet, Path: path, Access: betterauth.Public}
	}
	return betterauth.Inline{ID: "probe", Endpoints: []betterauth.Endpoint{
		betterauth.Handle(post("echo", "/echo/:name"), func(c *betterauth.Ctx, in echoIn) (echoOut, error) {
			out := echoOut{Text: in.Text, Name: in.Name, Rest: len(in.Rest), When: time.Date(2026, 1, 2, 3, 4, 5, 60_000_000, time.UTC)}
			if in.Query != nil {
				out.Query = *in.Query
			}
			if note, ok := seen.Get(c); ok {
				out.Text += note
			}
			return out, nil
		}),
		betterauth.Handle(get("panic", "/panic"), func(*betterauth.Ctx, betterauth.None) (betterauth.None, error) { panic("secret cause") }),
		betterauth.Handle(get("redirect", "/redirect"), func(c *betterauth.Ctx, _ betterauth.None) (betterauth.Redirect, error) {
			c.SetCookie(betterauth.Cookie{Key: "seen", Value: "yes"})
			return betterauth.Redirect{URL: "/there"}, nil
		}),
		betterauth.Handle(get("raw", "/raw"), func(*betterauth.Ctx, betterauth.None) (betterauth.Raw, error) {
			return betterauth.Raw{Status: http.StatusTeapot, Body: []byte("<&>")}, nil
		}),
		betterauth.Handle(get("none", "/none"), func(*betterauth.Ctx, betterauth.None) (betterauth.None, error) { return betterauth.None{}, nil }),
		betterauth.Handle(get("text", "/text"), func(*betterauth.Ctx, betterauth.None) (map[string]string, error) {
			return map[string]string{"t": "<&>\u2028é"}, nil
		}),
		betterauth.Handle(get("fails", "/fails"), func(c *betterauth.Ctx, _ betterauth.None) (betterauth.None, error) {
			c.Header().Set("X-Kept", "yes")
			return betterauth.None{}, errTeapot.Because(errors.New("secret cause"))
		}),
		betterauth.Handle(betterauth.Operation{ID: "hidden", Access: betterauth.ServerOnly}, func(*betterauth.Ctx, betterauth.None) (string, error) { return "inside", nil }),
	}}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, probe())
	c := kit.Client()
	tests := []struct {
		method, path      string
		body              any
		status            int
		want, contentType string
	}{
		{"POST", "/echo/a%2Fb?q=x", map[string]any{"text": "t", "more": 1}, 200, `{"Text":"t","Query":"x","Name":"a%2Fb","Rest":1,"When":"2026-01-02T03:04:05.060Z"}`, "application/json"},
		{"POST", "/echo/a", map[string]any{}, 400, `{"message":"[body.text] Invalid input: expected string, received undefined","code":"VALIDATION_ERROR"}`, "application/json"},
		{"POST", "/echo/a", `{bad`, 400, `{"message":"Invalid JSON in request body","code":"BAD_REQUEST"}`, "application/json"},
		{"POST", "/echo/a", `{"text":"a","text":"b"}`, 400, `{"message":"Invalid JSON in request body","code":"BAD_REQUEST"}`, "application/json"},
		{"POST", "/echo/a", "{\"text\":\"\xff\"}", 400, `{"message":"Invalid JSON in request body","code":"BAD_REQUEST"}`, "application/json"},
		{"GET", "/panic", nil, 500, `{"message":"Internal server error","code":"INTERNAL_SERVER_ERROR"}`, "application/json"},
		{"GET", "/redirect", nil, 302, ``, "application/json"},
		{"GET", "/raw", nil, 418, `<&>`, "text/plain"},
		{"GET", "/none", nil, 200, ``, "application/json"},
		{"GET", "/text", nil, 200, "{\"t\":\"<&>\u2028é\"}", "application/json"},
		{"GET", "/fails", nil, 418, `{"message":"I am a teapot","code":"TEAPOT"}`, "application/json"},
		{"GET", "/hidden", nil, 404, `{"message":"Not found","code":"NOT_FOUND"}`, "application/json"},
		{"GET", "/echo/a", nil, 404, `{"message":"Not found","code":"NOT_FOUND"}`, "application/json"},
		{"POST", "/echo/", nil, 404, `{"message":"Not found","code":"NOT_FOUND"}`, "application/json"},
		{"POST", "/echo/a/b", nil, 404, `{"message":"Not found","code":"NOT_FOUND"}`, "application/json"},
		{"GET", "/nowhere", nil, 404, `{"message":"Not found","code":"NOT_FOUND"}`, "application/json"},
		{"GET", "//ok", nil, 404, `{"message":"Not found","code":"NOT_FOUND"}`, "application/json"},
		{"GET", "/ok/", nil, 404, `{"message":"Not found","code":"NOT_FOUND"}`, "application/json"},
		{"HEAD", "/ok", nil, 200, ``, "application/json"},
		{"HEAD", "/fails", nil, 418, ``, "application/json"},
		{"HEAD", "/hidden", nil, 404, ``, "application/json"},
		{"HEAD", "/echo/a", nil, 404, ``, "application/json"},
		{"OPTIONS", "/ok", nil, 404, `{"message":"Not found","code":"NOT_FOUND"}`, "application/json"},
		{"GET", "/ok", nil, 200, `{"ok":true}`, "application/json"},
	}
	for _, tt := range tests {
		answer := c.Do(tt.method, tt.path, tt.body)
		if answer.Status != tt.status || string(answer.Body) != tt.want || answer.Header.Get("Content-Type") != tt.contentType {
			t.Errorf("%s %s: %d %q %s\nwant %d %q %s", tt.method, tt.path, answer.Status, answer.Header.Get("Content-Type"), answer.Body, tt.status, tt.contentType, tt.want)
		}
	}
	if h := c.Get("/fails").Header; h.Get("X-Kept") != "yes" {
		t.Error("a header set before the failure is lost")
	}
	if answer := c.Get("/redirect"); answer.Header.Get("Location") != "/there" || answer.SetCookie("better-auth.seen") == nil {
		t.Errorf("redirect: %v", answer.Header)
	}
	if out, err := betterauth.Call[string](t.Context(), kit.Auth, "hidden", nil, betterauth.CallOptions{}); out != "inside" || err != nil {
		t.Errorf("Call: %q, %v", out, err)
	}
	if log := kit.Log.String(); !strings.Contains(log, "secret cause") {
		t.Error("causes are not logged")
	}
}

// A body is JSON when it says so, and nothing else that has the word in its name.
func TestMediaTypes(t *testing.T) {
	t.Parallel()
	c := plugintest.New(t, probe()).Client()
	for media, status := range map[string]int{
		"application/json":                      200,
		"Application/JSON ; charset=utf-8":      200,
		"application/json-patch+json":           415,
		"application/json+text":                 415,
		"text/application/json":                 415,
		"text/plain; a=application/json":        415,
		"application/x-www-form-urlencoded":     415,
		"multipart/form-data; boundary=a":       415,
		"text/plain, application/json":          415,
		"application/vnd.api+application/json;": 415,
	} {
		c.Header = http.Header{"Content-Type": {media}}
		if answer := c.Post("/echo/a", `{"text":"t"}`); answer.Status != status {
			t.Errorf("%q: %d, want %d", media, answer.Status, status)
		}
	}
}

func TestHooksChangeInputAndAnswer(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, probe(), betterauth.Inline{ID: "hooks",
		Before: []betterauth.BeforeHook{
			betterauth.Before("echo", func(c *betterauth.Ctx, in *echoIn) error {
				in.Text = "changed"
				seen.Set(c, "!")
				return nil
			}),
			betterauth.Before("absent", func(*betterauth.Ctx, *echoIn) error { return nil }).IfPresent(),
		},
		After: []betterauth.AfterHook{
			betterauth.After("echo", func(_ *betterauth.Ctx, out *echoOut) error { out.Name = "hooked"; return nil }),
			betterauth.AfterMatch(func(op betterauth.Operation) bool { return op.ID == "fails" }, func(c *betterauth.Ctx, r *betterauth.Result) error {
				if !errors.Is(r.Err, errTeapot) {
					t.Errorf("result %v", r.Err)
				}
				r.Value, r.Err = map[string]bool{"mended": true}, nil
				return nil
			}),
		}})
	body := string(kit.Client().Post("/echo/x", map[string]any{"text": "t"}).Want(http.StatusOK).Body)
	if !strings.Contains(body, `"Text":"changed!"`) || !strings.Contains(body, `"Name":"hooked"`) {
		t.Errorf("answer %s", body)
	}
	if body := string(kit.Client().Get("/fails").Want(http.StatusOK).Body); body != `{"mended":true}` {
		t.Errorf("answer %s", body)
	}
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{Config: betterauth.Config{BodyLimit: 100}, Plugins: []betterauth.Plugin{probe()}})
	fits := `{"text":"` + strings.Repeat("x", 89) + `"}`
	kit.Client().Post("/echo/a", fits).Want(http.StatusOK)
	kit.Client().Post("/echo/a", fits+" ").WantError(betterauth.ErrBodyTooLarge)
}

func TestDisabledPaths(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{Config: betterauth.Config{DisabledPaths: []string{"/ok"}}})
	for _, path := range []string{"/ok", "/ok/"} {
		kit.Client().Get(path).WantError(betterauth.ErrNotFound)
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{RateLimited: true, Plugins: []betterauth.Plugin{
		emailpassword.New(emailpassword.Config{}),
		betterauth.Inline{ID: "narrow", Limits: []betterauth.RateLimit{betterauth.Limit("/error", betterauth.Rule{Window: time.Minute, Max: 1})}},
	}, Config: betterauth.Config{Password: fastPasswords, ClientIP: betterauth.ClientIPConfig{Headers: []string{"X-Real-IP"}}}})
	in := map[string]any{"email": "a@example.com", "password": "x"}
	c := kit.Client()
	c.Header.Set("X-Real-IP", "203.0.113.1")
	for range 3 {
		c.Post("/sign-in/email", in).Want(http.StatusUnauthorized)
	}
	answer := c.Post("/sign-in/email", in).Want(http.StatusTooManyRequests)
	if answer.Header.Get("X-Retry-After") != "10" || string(answer.Body) != `{"message":"Too many requests. Please try again later.","code":"TOO_MANY_REQUESTS"}` {
		t.Errorf("%v %s", answer.Header, answer.Body)
	}
	c.Get("/ok").Want(http.StatusOK)
	c.Get("/error").Want(http.StatusOK)
	c.Get("/error").Want(http.StatusTooManyRequests)
	c.Header.Set("X-Real-IP", "203.0.113.2")
	c.Post("/sign-in/email", in).Want(http.StatusUnauthorized)
	c.Header.Set("X-Real-IP", "203.0.113.1")
	kit.Clock.Advance(10 * time.Second)
	c.Post("/sign-in/email", in).Want(http.StatusUnauthorized)
}

func TestOrigins(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{
		Config:  betterauth.Config{Password: fastPasswords, TrustedOrigins: []string{"https://app.example.com", "https://*.wild.com"}},
		Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{}), probe(), betterauth.Inline{ID: "partner", TrustedOrigins: []string{"https://partner.example"}}},
	})
	kit.Client().Post("/sign-up/email", signUp).Want(http.StatusOK)
	in := map[string]any{"email": "a@example.com", "password": "password1234"}
	echo := map[string]any{"text": "t"}
	tests := map[string]struct {
		path    string
		body    map[string]any
		cookie  bool
		headers map[string]string
		want    *betterauth.ErrorCode
	}{
		"own origin":                   {"/echo/x", echo, true, map[string]string{"Origin": plugintest.BaseURL}, nil},
		"trusted":                      {"/echo/x", echo, true, map[string]string{"Origin": "https://app.example.com"}, nil},
		"wildcard":                     {"/echo/x", echo, true, map[string]string{"Origin": "https://a.b.wild.com"}, nil},
		"plugin's":                     {"/echo/x", echo, true, map[string]string{"Origin": "https://partner.example"}, nil},
		"referer":                      {"/echo/x", echo, true, map[string]string{"Referer": "https://app.example.com/page"}, nil},
		"foreign":                      {"/echo/x", echo, true, map[string]string{"Origin": "https://evil.example"}, betterauth.ErrInvalidOrigin},
		"none":                         {"/echo/x", echo, true, nil, betterauth.ErrMissingOrigin},
		"null":                         {"/echo/x", echo, true, map[string]string{"Origin": "null"}, betterauth.ErrMissingOrigin},
		"null from here":               {"/echo/x", echo, true, map[string]string{"Origin": "null", "Sec-Fetch-Site": "same-origin"}, nil},
		"no cookie, foreign":           {"/echo/x", echo, false, map[string]string{"Origin": "https://evil.example"}, nil},
		"sign-in from nowhere":         {"/sign-in/email", in, false, nil, nil},
		"sign-in from elsewhere":       {"/sign-in/email", in, false, map[string]string{"Origin": "https://evil.example"}, betterauth.ErrInvalidOrigin},
		"sign-in, browser, no origin":  {"/sign-in/email", in, false, map[string]string{"Sec-Fetch-Site": "same-origin"}, betterauth.ErrMissingOrigin},
		"sign-in by a form of another": {"/sign-in/email", in, false, map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Origin": "https://app.example.com"}, betterauth.ErrCrossSiteLogin},
		"sign-in by a server runtime":  {"/sign-in/email", in, false, map[string]string{"Sec-Fetch-Mode": "cors"}, nil},
		"callback elsewhere":           {"/echo/x", map[string]any{"text": "t", "callbackURL": "https://evil.example"}, false, nil, betterauth.ErrInvalidCallbackURL},
		"callback protocol relative":   {"/echo/x", map[string]any{"text": "t", "callbackURL": "//evil.example"}, false, nil, betterauth.ErrInvalidCallbackURL},
		"callback in the query":        {"/echo/x?callbackURL=https://evil.example", echo, false, nil, betterauth.ErrInvalidCallbackURL},
		"callback here":                {"/echo/x", map[string]any{"text": "t", "callbackURL": "/home?x=https://evil.example"}, false, nil, nil},
		"redirectTo elsewhere":         {"/echo/x", map[string]any{"text": "t", "redirectTo": "https://evil.example"}, false, nil, betterauth.ErrInvalidRedirectURL},
		"errorCallbackURL elsewhere":   {"/echo/x", map[string]any{"text": "t", "errorCallbackURL": "https://evil.example"}, false, nil, betterauth.ErrInvalidErrorURL},
		"newUserCallbackURL elsewhere": {"/echo/x", map[string]any{"text": "t", "newUserCallbackURL": "https://evil.example"}, false, nil, betterauth.ErrInvalidNewUserURL},
	}
	for name, tt := range tests {
		c := kit.Client()
		c.Header = http.Header{}
		if tt.cookie {
			c.SetCookie("a", "b")
		}
		for k, v := range tt.headers {
			c.Header.Set(k, v)
		}
		answer := c.Post(tt.path, tt.body)
		if tt.want == nil && answer.Status != http.StatusOK || tt.want != nil && answer.Code() != tt.want.Code {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
		}
	}
}

func TestDynamicBaseURL(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{Config: betterauth.Config{
		TrustProxyHeaders: true,
		DynamicBaseURL:    &betterauth.DynamicBaseURL{AllowedHosts: []string{"example.com", "*.example.org", "localhost:*"}},
	}, Plugins: []betterauth.Plugin{betterauth.Inline{ID: "where", Endpoints: []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{ID: "where", Method: http.MethodGet, Path: "/where", Access: betterauth.Public},
			func(c *betterauth.Ctx, _ betterauth.None) (string, error) { return c.BaseURL(), nil })}}}})
	for host, tt := range map[string]struct{ forwarded, proto, want string }{
		"example.com":    {"", "", `"https://example.com/api/auth"`},
		"localhost:3000": {"", "", `"http://localhost:3000/api/auth"`},
		"evil.example":   {"", "", ""},
		"internal":       {"a.example.org", "https", `"https://a.example.org/api/auth"`},
		"internal2":      {"evil.example", "https", ""},
	} {
		r := httptest.NewRequest(http.MethodGet, "/api/auth/where", nil)
		r.Host = host
		if tt.forwarded != "" {
			r.Header.Set("X-Forwarded-Host", tt.forwarded)
			r.Header.Set("X-Forwarded-Proto", tt.proto)
		}
		w := httptest.NewRecorder()
		kit.Auth.ServeHTTP(w, r)
		if got := w.Body.String(); tt.want != "" && got != tt.want || tt.want == "" && w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d %s, want %s", host, w.Code, got, tt.want)
		}
	}
}

// A transaction that fails takes its session's cookies with it.
func TestTransactionCoversCookies(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, betterauth.Inline{ID: "tx", Endpoints: []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{ID: "tx", Method: http.MethodPost, Path: "/tx", Access: betterauth.Public, SignIn: betterauth.MakesSession},
			func(c *betterauth.Ctx, _ betterauth.None) (betterauth.None, error) {
				c.SetCookie(betterauth.Cookie{Key: "outer", Value: "x"})
				err := c.Transaction(func(tx *betterauth.Ctx) error {
					user := &betterauth.User{ID: "u", Name: "u", Email: "u@example.com"}
					if _, err := tx.SignIn(user, betterauth.SignIn{Method: "x"}); err == nil {
						t.Error("a session of nobody was stored")
					}
					tx.SetCookie(betterauth.Cookie{Key: "inner", Value: "x"})
					return errTeapot
				})
				if _, ok := c.NewIdentity(); ok {
					t.Error("a new identity after a rollback")
				}
				return betterauth.None{}, err
			})}})
	answer := kit.Client().Post("/tx", nil).WantError(errTeapot)
	if answer.SetCookie("better-auth.inner") != nil || answer.SetCookie("better-auth.session_token") != nil || answer.SetCookie("better-auth.outer") == nil {
		t.Errorf("cookies %v", answer.Cookies)
	}
}

func TestCtxFromReachesRowHooks(t *testing.T) {
	t.Parallel()
	var ids []string
	kit := withPasswords(t, betterauth.Inline{ID: "audit", RowHooks: []database.Hooks{
		database.RowHooks[betterauth.User]{AfterCreate: func(ctx context.Context, _ *betterauth.User) error {
			if c, ok := betterauth.CtxFrom(ctx); ok {
				ids = append(ids, c.Operation().ID)
			}
			return nil
		}}}})
	kit.Client().Post("/sign-up/email", signUp).Want(http.StatusOK)
	if len(ids) != 1 || ids[0] != "signUpEmail" {
		t.Errorf("operations %v", ids)
	}
}

// Whatever is sent, the answer is no 5xx.
func FuzzRequest(f *testing.F) {
	kit := plugintest.NewWith(f, plugintest.Options{
		Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{DisableSignUp: true}), probe()},
		Config:  betterauth.Config{Password: fastPasswords},
	})
	paths := []string{"/sign-in/email", "/sign-up/email", "/revoke-session", "/sign-out", "/echo/x", "/get-session", "/error"}
	f.Add(0, "application/json", `{"email":"a@example.com","password":"x"}`, "better-auth.session_token=x.y", "q=1")
	f.Add(0, "application/x-www-form-urlencoded", "email=a%40b.com&password=%00", `a="b"; c=%zz`, "callbackURL=//evil")
	f.Add(4, "", "\xff", "=;=;", "%")
	f.Fuzz(func(t *testing.T, n int, contentType, body, cookies, query string) {
		method := http.MethodPost
		if n%2 == 1 {
			method = http.MethodGet
		}
		r := httptest.NewRequest(method, plugintest.BaseURL+"/api/auth"+paths[(n%len(paths)+len(paths))%len(paths)], strings.NewReader(body))
		r.URL.RawQuery = query
		r.Header["Content-Type"] = []string{contentType}
		r.Header["Cookie"] = []string{cookies}
		r.Header.Set("Origin", plugintest.BaseURL)
		w := httptest.NewRecorder()
		kit.Auth.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Errorf("%s %s: %d %s\n%s", method, r.URL, w.Code, w.Body, kit.Log)
		}
	})
}
