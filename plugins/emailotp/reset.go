package emailotp

import (
	"context"
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// RequestResetInput is the input of requestPasswordResetEmailOTP and of
// forgetPasswordEmailOTP.
type RequestResetInput struct {
	Email string `json:"email"`
}

func (e *EmailOTP) requestReset(c *betterauth.Ctx, in RequestResetInput) (betterauth.Success, error) {
	if !e.host.Site().CanMail {
		return betterauth.Success{}, errNoMailer
	}
	if e.passwords == nil {
		return betterauth.Success{}, ErrResetDisabled
	}
	email, ok := betterauth.NormalizeEmail(in.Email)
	if !ok {
		return betterauth.Success{}, ErrInvalidEmail
	}
	return betterauth.Success{Success: true}, e.request(c, email, TypeForgetPassword)
}

// ResetInput is the input of resetPasswordEmailOTP.
type ResetInput struct {
	Email    string               `json:"email"`
	OTP      betterauth.TypedCode `json:"otp"`
	Password string               `json:"password"`
}

// reset proves the address as signing in does: where it was not verified before,
// what somebody else may have left there is removed.
func (e *EmailOTP) reset(c *betterauth.Ctx, in ResetInput) (betterauth.Success, error) {
	if e.passwords == nil {
		return betterauth.Success{}, ErrResetDisabled
	}
	email, ok := betterauth.NormalizeEmail(in.Email)
	if !ok {
		return betterauth.Success{}, ErrInvalidEmail
	}
	// First, since a password that will not do should not cost the code.
	if err := e.passwords.CheckReset(in.Password); err != nil {
		return betterauth.Success{}, err
	}
	if _, err := e.use(c, email, identifier(TypeForgetPassword, email), in.OTP); err != nil {
		return betterauth.Success{}, err
	}
	user, err := e.users.Get(c, database.Eq("email", email))
	if err == nil {
		err = e.passwords.ResetFor(c, user.ID, in.Password, func(ctx context.Context) error {
			_, _, err := e.host.ProvenUser(ctx, email, nil)
			return err
		})
	}
	if errors.Is(err, database.ErrNotFound) {
		err = ErrUserNotFound
	}
	return betterauth.Success{Success: err == nil}, err
}
