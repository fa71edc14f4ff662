package betterauth_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/bearer"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

const spa = "http://localhost:5173"

// pageOf is a client whose requests are from scripts of pages at an origin.
func pageOf(kit *plugintest.Kit, origin string) *plugintest.Client {
	c := kit.Client()
	c.Header = http.Header{"Origin": {origin}}
	return c
}

// preflight asks as browsers do before a POST of JSON.
func preflight(c *plugintest.Client, path string) *plugintest.Answer {
	p := c.Fork()
	p.Header.Set("Access-Control-Request-Method", "POST")
	p.Header.Set("Access-Control-Request-Headers", "authorization,content-type,x-mine")
	return p.Do(http.MethodOptions, path, nil)
}

// granted are the headers that let a script read an answer.
func granted(h http.Header) (origin, credentials string) {
	return h.Get("Access-Control-Allow-Origin"), h.Get("Access-Control-Allow-Credentials")
}

func corsKit(t testing.TB, cfg betterauth.Config, plugins ...betterauth.Plugin) *plugintest.Kit {
	t.Helper()
	cfg.Password = fastPasswords
	return plugintest.NewWith(t, plugintest.Options{Config: cfg, Plugins: append(plugins, emailpassword.New(emailpassword.Config{}))})
}

// Who may read answers, by what is configured: the origin itself with cookies, or
// nothing at all.
func TestCORSByOrigin(t *testing.T) {
	t.Parallel()
	trusted := betterauth.Config{TrustedOrigins: []string{spa, "https://*.example.com", "https://app-*.vercel.app", "https://*", "capacitor://localhost"}}
	tenants := betterauth.Config{TrustedOriginsFunc: func(r *http.Request) []string {
		return []string{"https://" + strings.TrimPrefix(r.Host, "api."), "https://*.vercel.app"}
	}}
	for name, tt := range map[string]struct {
		cfg    betterauth.Config
		origin string
		want   bool
	}{
		"listed":                      {trusted, spa, true},
		"pattern":                     {trusted, "https://app.example.com", true},
		"web view":                    {trusted, "capacitor://localhost", true},
		"apex of a pattern":           {trusted, "https://example.com", false},
		"another port":                {trusted, "http://localhost:5174", false},
		"another scheme":              {trusted, "https://localhost:5173", false},
		"host anybody can have":       {trusted, "https://app-x.vercel.app", false},
		"any host":                    {trusted, "https://evil.example", false},
		"null":                        {trusted, "null", false},
		"with a path":                 {trusted, spa + "/x", false},
		"with a user":                 {trusted, "https://evil@app.example.com", false},
		"two":                         {trusted, spa + ", https://evil.example", false},
		"upper case":                  {trusted, "HTTP://LOCALHOST:5173", false},
		"own":                         {trusted, plugintest.BaseURL, false},
		"nobody is trusted":           {betterauth.Config{}, spa, false},
		"off":                         {betterauth.Config{TrustedOrigins: []string{spa}, CORS: betterauth.CORSConfig{Disabled: true}}, spa, false},
		"unchecked is not trusted":    {betterauth.Config{InsecureDisableOriginCheck: true}, spa, false},
		"of the request":              {tenants, "https://localhost:3000", true},
		"of another request":          {tenants, "https://other.example", false},
		"of the request, anybody's":   {tenants, "https://evil.vercel.app", false},
		"another host served":         {betterauth.Config{DynamicBaseURL: &betterauth.DynamicBaseURL{AllowedHosts: []string{"*.example.com", "localhost:3000"}, Protocol: "http"}}, "http://a.example.com", false},
		"trusted beside hosts served": {betterauth.Config{TrustedOrigins: []string{spa}, DynamicBaseURL: &betterauth.DynamicBaseURL{AllowedHosts: []string{"localhost:3000"}}}, spa, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tt.cfg.DynamicBaseURL != nil {
				requestTo(t, tt.cfg, tt.origin, tt.want)
				return
			}
			c := pageOf(corsKit(t, tt.cfg), tt.origin)
			wantOrigin, wantCredentials, status := "", "", http.StatusNotFound
			if tt.want {
				wantOrigin, wantCredentials, status = tt.origin, "true", http.StatusNoContent
			}
			for what, a := range map[string]*plugintest.Answer{
				"preflight": preflight(c, "/sign-in/email").Want(status),
				"answer":    c.Get("/get-session").Want(http.StatusOK),
				"refusal":   c.Post("/sign-in/email", map[string]any{"email": 1}),
				"unknown":   c.Post("/nowhere", map[string]any{}).Want(http.StatusNotFound),
			} {
				if origin, credentials := granted(a.Header); origin != wantOrigin || credentials != wantCredentials {
					t.Errorf("%s: lets %q read, credentials %q", what, origin, credentials)
				}
			}
		})
	}
}

