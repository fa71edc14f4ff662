// Package nethttp mounts a [betterauth.Auth] on routers of net/http: http.ServeMux, chi
// and similar ones. Start with [Mount].
//
//	mux := http.NewServeMux()
//	nethttp.Mount(mux, auth)
//	mux.Handle("/me", auth.RequireSession(me))
//
// Middleware and the session of a request need no adapter:
// [betterauth.Auth.RequireSession] and [betterauth.Auth.OptionalSession] have the type
// that chi's Use takes, and behind them [betterauth.SessionFrom] returns the user.
package nethttp

import (
	"net/http"

	"github.com/better-auth-go/better-auth/betterauth"
)

// Router is what an Auth can be mounted on: *http.ServeMux, chi.Router and
// their like.
type Router interface {
	Handle(pattern string, handler http.Handler)
}

// mounter is a router that has its own way of handing over all paths below
// one, and whose patterns are not those of http.ServeMux: chi.
type mounter interface {
	Mount(pattern string, handler http.Handler)
}

// Mount serves the Auth's endpoints under its base path. Everything there is
// the Auth's, unknown paths and methods included: 404 NOT_FOUND.
//
// The Auth looks at the whole path, so r must be the root of the paths it sees:
// behind http.StripPrefix nothing is found. A chi sub-router takes the Auth
// itself, at the rest of the base path:
//
//	r.Route("/api", func(r chi.Router) { r.Mount("/auth", auth) })
//
// http.ServeMux redirects paths with empty or dot segments to clean ones before
// any handler sees them. Like the routers themselves, Mount panics on a path
// that is taken.
func Mount(r Router, auth *betterauth.Auth) {
	base := auth.BasePath()
	if chi, ok := r.(mounter); ok {
		if base == "" {
			base = "/"
		}
		chi.Mount(base, auth)
		return
	}
	if base != "" {
		// Without it ServeMux would redirect the bare base path.
		r.Handle(base, auth)
	}
	r.Handle(base+"/", auth)
}
