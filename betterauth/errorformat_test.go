package betterauth_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// Every way in which the core answers an error has one form: JSON with a message
// and a code, and nothing of the cause.
func TestOneErrorFormat(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{RateLimited: true, Plugins: []betterauth.Plugin{probe(), emailpassword.New(emailpassword.Config{})}, Config: betterauth.Config{
		Password: fastPasswords, DisabledPaths: []string{"/list-sessions"}, BodyLimit: 1000,
		DynamicBaseURL: &betterauth.DynamicBaseURL{AllowedHosts: []string{"localhost:3000"}},
		RateLimit:      betterauth.RateLimitConfig{Rules: []betterauth.RateLimit{betterauth.Limit("/sign-in/email", betterauth.Rule{Window: 1e9, Max: 1})}},
	}})
	auth := func(r *http.Request) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		kit.Auth.ServeHTTP(w, r)
		return w
	}
	guarded := kit.Auth.RequireSession(http.NotFoundHandler())
	type header map[string]string
	for name, tt := range map[string]struct {
		method, path, body string
		header             header
		status             int
		code               string
	}{
		"unknown path":               {"GET", "/nowhere", "", nil, 404, "NOT_FOUND"},
		"outside the base path":      {"GET", "/../x", "", nil, 404, "NOT_FOUND"},
		"two slashes":                {"GET", "//ok", "", nil, 404, "NOT_FOUND"},
		"a slash at the end":         {"GET", "/ok/", "", nil, 404, "NOT_FOUND"},
		"another method":             {"POST", "/ok", "", nil, 404, "NOT_FOUND"},
		"no method anybody has":      {"BREW", "/ok", "", nil, 404, "NOT_FOUND"},
		"server only":                {"GET", "/hidden", "", nil, 404, "NOT_FOUND"},
		"disabled":                   {"GET", "/list-sessions", "", nil, 404, "NOT_FOUND"},
		"disabled, another method":   {"POST", "/list-sessions", "", nil, 404, "NOT_FOUND"},
		"refused method":             {"POST", "/get-session", "", nil, 405, "METHOD_NOT_ALLOWED_DEFER_SESSION_REQUIRED"},
		"another host":               {"GET", "/ok", "", header{"Host": "evil.example"}, 400, "INVALID_HOST"},
		"no JSON":                    {"POST", "/echo/a", "{", nil, 400, "BAD_REQUEST"},
		"a member twice":             {"POST", "/echo/a", `{"text":"a","text":"b"}`, nil, 400, "BAD_REQUEST"},
		"nested too deep":            {"POST", "/echo/a", strings.Repeat("[", 900), nil, 400, "BAD_REQUEST"},
		"wrong input":                {"POST", "/echo/a", `{"text":1}`, nil, 400, "VALIDATION_ERROR"},
		"too large":                  {"POST", "/echo/a", `{"text":"` + strings.Repeat("x", 2000) + `"}`, nil, 413, "PAYLOAD_TOO_LARGE"},
		"another media type":         {"POST", "/echo/a", "text=a", header{"Content-Type": "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"},
		"no media type":              {"POST", "/echo/a", "text=a", header{"Content-Type": ""}, 415, "UNSUPPORTED_MEDIA_TYPE"},
		"no origin":                  {"POST", "/echo/a", `{"text":"a"}`, header{"Cookie": "a=b", "Origin": ""}, 403, "MISSING_OR_NULL_ORIGIN"},
		"another origin":             {"POST", "/echo/a", `{"text":"a"}`, header{"Cookie": "a=b", "Origin": "https://evil.example"}, 403, "INVALID_ORIGIN"},
		"another site's target":      {"POST", "/echo/a", `{"text":"a","callbackURL":"https://evil.example"}`, nil, 403, "INVALID_CALLBACK_URL"},
		"nobody":                     {"POST", "/revoke-sessions", "{}", nil, 401, "UNAUTHORIZED"},
		"a panic":                    {"GET", "/panic", "", nil, 500, "INTERNAL_SERVER_ERROR"},
		"an error of the operation":  {"GET", "/fails", "", nil, 418, "TEAPOT"},
		"a guard":                    {"GET", "guard", "", nil, 401, "UNAUTHORIZED"},
		"WriteError":                 {"GET", "write", "", nil, 500, "INTERNAL_SERVER_ERROR"},
		"WriteError without session": {"GET", "write nobody", "", nil, 401, "UNAUTHORIZED"},
	} {
		r := httptest.NewRequest(tt.method, plugintest.BaseURL+"/api/auth"+strings.ReplaceAll(tt.path, " ", ""), strings.NewReader(tt.body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Origin", plugintest.BaseURL)
		for field, value := range tt.header {
			r.Header.Set(field, value)
			switch {
			case field == "Host":
				r.Host = value
			case value == "":
				r.Header.Del(field)
			}
		}
		var w *httptest.ResponseRecorder
		switch tt.path {
		case "guard":
			w = httptest.NewRecorder()
			guarded.ServeHTTP(w, r)
		case "write":
			w = httptest.NewRecorder()
			kit.Auth.WriteError(w, r, errors.New("secret cause"))
		case "write nobody":
			w = httptest.NewRecorder()
			kit.Auth.WriteError(w, r, betterauth.ErrNoSession)
		default:
			w = auth(r)
		}
		wantError(t, name, w, tt.status, tt.code)
	}
	for _, status := range []int{http.StatusUnauthorized, http.StatusTooManyRequests} {
		r := httptest.NewRequest(http.MethodPost, plugintest.BaseURL+"/api/auth/sign-in/email", strings.NewReader(`{"email":"a@example.com","password":"x"}`))
		r.Header.Set("Content-Type", "application/json")
		code := map[int]string{http.StatusUnauthorized: "INVALID_EMAIL_OR_PASSWORD", http.StatusTooManyRequests: "TOO_MANY_REQUESTS"}[status]
		wantError(t, http.StatusText(status), auth(r), status, code)
	}
}

func wantError(t *testing.T, name string, w *httptest.ResponseRecorder, status int, code string) {
	t.Helper()
	var body map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Errorf("%s: %d %q: %v", name, w.Code, w.Body, err)
		return
	}
	message, _ := body["message"].(string)
	if w.Code != status || body["code"] != code || message == "" || len(body) != 2 || w.Header().Get("Content-Type") != "application/json" || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("%s: %d %s %s, want %d %s", name, w.Code, w.Header().Get("Content-Type"), w.Body, status, code)
	}
}