// requestTo is one preflight to a server that derives its base URL.
func requestTo(t *testing.T, cfg betterauth.Config, origin string, want bool) {
	t.Helper()
	kit := corsKit(t, cfg)
	r := httptest.NewRequest(http.MethodOptions, "http://localhost:3000/api/auth/ok", nil)
	r.Header.Set("Origin", origin)
	r.Header.Set("Access-Control-Request-Method", "GET")
	w := httptest.NewRecorder()
	kit.Auth.ServeHTTP(w, r)
	if got, _ := granted(w.Header()); (got == origin) != want || got != "" && got != origin {
		t.Errorf("lets %q read", got)
	}
}

func TestCORSPreflight(t *testing.T) {
	t.Parallel()
	kit := corsKit(t, betterauth.Config{TrustedOrigins: []string{spa}, CORS: betterauth.CORSConfig{MaxAge: time.Hour}})
	a := preflight(pageOf(kit, spa), "/sign-up/email").Want(http.StatusNoContent)
	want := http.Header{
		"Access-Control-Allow-Origin":      {spa},
		"Access-Control-Allow-Credentials": {"true"},
		"Access-Control-Allow-Methods":     {"GET, HEAD, POST, PUT, PATCH, DELETE"},
		"Access-Control-Allow-Headers":     {"authorization,content-type,x-mine"},
		"Access-Control-Max-Age":           {"3600"},
		"Vary":                             {"Origin, Access-Control-Request-Headers"},
	}
	for name, values := range want {
		if !reflect.DeepEqual(a.Header[name], values) {
			t.Errorf("%s %q, want %q", name, a.Header[name], values)
		}
	}
	if len(a.Body) != 0 || a.Header.Get("Content-Length") != "" || a.Header.Get("Content-Type") != "" {
		t.Errorf("a body of no content: %v", a.Header)
	}
	// Every operation can be asked for, and what is asked for is no more than names.
	for _, op := range kit.Auth.Operations() {
		preflight(pageOf(kit, spa), op.Path).Want(http.StatusNoContent)
	}
	odd := pageOf(kit, spa)
	odd.Header.Set("Access-Control-Request-Method", "POST")
	odd.Header.Set("Access-Control-Request-Headers", "x-a; x-b")
	if got := odd.Do(http.MethodOptions, "/ok", nil).Want(http.StatusNoContent).Header.Get("Access-Control-Allow-Headers"); got != "" {
		t.Errorf("allows the headers %q", got)
	}
	pageOf(kit, spa).Do(http.MethodOptions, "/ok", nil).Want(http.StatusNotFound) // no preflight
}

// A page that is refused, limited or met by a failure can read why.
func TestCORSOnRefusals(t *testing.T) {
	t.Parallel()
	limited := plugintest.NewWith(t, plugintest.Options{
		Config:      betterauth.Config{TrustedOrigins: []string{spa}, RateLimit: betterauth.RateLimitConfig{Max: 1, Window: time.Minute}},
		Plugins:     []betterauth.Plugin{emailpassword.New(emailpassword.Config{})},
		RateLimited: true,
	})
	c := pageOf(limited, spa)
	for range 20 {
		preflight(c, "/ok").Want(http.StatusNoContent) // asking is no request
	}
	c.Get("/ok").Want(http.StatusOK)
	a := c.Get("/ok").Want(http.StatusTooManyRequests)
	if origin, _ := granted(a.Header); origin != spa || !listed(a.Header.Get("Access-Control-Expose-Headers"), "x-retry-after") {
		t.Errorf("headers of a limit: %v", a.Header)
	}

	broken := corsKit(t, betterauth.Config{TrustedOrigins: []string{spa}}, betterauth.Inline{ID: "app", Requests: []betterauth.RequestHook{{Name: "fails", Run: func(c *betterauth.Ctx) error {
		return errors.New("no")
	}}}})
	if origin, _ := granted(pageOf(broken, spa).Get("/ok").Want(http.StatusInternalServerError).Header); origin != spa {
		t.Errorf("a failure lets %q read", origin)
	}
	panics := corsKit(t, betterauth.Config{TrustedOriginsFunc: func(*http.Request) []string { panic("no") }})
	if origin, _ := granted(pageOf(panics, spa).Get("/ok").Want(http.StatusInternalServerError).Header); origin != "" {
		t.Errorf("a panic while asking who is trusted lets %q read", origin)
	}
	if origin, _ := granted(preflight(pageOf(panics, spa), "/ok").Want(http.StatusInternalServerError).Header); origin != "" {
		t.Errorf("a panic while asking who is trusted lets %q ask", origin)
	}
}

