package betterauth_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/better-auth-go/better-auth/betterauth"
)

// A handler of the application's own, such as that of an older login, signs somebody
// in by SignIn. It asks every gate, and puts the cookies on the answer.
func ExampleAuth_SignIn() {
	ctx := context.Background()
	auth, done := exampleAuth(betterauth.Config{})
	defer done()

	if err := auth.CreateUser(ctx, &betterauth.User{Name: "Ada", Email: "ada@example.com"}, betterauth.NewUserOptions{}); err != nil {
		panic(err)
	}
	login := func(w http.ResponseWriter, r *http.Request) {
		// Whether the ticket is right was found out before.
		user, err := auth.UserByEmail(r.Context(), "ada@example.com")
		if err == nil {
			_, err = auth.SignIn(w, r, user, betterauth.SignIn{Method: "ticket"})
		}
		if err != nil {
			auth.WriteError(w, r, err)
			return
		}
		http.Redirect(w, r, "/home", http.StatusSeeOther)
	}

	w := httptest.NewRecorder()
	login(w, httptest.NewRequest("POST", "/login", nil))
	fmt.Println(w.Code, w.Header().Get("Location"), w.Result().Cookies()[0].Name)
	// Output: 303 /home better-auth.session_token
}
