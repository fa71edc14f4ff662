package nethttp_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/better-auth-go/better-auth/adapters/nethttp"
	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/bearer"
)

// The Auth and a handler that needs a session share a mux.
func Example() {
	ctx := context.Background()
	db, err := sqlite.Open(":memory:")
	if err != nil {
		panic(err)
	}
	defer db.Close()
	auth, err := betterauth.New(betterauth.Config{
		BaseURL: "http://localhost:3000",
		Secret:  "an example secret of 32 letters or more",
		Schema:  betterauth.SchemaMigrate,
	}).Database(db).Plugin(bearer.New(bearer.Config{})).Build(ctx)
	if err != nil {
		panic(err)
	}
	defer auth.Close(ctx)

	mux := http.NewServeMux()
	nethttp.Mount(mux, auth)
	mux.Handle("GET /me", auth.RequireSession(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := betterauth.SessionFrom(r.Context())
		fmt.Fprint(w, who.User.Name)
	})))

	ada := &betterauth.User{Name: "Ada", Email: "ada@example.com"}
	if err := auth.CreateUser(ctx, ada, betterauth.NewUserOptions{}); err != nil {
		panic(err)
	}
	session, err := auth.CreateSession(ctx, ada.ID, betterauth.SignIn{Method: "example"})
	if err != nil {
		panic(err)
	}
	for _, path := range []string{"/api/auth/ok", "/me"} {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Authorization", "Bearer "+session.Token)
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		fmt.Println(path, w.Code, w.Body)
	}
	// Output:
	// /api/auth/ok 200 {"ok":true}
	// /me 200 Ada
}
