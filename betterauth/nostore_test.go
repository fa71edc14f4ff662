package betterauth_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// answering has an operation for each kind of answer.
func answering() betterauth.Inline {
	type query struct {
		Fails   bool `query:"fails"`
		Caches  bool `query:"caches"`
		Number  *int `query:"number"`
		Panics  bool `query:"panics"`
		Steps   bool `query:"steps"`
		Missing bool `query:"missing"`
	}
	endpoint := func(id string, cacheable bool, value any) betterauth.Endpoint {
		return betterauth.Handle(betterauth.Operation{ID: id, Method: http.MethodGet, Path: "/" + id, Access: betterauth.Public, Cacheable: cacheable},
			func(c *betterauth.Ctx, in query) (any, error) {
				if in.Caches {
					c.Header().Set("Cache-Control", "public, max-age=60")
				}
				switch {
				case in.Fails:
					return nil, errors.New("cause")
				case in.Missing:
					return nil, errTeapot
				case in.Panics:
					panic("cause")
				case in.Steps:
					return nil, betterauth.StepUp(map[string]bool{"step": true})
				}
				return value, nil
			})
	}
	return betterauth.Inline{ID: "answering", Endpoints: []betterauth.Endpoint{
		endpoint("json", false, betterauth.Status{Status: true}),
		endpoint("redirect", false, betterauth.Redirect{URL: "/"}),
		endpoint("raw", false, betterauth.Raw{ContentType: "text/html", Body: []byte("<p>")}),
		endpoint("none", false, betterauth.None{}),
		endpoint("document", true, betterauth.Raw{Body: []byte("text")}),
		betterauth.Handle(betterauth.Operation{ID: "off", Method: http.MethodGet, Path: "/off", Access: betterauth.Public},
			func(*betterauth.Ctx, betterauth.None) (betterauth.None, error) { return betterauth.None{}, nil }),
		betterauth.Handle(betterauth.Operation{ID: "limited", Method: http.MethodGet, Path: "/limited", Access: betterauth.Public, Limit: &betterauth.Rule{Window: time.Minute, Max: 1}},
			func(*betterauth.Ctx, betterauth.None) (betterauth.None, error) { return betterauth.None{}, nil }),
	}, Requests: []betterauth.RequestHook{{Name: "gatekeeper", Run: func(c *betterauth.Ctx) error {
		if c.Request().Header.Get("X-Refuse") != "" {
			return errTeapot
		}
		return nil
	}}}}
}

// No cache keeps an answer, and no browser guesses its type, unless the
// operation says so.
func TestAnswersAreNotCached(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{RateLimited: true, Plugins: []betterauth.Plugin{answering(), emailpassword.New(emailpassword.Config{})},
		Config: betterauth.Config{Password: fastPasswords, DisabledPaths: []string{"/off"}, BodyLimit: 100}})
	kit.Client().Get("/limited").Want(http.StatusOK)
	alice := kit.SignedIn("alice@example.com")
	for name, c := range map[string]struct {
		client *plugintest.Client
		method string
		path   string
		body   any
		header string
		status int
		cache  string
	}{
		"a value":                         {path: "/json", status: 200},
		"a session":                       {client: alice, path: "/get-session", status: 200},
		"nobody":                          {path: "/get-session", status: 200},
		"no session":                      {path: "/list-sessions", status: 401},
		"a sign-in":                       {method: "POST", path: "/sign-up/email", body: signUp, status: 200},
		"a redirect":                      {path: "/redirect", status: 302},
		"a page":                          {path: "/raw", status: 200},
		"nothing":                         {path: "/none", status: 200},
		"our own page":                    {path: "/error", status: 200},
		"an error":                        {path: "/json?missing=1", status: 418},
		"a failure":                       {path: "/json?fails=1", status: 500},
		"a panic":                         {path: "/json?panics=1", status: 500},
		"a further step":                  {path: "/json?steps=1", status: 200},
		"wrong input":                     {path: "/json?number=x", status: 400},
		"no path":                         {path: "/nowhere", status: 404},
		"no method":                       {method: "DELETE", path: "/json", status: 404},
		"a path outside":                  {path: "/../../outside", status: 404},
		"a disabled path":                 {path: "/off", status: 404},
		"too many":                        {path: "/limited", status: 429},
		"no JSON":                         {method: "POST", path: "/sign-up/email", body: "{", status: 400},
		"too large a body":                {method: "POST", path: "/sign-up/email", body: `{"a":"` + strings.Repeat("a", 100) + `"}`, status: 413},
		"a refusing hook":                 {path: "/json", header: "X-Refuse", status: 418},
		"what the handler lets be cached": {path: "/json?caches=1", status: 200, cache: "public, max-age=60"},
		"what may be cached":              {path: "/document", status: 200, cache: "none"},
		"what says how long":              {path: "/document?caches=1", status: 200, cache: "public, max-age=60"},
		"a failure of what may be":        {path: "/document?fails=1", status: 500},
		"an error of what may be":         {path: "/document?missing=1", status: 418},
		"a panic of what may be":          {path: "/document?panics=1", status: 500},
	} {
		if c.client == nil {
			c.client = kit.Client()
		}
		if c.method == "" {
			c.method = http.MethodGet
		}
		if c.header != "" {
			c.client.Header.Set(c.header, "yes")
		}
		a := c.client.Do(c.method, c.path, c.body)
		if a.Status != c.status {
			t.Errorf("%s: status %d, want %d: %s", name, a.Status, c.status, a.Body)
		}
		want := map[string]string{"": "no-store", "none": ""}
		cache, ok := want[c.cache]
		if !ok {
			cache = c.cache
		}
		pragma := ""
		if cache == "no-store" {
			pragma = "no-cache"
		}
		if a.Header.Get("Cache-Control") != cache || a.Header.Get("Pragma") != pragma || a.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", name, a.Header)
		}
	}
}

// Middleware around us has said what it wants; a guard answers like an endpoint.
func TestCachingAroundUs(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, answering())
	around := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "private, no-cache")
			next.ServeHTTP(w, r)
		})
	}
	for name, c := range map[string]struct {
		handler http.Handler
		path    string
		want    string
	}{
		"middleware":             {around(kit.Auth), "/api/auth/json", "private, no-cache"},
		"a handler inside of it": {around(kit.Auth), "/api/auth/json?caches=1", "public, max-age=60"},
		"a guard":                {kit.Auth.RequireSession(http.NotFoundHandler()), "/own", "no-store"},
	} {
		w := httptest.NewRecorder()
		c.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, plugintest.BaseURL+c.path, nil))
		if got := w.Header().Values("Cache-Control"); len(got) != 1 || got[0] != c.want || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", name, w.Header())
		}
	}
}
