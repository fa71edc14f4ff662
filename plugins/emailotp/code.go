package emailotp

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// Storage is how a code is kept.
type Storage string

const (
	// StorePlain keeps codes as they are: who reads the database can use those
	// that are still good. The reference's default.
	StorePlain Storage = "plain"
	// StoreEncrypted seals them with the application's secret.
	StoreEncrypted Storage = "encrypted"
	// StoreHashed keeps SHA-256 in base64url without padding. There are few
	// enough codes to try all: it keeps them from a glance, not from a thief.
	StoreHashed Storage = "hashed"
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

// seal is the form in which a code is kept.
func (e *EmailOTP) seal(ctx context.Context, code string) (string, error) {
	switch {
	case e.cfg.Hash != nil:
		return e.cfg.Hash(ctx, code)
	case e.cfg.Storage == StoreEncrypted:
		return e.host.Encrypt(code)
	case e.cfg.Storage == StoreHashed:
		sum := sha256.Sum256([]byte(code))
		return base64.RawURLEncoding.EncodeToString(sum[:]), nil
	}
	return code, nil
}

// errOneWay is a code that cannot be read back.
var errOneWay = errors.New("the code is hashed")

// open is the code that is kept as sealed.
func (e *EmailOTP) open(sealed string) (string, error) {
	switch {
	case e.cfg.Hash != nil || e.cfg.Storage == StoreHashed:
		return "", errOneWay
	case e.cfg.Storage == StoreEncrypted:
		return e.host.Decrypt(sealed)
	}
	return sealed, nil
}

// matches reports whether a code is the one that is kept, in a time that does
// not depend on how much of it is right.
func (e *EmailOTP) matches(ctx context.Context, sealed, code string) (bool, error) {
	kept, err := e.open(sealed)
	if errors.Is(err, errOneWay) {
		kept = sealed
		code, err = e.seal(ctx, code)
	}
	if err != nil {
		return false, err
	}
	a, b := sha256.Sum256([]byte(kept)), sha256.Sum256([]byte(code))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1, nil
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