// What several plugins and middleware expose is one list, and what an operation
// says in a header of its own needs no word.
func TestCORSExposes(t *testing.T) {
	t.Parallel()
	stranger := betterauth.Inline{ID: "stranger", After: []betterauth.AfterHook{betterauth.AfterMatch(betterauth.Every, func(c *betterauth.Ctx, _ *betterauth.Result) error {
		c.Header().Set("X-Stranger", "yes")
		c.Header().Add("Access-Control-Expose-Headers", "x-elsewhere, SET-AUTH-TOKEN")
		return nil
	})}}
	kit := corsKit(t, betterauth.Config{TrustedOrigins: []string{spa}}, bearer.New(bearer.Config{}), stranger)
	a := pageOf(kit, spa).Post("/sign-up/email", map[string]any{"name": "A", "email": "a@example.com", "password": "password1234"}).Want(http.StatusOK)
	if lines := a.Header["Access-Control-Expose-Headers"]; len(lines) != 1 || lines[0] != "set-auth-token, x-elsewhere, x-stranger" {
		t.Errorf("exposed %q", lines)
	}
	if vary := a.Header["Vary"]; !reflect.DeepEqual(vary, []string{"Origin"}) {
		t.Errorf("Vary %q", vary)
	}
	// Without a page on another origin, what plugins say, and no more.
	own := kit.Client().Post("/sign-up/email", map[string]any{"name": "B", "email": "b@example.com", "password": "password1234"}).Want(http.StatusOK)
	if lines := own.Header["Access-Control-Expose-Headers"]; len(lines) != 1 || lines[0] != "set-auth-token, x-elsewhere" {
		t.Errorf("exposed at home %q", lines)
	}
}

func listed(list, name string) bool {
	for member := range strings.SplitSeq(list, ",") {
		if strings.TrimSpace(member) == name {
			return true
		}
	}
	return false
}

// TestCORSVaries: what depends on the origin is not for caches to give to others.
func TestCORSVaries(t *testing.T) {
	t.Parallel()
	kit := corsKit(t, betterauth.Config{TrustedOrigins: []string{spa}})
	for name, c := range map[string]*plugintest.Client{"own": kit.Client(), "trusted": pageOf(kit, spa), "foreign": pageOf(kit, "https://evil.example")} {
		if got := c.Get("/ok").Want(http.StatusOK).Header["Vary"]; !reflect.DeepEqual(got, []string{"Origin"}) {
			t.Errorf("%s: Vary %q", name, got)
		}
	}
	if got := corsKit(t, betterauth.Config{}).Client().Get("/ok").Header["Vary"]; got != nil {
		t.Errorf("without trusted origins: Vary %q", got)
	}
}

