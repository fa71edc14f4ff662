package betterauth_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/plugins/bearer"
)

// RequireSession guards a handler of the application's own. Who has no session is
// answered 401 and does not reach it.
func ExampleAuth_RequireSession() {
	ctx := context.Background()
	auth, done := exampleAuth(betterauth.Config{}, bearer.New(bearer.Config{}))
	defer done()

	hello := auth.RequireSession(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := betterauth.SessionFrom(r.Context())
		fmt.Fprintf(w, "Hello %s", who.User.Name)
	}))

	ada := &betterauth.User{Name: "Ada", Email: "ada@example.com"}
	if err := auth.CreateUser(ctx, ada, betterauth.NewUserOptions{}); err != nil {
		panic(err)
	}
	session, err := auth.CreateSession(ctx, ada.ID, betterauth.SignIn{Method: "example"})
	if err != nil {
		panic(err)
	}
	for _, token := range []string{"", session.Token} {
		r := httptest.NewRequest("GET", "/hello", nil)
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		w := httptest.NewRecorder()
		hello.ServeHTTP(w, r)
		fmt.Println(w.Code, w.Body)
	}
	// Output:
	// 401 {"message":"Unauthorized","code":"UNAUTHORIZED"}
	// 200 Hello Ada
}
