package adaptertest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/adapters/adaptertest"
	"github.com/better-auth-go/better-auth/betterauth"
)

// binding is made of its parts, so that a test can bend one.
type binding struct {
	mount func(*betterauth.Auth) http.Handler
	guard func(adaptertest.Guard, http.Handler) http.Handler
}

func (b binding) router(_ testing.TB, app adaptertest.App) http.Handler {
	mux := http.NewServeMux()
	for _, auth := range app.Auths {
		if auth.BasePath() != "" {
			mux.Handle(auth.BasePath(), b.mount(auth))
		}
		mux.Handle(auth.BasePath()+"/", b.mount(auth))
	}
	for path, document := range app.Documents {
		mux.Handle(path, document)
	}
	for _, route := range app.Routes {
		var h http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			who, _ := betterauth.SessionFrom(r.Context())
			route.Handle(w, r, who)
		})
		for i := len(route.Guards) - 1; i >= 0; i-- {
			h = b.guard(route.Guards[i], h)
		}
		pattern := "GET " + route.Path
		if route.Path == "/" {
			pattern += "{$}"
		}
		mux.Handle(pattern, h)
	}
	return mux
}

func mounted(auth *betterauth.Auth) http.Handler { return auth }

func guarded(g adaptertest.Guard, next http.Handler) http.Handler { return g.Before(next) }

func TestHonest(t *testing.T) {
	t.Parallel()
	adaptertest.Run(t, binding{mounted, guarded}.router)
}

// authenticates is a guard that gets something wrong.
func authenticates(f func(w http.ResponseWriter, r *http.Request, g adaptertest.Guard, who *betterauth.Identity, err error, next http.Handler)) func(adaptertest.Guard, http.Handler) http.Handler {
	return func(g adaptertest.Guard, next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			who, err := g.Auth.Authenticate(w, r)
			f(w, r, g, who, err, next)
		})
	}
}

func with(r *http.Request, who *betterauth.Identity) *http.Request {
	return r.WithContext(betterauth.WithIdentity(r.Context(), who))
}

