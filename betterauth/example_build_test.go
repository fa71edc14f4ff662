package betterauth_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// An Auth is an http.Handler for everything under its base path. A client signs
// up, and the answer sets the session's cookie.
func Example() {
	ctx := context.Background()
	db, err := sqlite.Open(":memory:")
	if err != nil {
		panic(err)
	}
	defer db.Close()
	auth, err := betterauth.New(betterauth.Config{
		BaseURL:  "http://localhost:3000",
		Secret:   "an example secret of 32 letters or more",
		Schema:   betterauth.SchemaMigrate,
		Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}}, // for examples and tests only
	}).Database(db).Plugin(emailpassword.New(emailpassword.Config{})).Build(ctx)
	if err != nil {
		panic(err)
	}
	defer auth.Close(ctx)

	mux := http.NewServeMux()
	mux.Handle("/api/auth/", auth)

	r := httptest.NewRequest("POST", "/api/auth/sign-up/email", strings.NewReader(`{"name":"Ada","email":"ada@example.com","password":"correct horse"}`))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)

	fmt.Println(w.Code)
	for _, cookie := range w.Result().Cookies() {
		fmt.Println(cookie.Name, "HttpOnly:", cookie.HttpOnly)
	}
	// Output:
	// 200
	// better-auth.session_token HttpOnly: true
}
