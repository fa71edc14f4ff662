package ginauth_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	ginauth "github.com/better-auth-go/better-auth/adapters/gin"
	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/bearer"
	"github.com/gin-gonic/gin"
)

// The Auth and a handler that needs a session share a Gin engine.
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

	r := gin.New()
	if err := ginauth.Mount(r, auth); err != nil {
		panic(err)
	}
	r.GET("/me", ginauth.RequireSession(auth), func(c *gin.Context) {
		who, _ := ginauth.SessionFrom(c)
		c.String(http.StatusOK, who.User.Name)
	})

	ada := &betterauth.User{Name: "Ada", Email: "ada@example.com"}
	if err := auth.CreateUser(ctx, ada, betterauth.NewUserOptions{}); err != nil {
		panic(err)
	}
	session, err := auth.CreateSession(ctx, ada.ID, betterauth.SignIn{Method: "example"})
	if err != nil {
		panic(err)
	}
	for _, path := range []string{"/api/auth/ok", "/me"} {
		request := httptest.NewRequest("GET", path, nil)
		request.Header.Set("Authorization", "Bearer "+session.Token)
		w := httptest.NewRecorder()
		r.ServeHTTP(w, request)
		fmt.Println(path, w.Code, w.Body)
	}
	// Output:
	// /api/auth/ok 200 {"ok":true}
	// /me 200 Ada
}