// broken bindings, each with the test that must notice.
var broken = map[string]struct {
	test string
	binding
}{
	"prefix stripped": {"SignUpAndGetSession", binding{func(auth *betterauth.Auth) http.Handler {
		return http.StripPrefix(auth.BasePath(), auth)
	}, guarded}},
	"nothing at the root": {"RootBasePath", binding{func(auth *betterauth.Auth) http.Handler {
		if auth.BasePath() == "" {
			return http.NotFoundHandler()
		}
		return auth
	}, guarded}},
	"default base path": {"OtherBasePath", binding{func(auth *betterauth.Auth) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.URL.Path = "/api/auth" + strings.TrimPrefix(r.URL.Path, auth.BasePath())
			auth.ServeHTTP(w, r)
		})
	}, guarded}},
	"body on 404": {"NotFound", binding{func(auth *betterauth.Auth) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			recorder := httptest.NewRecorder()
			auth.ServeHTTP(recorder, r)
			if recorder.Code == http.StatusNotFound {
				http.NotFound(w, r)
				return
			}
			for name, values := range recorder.Header() {
				w.Header()[name] = values
			}
			w.WriteHeader(recorder.Code)
			_, _ = w.Write(recorder.Body.Bytes())
		})
	}, guarded}},
	"decoded paths": {"EncodedPaths", binding{func(auth *betterauth.Auth) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.URL.RawPath = ""
			auth.ServeHTTP(w, r)
		})
	}, guarded}},
	"body cut": {"TooLarge", binding{func(auth *betterauth.Auth) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Body = io.NopCloser(io.LimitReader(r.Body, 1<<10))
			auth.ServeHTTP(w, r)
		})
	}, guarded}},
	"answers OPTIONS": {"OtherOrigin", binding{func(auth *betterauth.Auth) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
				w.Header().Set("Allow", "GET, POST")
				w.WriteHeader(http.StatusNoContent)
				return
			}
			auth.ServeHTTP(w, r)
		})
	}, guarded}},
	"lets everybody through": {"RequiredSession", binding{mounted, authenticates(
		func(w http.ResponseWriter, r *http.Request, _ adaptertest.Guard, who *betterauth.Identity, _ error, next http.Handler) {
			next.ServeHTTP(w, with(r, who))
		})}},
	"always demands": {"OptionalSession", binding{mounted, func(g adaptertest.Guard, next http.Handler) http.Handler {
		return g.Auth.RequireSession(next)
	}}},
	"asks one requirement of several": {"Requirements", binding{mounted, func(g adaptertest.Guard, next http.Handler) http.Handler {
		if len(g.Requirements) > 1 {
			g.Requirements = g.Requirements[:1]
		}
		return guarded(g, next)
	}}},
	"forgets who must be signed in": {"OwnSignIn", binding{mounted, func(g adaptertest.Guard, next http.Handler) http.Handler {
		g.Requirements = nil
		return guarded(adaptertest.Guard{Auth: g.Auth}, next)
	}}},
	"an outage is nobody": {"DatabaseFailure", binding{mounted, authenticates(
		func(w http.ResponseWriter, r *http.Request, g adaptertest.Guard, who *betterauth.Identity, err error, next http.Handler) {
			if err != nil && g.Required {
				g.Auth.WriteError(w, r, betterauth.ErrNoSession)
				return
			}
			next.ServeHTTP(w, with(r, who))
		})}},
	"never prolongs": {"Refresh", binding{mounted, func(g adaptertest.Guard, next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			who, err := g.Auth.Session(r.Context(), r)
			if err != nil && (g.Required || !errors.Is(err, betterauth.ErrNoSession)) {
				g.Auth.WriteError(w, r, err)
				return
			}
			next.ServeHTTP(w, with(r, who))
		})
	}}},
	"keeps an outer identity": {"TwoAuths", binding{mounted, authenticates(
		func(w http.ResponseWriter, r *http.Request, g adaptertest.Guard, who *betterauth.Identity, err error, next http.Handler) {
			if err != nil && (g.Required || !errors.Is(err, betterauth.ErrNoSession)) {
				g.Auth.WriteError(w, r, err)
				return
			}
			if who != nil {
				r = with(r, who)
			}
			next.ServeHTTP(w, r)
		})}},
	"buffers": {"Streaming", binding{mounted, func(g adaptertest.Guard, next http.Handler) http.Handler {
		return guarded(g, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(struct{ http.ResponseWriter }{w}, r)
		}))
	}}},
	"detaches": {"Cancellation", binding{mounted, func(g adaptertest.Guard, next http.Handler) http.Handler {
		return guarded(g, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(context.WithoutCancel(r.Context())))
		}))
	}}},
}

// brokenEnv names the broken binding that a child process runs.
const brokenEnv = "ADAPTERTEST_BROKEN"

// misplaced puts documents where no browser looks for them.
func misplaced(t testing.TB, app adaptertest.App) http.Handler {
	documents := map[string]http.Handler{}
	for path, document := range app.Documents {
		documents["/documents"+path] = document
	}
	app.Documents = documents
	return binding{mounted, guarded}.router(t, app)
}

func TestMisplacedDocuments(t *testing.T) {
	if os.Getenv(brokenEnv) != "" {
		adaptertest.Run(t, misplaced)
		return
	}
	t.Parallel()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestMisplacedDocuments$/^Documents$", "-test.v", "-test.timeout=5m")
	child.Env = append(os.Environ(), brokenEnv+"=misplaced")
	out, err := child.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "--- FAIL: TestMisplacedDocuments/Documents") {
		t.Errorf("did not notice: %v\n%s", err, out)
	}
}

func TestBroken(t *testing.T) {
	if name := os.Getenv(brokenEnv); name != "" {
		adaptertest.Run(t, broken[name].router)
		return
	}
	t.Parallel()
	for name, b := range broken {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestBroken$/^"+b.test+"$", "-test.v", "-test.timeout=5m")
			child.Env = append(os.Environ(), brokenEnv+"="+name)
			out, err := child.CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || !strings.Contains(string(out), "--- FAIL: TestBroken/"+b.test) {
				t.Errorf("%s did not notice: %v\n%s", b.test, err, out)
			}
			if strings.Contains(string(out), "panic:") {
				t.Errorf("panicked instead of failing:\n%s", out)
			}
		})
	}
}
