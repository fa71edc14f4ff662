package passkey_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/bearer"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

// A passkey is registered by whoever is signed in, and signs in from then on. The
// phone is software: package passkeytest.
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
	}).Database(db).Plugin(passkey.New(passkey.Config{}), bearer.New(bearer.Config{})).Build(ctx)
	if err != nil {
		panic(err)
	}
	defer auth.Close(ctx)

	ada := &betterauth.User{Name: "Ada", Email: "ada@example.com"}
	if err := auth.CreateUser(ctx, ada, betterauth.NewUserOptions{}); err != nil {
		panic(err)
	}
	session, err := auth.CreateSession(ctx, ada.ID, betterauth.SignIn{Method: "example"})
	if err != nil {
		panic(err)
	}
	send := func(method, path string, response []byte) []byte {
		var body []byte
		if response != nil {
			body = fmt.Appendf(nil, `{"response":%s}`, response)
		}
		r := httptest.NewRequest(method, "/api/auth/passkey"+path, bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		if session != nil {
			r.Header.Set("Authorization", "Bearer "+session.Token)
		}
		w := httptest.NewRecorder()
		auth.ServeHTTP(w, r)
		fmt.Println(path, w.Code)
		return w.Body.Bytes()
	}
	phone := passkeytest.New(passkeytest.Options{Origin: "http://localhost:3000"})

	options := send("GET", "/generate-register-options", nil)
	registration, err := phone.Create(options, passkeytest.CreateOptions{})
	if err != nil {
		panic(err)
	}
	send("POST", "/verify-registration", registration)

	session = nil // as on another day
	options = send("GET", "/generate-authenticate-options", nil)
	assertion, err := phone.Get(options, passkeytest.GetOptions{})
	if err != nil {
		panic(err)
	}
	send("POST", "/verify-authentication", assertion)
	// Output:
	// /generate-register-options 200
	// /verify-registration 200
	// /generate-authenticate-options 200
	// /verify-authentication 200
}
