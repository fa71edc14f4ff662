package echoauth_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	echoauth "github.com/better-auth-go/better-auth/adapters/echo"
	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/bearer"
	"github.com/labstack/echo/v4"
)

// The Auth and a handler that needs a session share an Echo.
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

	e := echo.New()
	if err := echoauth.Mount(e, auth); err != nil {
		panic(err)
	}
	e.GET("/me", func(c echo.Context) error {
		who, _ := echoauth.SessionFrom(c)
		return c.String(http.StatusOK, who.User.Name)
	}, echoauth.RequireSession(auth))

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
		e.ServeHTTP(w, r)
		fmt.Println(path, w.Code, w.Body)
	}
	// Output:
	// /api/auth/ok 200 {"ok":true}
	// /me 200 Ada
}
