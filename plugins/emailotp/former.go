package emailotp

import (
	"context"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// TypeScript 1.7.5 names the code of a change by both addresses, joined by a hyphen,
// which addresses may have as well. A code that it mailed works until it expires,
// where the text means one change alone.

// formerChange names such a code; ok is false where another change has the same name.
func formerChange(email, newEmail string) (name string, ok bool) {
	joined := email + "-" + newEmail
	meanings := 0
	for i := range len(joined) {
		if joined[i] == '-' && betterauth.IsEmail(joined[:i]) && betterauth.IsEmail(joined[i+1:]) {
			meanings++
		}
	}
	return identifier(TypeChangeEmail, joined), meanings == 1
}

// changeCode names the code that a user's change is to be tried with: a former one
// where there is no other.
func (e *EmailOTP) changeCode(ctx context.Context, userID, email, newEmail string) (string, error) {
	code := changeIdentifier(userID, newEmail)
	former, ok := formerChange(email, newEmail)
	if !ok {
		return code, nil
	}
	rows, err := e.values.List(ctx, database.Query{Where: []database.Cond{database.In("identifier", code, former)}})
	if err != nil {
		return "", err
	}
	for _, row := range rows {
		if row.Identifier == code {
			return code, nil
		}
	}
	if len(rows) == 0 {
		return code, nil
	}
	return former, nil
}

// dropFormer ends a former code when a new one is made.
func (e *EmailOTP) dropFormer(ctx context.Context, email, newEmail string) error {
	former, ok := formerChange(email, newEmail)
	if !ok {
		return nil
	}
	return e.locked(ctx, former, func(ctx context.Context) error { return e.drop(ctx, former) })
}
