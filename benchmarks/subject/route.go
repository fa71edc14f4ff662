package subject

import (
	"context"
	"net/http"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// RoutePath is where the application's own route is.
const RoutePath = "/app/greeting"

// Route is a route of an application, and Guarded the same behind RequireSession.
// cache is the strategy of the cookie cache, "" for none. Beside the route, the
// guarded handler has the endpoints of the library, which hand out the cookies.
func Route(ctx context.Context, db *database.DB, cache string) (route, guarded http.Handler, err error) {
	auth, err := build(ctx, db, settings{cache: cache})
	if err != nil {
		return nil, nil, err
	}
	open, behind := http.NewServeMux(), http.NewServeMux()
	open.HandleFunc("GET "+RoutePath, func(w http.ResponseWriter, _ *http.Request) { greet(w, "nobody") })
	behind.Handle("GET "+RoutePath, auth.RequireSession(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, _ := betterauth.SessionFrom(r.Context())
		greet(w, id.User.Name)
	})))
	behind.Handle(BasePath+"/", auth)
	return open, behind, nil
}

func greet(w http.ResponseWriter, name string) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"greeting":"Hello ` + name + `"}`)) // the client is the only one to tell
}
