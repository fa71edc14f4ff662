package betterauth_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/plugins/bearer"
)

// A Requirement decides who may use a route: here, whoever has an address of the
// company. Its ErrorCode is the answer to everybody else.
func ExampleAuth_Require() {
	ctx := context.Background()
	auth, done := exampleAuth(betterauth.Config{}, bearer.New(bearer.Config{}))
	defer done()

	staff := func(_ *http.Request, who *betterauth.Identity) error {
		if !strings.HasSuffix(who.User.Email, "@example.com") {
			return betterauth.ErrForbidden
		}
		return nil
	}
	reports := auth.Require(staff)(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "the reports")
	}))

	for _, email := range []string{"ada@example.com", "eve@example.net"} {
		user := &betterauth.User{Name: email, Email: email}
		if err := auth.CreateUser(ctx, user, betterauth.NewUserOptions{}); err != nil {
			panic(err)
		}
		session, err := auth.CreateSession(ctx, user.ID, betterauth.SignIn{Method: "example"})
		if err != nil {
			panic(err)
		}
		r := httptest.NewRequest("GET", "/reports", nil)
		r.Header.Set("Authorization", "Bearer "+session.Token)
		w := httptest.NewRecorder()
		reports.ServeHTTP(w, r)
		fmt.Println(w.Code, w.Body)
	}
	// Output:
	// 200 the reports
	// 403 {"message":"You are not allowed to do this","code":"FORBIDDEN"}
}
