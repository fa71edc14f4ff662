package nethttp_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/adapters/adaptertest"
	"github.com/better-auth-go/better-auth/adapters/nethttp"
	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

func guarded(route adaptertest.Route) http.Handler {
	var h http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := betterauth.SessionFrom(r.Context())
		route.Handle(w, r, who)
	})
	for i := len(route.Guards) - 1; i >= 0; i-- {
		if guard := route.Guards[i]; guard.Requirements != nil {
			h = guard.Auth.Require(guard.Requirements...)(h)
		} else if guard.Required {
			h = guard.Auth.RequireSession(h)
		} else {
			h = guard.Auth.OptionalSession(h)
		}
	}
	return h
}

func TestServeMux(t *testing.T) {
	t.Parallel()
	adaptertest.Run(t, func(_ testing.TB, app adaptertest.App) http.Handler {
		mux := http.NewServeMux()
		for _, auth := range app.Auths {
			nethttp.Mount(mux, auth)
		}
		for _, route := range app.Routes {
			path := route.Path
			if path == "/" {
				path = "/{$}"
			}
			mux.Handle("GET "+path, guarded(route))
		}
		for path, document := range app.Documents {
			mux.Handle(path, document)
		}
		return mux
	})
}

func TestRootBasePath(t *testing.T) {
	t.Parallel()
	router := http.NewServeMux()
	auth, err := betterauth.New(betterauth.Config{BasePath: "/", Secret: "a secret of more than 32 characters", Schema: betterauth.SchemaMigrate}).
		Database(databasetest.SQLiteMemory(t)).Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	nethttp.Mount(router, auth)
	for path, status := range map[string]int{"/ok": 200, "/": 404, "/nothing": 404} {
		w := httptest.NewRecorder()
		router.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != status || status == 404 && !strings.Contains(w.Body.String(), `"NOT_FOUND"`) {
			t.Errorf("GET %s: %d %q, want %d", path, w.Code, w.Body, status)
		}
	}
}
