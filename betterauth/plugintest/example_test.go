package plugintest_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
)

// A kit is an application in memory, with clients that are signed in and a clock to
// move. In a test, t is the test's own.
func ExampleNew() {
	t := &exampleTB{}
	defer t.end()

	kit := plugintest.New(t)
	alice := kit.SignedIn("alice@example.com")

	var sessions []*betterauth.Session
	alice.Get("/list-sessions").Want(http.StatusOK).Into(&sessions)
	fmt.Println(len(sessions), "session")

	kit.Clock.Advance(8 * 24 * time.Hour) // the session is over
	answer := alice.Get("/list-sessions").WantError(betterauth.ErrUnauthorized)
	fmt.Println(answer.Code())
	// Output:
	// 1 session
	// UNAUTHORIZED
}

// What the application itself answers is asked for with the same cookies, by
// Client.Root.
func ExampleKit_Serve() {
	t := &exampleTB{}
	defer t.end()

	kit := plugintest.New(t)
	mux := http.NewServeMux()
	mux.Handle(kit.Auth.BasePath()+"/", kit.Auth)
	mux.Handle("GET /me", kit.Auth.RequireSession(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := betterauth.SessionFrom(r.Context())
		fmt.Fprint(w, who.User.Email)
	})))
	kit.Serve(mux)

	alice := kit.SignedIn("alice@example.com")
	fmt.Printf("%s\n", alice.Root().Get("/me").Want(http.StatusOK).Body)
	fmt.Println(kit.Client().Root().Get("/me").Status)
	// Output:
	// alice@example.com
	// 401
}

// exampleTB stands in for the *testing.T that an example does not get.
type exampleTB struct {
	testing.TB
	cleanups []func()
}

func (t *exampleTB) Helper()                           {}
func (t *exampleTB) Context() context.Context          { return context.Background() }
func (t *exampleTB) Cleanup(f func())                  { t.cleanups = append(t.cleanups, f) }
func (t *exampleTB) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }
func (t *exampleTB) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

func (t *exampleTB) end() {
	for i := len(t.cleanups) - 1; i >= 0; i-- {
		t.cleanups[i]()
	}
}
