package betterauth_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// A before hook sees the typed input of an operation, and may change or refuse it.
func ExampleBefore() {
	staffOnly := &betterauth.ErrorCode{Code: "STAFF_ONLY", Message: "Only our staff signs up here", Status: http.StatusForbidden}
	rules := betterauth.Inline{
		ID: "rules",
		Before: []betterauth.BeforeHook{
			betterauth.Before(emailpassword.SignUpEmail, func(_ *betterauth.Ctx, in *emailpassword.SignUpInput) error {
				if !strings.HasSuffix(in.Email, "@example.com") {
					return staffOnly
				}
				return nil
			}),
		},
		Errors: []*betterauth.ErrorCode{staffOnly},
	}
	ctx := context.Background()
	auth, done := exampleAuth(betterauth.Config{}, emailpassword.New(emailpassword.Config{}), rules)
	defer done()

	for _, email := range []string{"ada@example.com", "eve@example.net"} {
		in := emailpassword.SignUpInput{Name: "Somebody", Email: email, Password: "correct horse"}
		_, err := betterauth.Call[emailpassword.SignUpAnswer](ctx, auth, emailpassword.SignUpEmail, in, betterauth.CallOptions{})
		fmt.Println(email, err)
	}
	// Output:
	// ada@example.com <nil>
	// eve@example.net STAFF_ONLY: Only our staff signs up here
}
