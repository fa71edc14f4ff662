package oauthpopup_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/bearer"
	"github.com/better-auth-go/better-auth/plugins/oauthpopup"
	"github.com/better-auth-go/better-auth/plugins/social"
)

func Example() {
	ctx := context.Background()
	db, err := sqlite.Open(":memory:")
	if err != nil {
		panic(err)
	}
	defer db.Close()
	auth, err := betterauth.New(betterauth.Config{
		BaseURL:        "https://auth.example.com",
		Secret:         "an example secret of 32 letters or more",
		TrustedOrigins: []string{"https://app.example.com"},
		Schema:         betterauth.SchemaMigrate,
	}).Database(db).
		Plugin(social.New(social.Config{Providers: []social.Provider{social.Google(social.Client{ID: "id", Secret: "secret"})}})).
		Plugin(bearer.New(bearer.Config{})).
		Plugin(oauthpopup.New(oauthpopup.Config{})).
		Build(ctx)
	if err != nil {
		panic(err)
	}
	defer auth.Close(ctx)

	// A page of the application opens the popup; a browser says so.
	for _, page := range []string{"https://app.example.com/", "https://elsewhere.example/"} {
		r := httptest.NewRequest(http.MethodGet, "https://auth.example.com/api/auth/oauth-popup/start?provider=google&popupOrigin=https://app.example.com", nil)
		r.Header.Set("Referer", page)
		w := httptest.NewRecorder()
		auth.ServeHTTP(w, r)
		to, err := url.Parse(w.Header().Get("Location"))
		if err != nil {
			panic(err)
		}
		fmt.Println(w.Code, to.Host)
	}
	// Output:
	// 302 accounts.google.com
	// 403
}
