// Package adaptertest proves that a binding of Auth to a web framework keeps
// the contract. A binding passes when all of it holds on the framework's own
// router:
//
//   - everything under the base path is the Auth's: unknown paths, trailing
//     slashes and methods that are not served are 404 without a body, and paths
//     reach it as they were sent, not percent-decoded;
//   - a required session is 401 with the Auth's body when there is none, an
//     optional one is nobody; the handler learns who it is, and from no other
//     Auth in the same router;
//   - a database that does not answer is 500 for both, runs no handler and
//     clears no cookie;
//   - the cookies of a prolonged session are in the header before the handler
//     writes;
//   - what a route requires of whoever is signed in is asked: nobody is 401,
//     somebody who may not is 403 with the requirement's code, also at once after
//     it was taken from them;
//   - a handler of the application's own signs in with Auth.SignIn, whose cookies
//     and refusals arrive;
//   - the handler can flush, and its context ends when the client goes away;
//   - a body that is too large is 413;
//   - a page on another origin that is trusted is answered, preflights included,
//     and reads refusals too; no other is;
//   - the documents of a plugin are at the root of the domain.
//
// To prove a binding, say how an application of the framework would put an App
// on its router, and run the suite:
//
//	func TestBinding(t *testing.T) {
//		adaptertest.Run(t, func(t testing.TB, app adaptertest.App) http.Handler {
//			r := framework.New()
//			for _, auth := range app.Auths {
//				mybinding.Mount(r, auth)
//			}
//			for _, route := range app.Routes {
//				handlers := []framework.Handler{}
//				for _, guard := range route.Guards {
//					if guard.Requirements != nil {
//						handlers = append(handlers, mybinding.Require(guard.Auth, guard.Requirements...))
//					} else if guard.Required {
//						handlers = append(handlers, mybinding.RequireSession(guard.Auth))
//					} else {
//						handlers = append(handlers, mybinding.OptionalSession(guard.Auth))
//					}
//				}
//				r.Get(route.Path, append(handlers, func(c *framework.Context) {
//					who, _ := mybinding.SessionFrom(c)
//					route.Handle(c.Writer, c.Request, who)
//				})...)
//			}
//			for path, document := range app.Documents {
//				r.Any(path, framework.Wrap(document))
//			}
//			return r
//		})
//	}
//
// A binding with several ways to mount, such as on a group, is run once for
// each.
//
// Start with [Run]: its table reads as an index of the suite, and mount.go,
// guard.go, origin.go and the other files each hold the tests of one promise.
package adaptertest

import (
	"net/http"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
)

// App is what a binding puts on a router.
type App struct {
	// Auths are each to be mounted under their base path, which is "" for the
	// whole server. There may be none.
	Auths []*betterauth.Auth
	// Routes are the application's own.
	Routes []Route
	// Documents are served at their paths, outside every base path and by all
	// methods, as the handlers answer: what a plugin has for the root of a
	// domain, such as (*passkey.Passkeys).WellKnown.
	Documents map[string]http.Handler
}

// Route is one GET route of an application.
type Route struct {
	// Path has no parameters.
	Path string
	// Guards stand before Handle, the outermost first.
	Guards []Guard
	// Handle is the route's handler. It is to be called with what the framework
	// gives a handler to write to, its request, and who the binding's own getter
	// says that is: nil for nobody.
	Handle func(w http.ResponseWriter, r *http.Request, who *betterauth.Identity)
}

// Guard is the binding's middleware for one Auth: with Required the one that
// demands a session, otherwise the one that offers it. With Requirements it is the
// one that demands them as well.
type Guard struct {
	Auth         *betterauth.Auth
	Required     bool
	Requirements []betterauth.Requirement
}

// Before puts the middleware of the Auth itself before a handler, for routers that
// take what net/http takes. Other routers have middleware of their own to prove.
func (g Guard) Before(next http.Handler) http.Handler {
	switch {
	case g.Requirements != nil:
		return g.Auth.Require(g.Requirements...)(next)
	case g.Required:
		return g.Auth.RequireSession(next)
	}
	return g.Auth.OptionalSession(next)
}

// Binding builds a new router that serves app the way an application of the
// framework would. It is called several times, also concurrently.
type Binding func(t testing.TB, app App) http.Handler

// Run proves that a binding keeps the contract. It uses SQLite in memory and a
// server on a loopback port.
func Run(t *testing.T, b Binding) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Binding)
	}{
		{"SignUpAndGetSession", testRoundTrip},
		{"NotFound", testNotFound},
		{"EncodedPaths", testEncodedPaths},
		{"OtherBasePath", testOtherBasePath},
		{"RootBasePath", testRootBasePath},
		{"TooLarge", testTooLarge},
		{"OtherOrigin", testOtherOrigin},
		{"Documents", testDocuments},
		{"RequiredSession", testRequired},
		{"OptionalSession", testOptional},
		{"DatabaseFailure", testDatabaseFailure},
		{"Refresh", testRefresh},
		{"OwnSignIn", testOwnSignIn},
		{"Requirements", testRequirements},
		{"Roles", testRoles},
		{"TwoAuths", testTwoAuths},
		{"Streaming", testStreaming},
		{"Cancellation", testCancellation},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, b)
		})
	}
}
