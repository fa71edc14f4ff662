package nethttp_test

import (
	"net/http"
	"testing"

	"github.com/better-auth-go/better-auth/adapters/adaptertest"
	"github.com/better-auth-go/better-auth/adapters/nethttp"
	"github.com/better-auth-go/better-auth/betterauth"
)

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
