package emailotp

import (
	"context"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

const digits = "0123456789"

func (e *EmailOTP) generate(ctx context.Context, email string, t Type) (string, error) {
	if e.cfg.GenerateCode != nil {
		if code, err := e.cfg.GenerateCode(ctx, email, t); err != nil || code != "" {
			return code, err
		}
	}
	return e.host.RandomString(e.cfg.CodeLength, digits)
}

// identifier names the code of a type for an address, as the reference does.
func identifier(t Type, email string) string { return string(t) + "-otp-" + email }

// changeIdentifier names the code that replaces a user's address.
func changeIdentifier(userID, newEmail string) string {
	return identifier(TypeChangeEmail, userID+":"+newEmail)
}

// pending are the codes that are under way to a user.
func pending() []betterauth.Pending {
	codes := func(types ...Type) func(u *betterauth.User) database.Cond {
		return func(u *betterauth.User) database.Cond {
			var all []any
			for _, t := range types {
				code := identifier(t, lower(u.Email))
				all = append(all, code, claimOf(code))
			}
			return database.In("identifier", all...)
		}
	}
	const password = betterauth.PasswordReset | betterauth.PasswordChanged
	return []betterauth.Pending{
		// One to verify an address may sign in, too.
		{Name: "mailed code", Ends: betterauth.AddressChanged | password, Of: codes(TypeEmailVerification, TypeSignIn, TypeForgetPassword)},
		{Name: "code to change an address", Ends: betterauth.AddressChanged | password | betterauth.SessionsRevoked,
			Of: func(u *betterauth.User) database.Cond {
				return database.Or(database.StartsWith("identifier", changeIdentifier(u.ID, "")),
					database.StartsWith("identifier", identifier(TypeChangeEmail, lower(u.Email)+"-")))
			}},
	}
}

// lower is an address as it is stored.
func lower(email string) string {
	email, _ = betterauth.NormalizeEmail(email)
	return email
}
