package main

import (
	"cmp"
	"net/http"
	"testing"

	"github.com/better-auth-go/better-auth/adapters/adaptertest"
	"github.com/better-auth-go/better-auth/adapters/nethttp"
	"github.com/better-auth-go/better-auth/betterauth"
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
		h = route.Guards[i].Before(h)
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
					r.Use(guard.Before)
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
			r.Mount(cmp.Or(auth.BasePath(), "/"), auth)
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
