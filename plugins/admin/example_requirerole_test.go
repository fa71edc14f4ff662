package admin_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/bearer"
)

// A route of the application is for those who have a role.
func ExampleAdmin_RequireRole() {
	admins := admin.New(admin.Config{})
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
	}).Database(db).Plugin(admins, bearer.New(bearer.Config{})).Build(ctx)
	if err != nil {
		panic(err)
	}
	defer auth.Close(ctx)

	reports := auth.Require(admins.RequireRole("admin"))(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "the reports")
	}))
	ada := &betterauth.User{Name: "Ada", Email: "ada@example.com"}
	if err := auth.CreateUser(ctx, ada, betterauth.NewUserOptions{}); err != nil {
		panic(err)
	}
	session, err := auth.CreateSession(ctx, ada.ID, betterauth.SignIn{Method: "example"})
	if err != nil {
		panic(err)
	}
	for _, role := range []string{"user", "admin"} {
		if _, err := admins.SetRoles(ctx, ada.ID, role); err != nil {
			panic(err)
		}
		r := httptest.NewRequest("GET", "/reports", nil)
		r.Header.Set("Authorization", "Bearer "+session.Token)
		w := httptest.NewRecorder()
		reports.ServeHTTP(w, r)
		fmt.Println(role, w.Code)
	}
	// Output:
	// user 403
	// admin 200
}