// The function is asked once for a request, however often its answer counts.
func TestTrustedOriginsFuncIsAskedOnce(t *testing.T) {
	t.Parallel()
	asked := 0
	kit := corsKit(t, betterauth.Config{TrustedOriginsFunc: func(*http.Request) []string {
		asked++
		return []string{spa}
	}})
	c := pageOf(kit, spa)
	c.SetCookie("any", "cookie")
	c.Post("/sign-up/email", map[string]any{"name": "A", "email": "a@example.com", "password": "password1234", "callbackURL": spa + "/x"}).Want(http.StatusOK)
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

// An application's own handlers follow the same rules.
func TestCORSAroundHandlers(t *testing.T) {
	t.Parallel()
	kit := corsKit(t, betterauth.Config{TrustedOrigins: []string{spa}})
	mux := http.NewServeMux()
	mux.Handle("/api/auth/", kit.Auth)
	mux.Handle("GET /me", kit.Auth.RequireSession(http.NotFoundHandler()))
	handler := kit.Auth.CORS(mux)
	ask := func(method, path, origin string, preflight bool) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, plugintest.BaseURL+path, nil)
		r.Header.Set("Origin", origin)
		if preflight {
			r.Header.Set("Access-Control-Request-Method", "GET")
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
	for _, tt := range []struct {
		method, path, origin string
		preflight            bool
		status               int
		allowed              bool
	}{
		{"OPTIONS", "/me", spa, true, http.StatusNoContent, true},
		{"OPTIONS", "/me", spa, false, http.StatusMethodNotAllowed, true},
		{"OPTIONS", "/me", "https://evil.example", true, http.StatusMethodNotAllowed, false},
		{"GET", "/me", spa, false, http.StatusUnauthorized, true},
		{"GET", "/me", "https://evil.example", false, http.StatusUnauthorized, false},
		{"OPTIONS", "/api/auth/ok", spa, true, http.StatusNoContent, true},
		{"GET", "/api/auth/ok", spa, false, http.StatusOK, true},
	} {
		w := ask(tt.method, tt.path, tt.origin, tt.preflight)
		origins := w.Header()["Access-Control-Allow-Origin"]
		if w.Code != tt.status || tt.allowed != reflect.DeepEqual(origins, []string{tt.origin}) || len(w.Header()["Vary"]) != 1 {
			t.Errorf("%s %s from %s: %d, lets %q read, Vary %q", tt.method, tt.path, tt.origin, w.Code, origins, w.Header()["Vary"])
		}
	}
	panics := corsKit(t, betterauth.Config{TrustedOriginsFunc: func(*http.Request) []string { panic("no") }}).Auth.CORS(mux)
	r := httptest.NewRequest(http.MethodGet, plugintest.BaseURL+"/me", nil)
	r.Header.Set("Origin", spa)
	w := httptest.NewRecorder()
	panics.ServeHTTP(w, r)
	if w.Code != http.StatusInternalServerError {
		t.Errorf("a panic while asking who is trusted: %d", w.Code)
	}
}

// A browser says "blocked by CORS policy" and no more; the log says what to do.
func TestCORSLeavesATrace(t *testing.T) {
	t.Parallel()
	kit := corsKit(t, betterauth.Config{BaseURL: "https://api.example.com", TrustedOrigins: []string{"https://other.example", "https://*.vercel.app"}})
	if log := kit.Log.String(); !strings.Contains(log, "pattern=https://*.vercel.app") || !strings.Contains(log, "TrustedOriginsFunc") {
		t.Errorf("at start: %s", log)
	}
	stranger := pageOf(kit, "http://127.0.0.1:5173")
	for range 3 {
		preflight(stranger, "/sign-in/email")
		stranger.Get("/get-session")
	}
	if log := kit.Log.String(); strings.Count(log, "level=WARN msg=\"page may not read the answer") != 1 || !strings.Contains(log, "origin=http://127.0.0.1:5173") || !strings.Contains(log, "Config.TrustedOrigins") {
		t.Errorf("of a stranger: %s", log)
	}
	signUp := func(site, email string) {
		c := pageOf(kit, "https://other.example")
		c.Header.Set("Sec-Fetch-Site", site)
		c.Post("/sign-up/email", map[string]any{"name": "A", "email": email, "password": "password1234"}).Want(http.StatusOK)
	}
	signUp("same-site", "a@example.com")
	if log := kit.Log.String(); strings.Contains(log, "cookie is not kept") {
		t.Errorf("of one site: %s", log)
	}
	signUp("cross-site", "b@example.com")
	signUp("cross-site", "c@example.com")
	if log := kit.Log.String(); strings.Count(log, "level=WARN msg=\"cookie is not kept") != 1 || !strings.Contains(log, "Cookies.SameSite") {
		t.Errorf("of another site: %s", log)
	}
	for i := range 100 { // who asks under many names fills no log
		pageOf(kit, "https://"+strings.Repeat("a", i+1)+".evil.example").Get("/ok")
	}
	if told := strings.Count(kit.Log.String(), "level=WARN msg=\"page may not read"); told != 1 {
		t.Errorf("told %d times", told)
	}
}

// Cookies for pages of other sites are Secure, and those need https.
func TestCrossSiteCookiesNeedHTTPS(t *testing.T) {
	t.Parallel()
	for baseURL, works := range map[string]bool{"https://example.com": true, "http://localhost:3000": true, "http://example.com": false} {
		_, err := plugintest.Build(t, plugintest.Options{Config: betterauth.Config{BaseURL: baseURL, Cookies: betterauth.CookieConfig{SameSite: "none", AlwaysSecure: true}}})
		if works != (err == nil) || err != nil && !strings.Contains(err.Error(), `config Cookies.SameSite: "none" needs https`) {
			t.Errorf("%s: %v", baseURL, err)
		}
	}
}
