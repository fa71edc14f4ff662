package magiclink_test

import (
	"context"
	"fmt"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/magiclink"
)

// A link is mailed, and whoever follows it is signed in. It works once.
func Example() {
	var token string
	mailer := betterauth.MailerFunc(func(_ context.Context, m *betterauth.Message) error {
		token = m.Token // in a mail it is a part of m.URL
		return nil
	})
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
		Mailer:  mailer,
	}).Database(db).Plugin(magiclink.New(magiclink.Config{})).Build(ctx)
	if err != nil {
		panic(err)
	}
	defer auth.Close(ctx)

	ask := magiclink.RequestInput{Email: "ada@example.com"}
	if _, err := betterauth.Call[betterauth.Status](ctx, auth, magiclink.SignIn, ask, betterauth.CallOptions{}); err != nil {
		panic(err)
	}
	if err := auth.FlushMail(ctx); err != nil {
		panic(err)
	}
	for range 2 {
		answer, err := betterauth.Call[any](ctx, auth, magiclink.Verify, magiclink.FollowInput{Token: token}, betterauth.CallOptions{})
		if err != nil {
			panic(err)
		}
		switch answer := answer.(type) {
		case magiclink.SignedIn:
			fmt.Println("signed in as", answer.User.Email)
		case betterauth.Redirect:
			fmt.Println("sent to", answer.URL)
		}
	}
	// Output:
	// signed in as ada@example.com
	// sent to http://localhost:3000/?error=INVALID_TOKEN
}
