package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/adapters/adaptertest"
	"github.com/better-auth-go/better-auth/adapters/nethttp"
	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/go-chi/chi/v5"
)

// The net/http adapter under chi. The tests are here so that the adapter's module
// needs no other router.

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

func TestChi(t *testing.T) {
	t.Parallel()
	adaptertest.Run(t, func(_ testing.TB, app adaptertest.App) http.Handler {
		r := chi.NewRouter()
		for _, auth := range app.Auths {
			nethttp.Mount(r, auth)
		}
		for _, route := range app.Routes {
			r.Group(func(r chi.Router) {
				for _, guard := range route.Guards {
					if guard.Requirements != nil {
						r.Use(guard.Auth.Require(guard.Requirements...))
					} else if guard.Required {
						r.Use(guard.Auth.RequireSession)
					} else {
						r.Use(guard.Auth.OptionalSession)
					}
				}
				r.Get(route.Path, guarded(adaptertest.Route{Handle: route.Handle}).ServeHTTP)
			})
		}
		for path, document := range app.Documents {
			r.Handle(path, document)
		}
		return r
	})
}

func TestChiSubRouter(t *testing.T) {
	t.Parallel()
	adaptertest.Run(t, func(_ testing.TB, app adaptertest.App) http.Handler {
		r := chi.NewRouter()
		for _, auth := range app.Auths {
			r.Mount(auth.BasePath(), auth)
		}
		for _, route := range app.Routes {
			r.Method(http.MethodGet, route.Path, guarded(route))
		}
		for path, document := range app.Documents {
			r.Handle(path, document)
		}
		return r
	})
}

func TestChiRootBasePath(t *testing.T) {
	t.Parallel()
	router := chi.NewRouter()
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
