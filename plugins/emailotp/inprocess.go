package emailotp

import (
	"context"
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
)

// Create makes a code of a type for an address, whether or not a user has it, and sends
// no mail. It is for applications that deliver codes in their own way. The code replaces
// an existing one. The application must make sure that only the owner of the address gets
// the code.
func (e *EmailOTP) Create(ctx context.Context, email string, t Type) (string, error) {
	email = lower(email)
	code, _, err := e.put(ctx, identifier(t, email), email, t, false)
	return code, err
}

// Get returns the valid code of a type for an address, "" if there is none. A hashed code
// cannot be returned.
func (e *EmailOTP) Get(ctx context.Context, email string, t Type) (string, error) {
	k, err := e.find(ctx, identifier(t, lower(email)))
	switch {
	case errors.Is(err, ErrInvalid), errors.Is(err, ErrExpired), errors.Is(err, ErrTooManyAttempts):
		return "", nil
	case err != nil:
		return "", err
	}
	code, err := e.cfg.Storage.Open(ctx, e.host, k.sealed)
	if errors.Is(err, betterauth.ErrCodeHashed) {
		return "", errHashed
	}
	return code, err
}

// CreateInput is the input of createVerificationOTP, which is called in process.
type CreateInput struct {
	Email string `json:"email"`
	Type  Type   `json:"type" check:"enum=email-verification|sign-in|forget-password|change-email"`
}

func (e *EmailOTP) create(c *betterauth.Ctx, in CreateInput) (string, error) {
	return e.Create(c, in.Email, in.Type)
}

// GetInput is the input of getVerificationOTP, which is called in process.
type GetInput struct {
	Email string `query:"email"`
	Type  Type   `query:"type" check:"enum=email-verification|sign-in|forget-password|change-email"`
}

// GetAnswer is the answer of getVerificationOTP. OTP is null without a code.
type GetAnswer struct {
	OTP *string `json:"otp"`
}

func (e *EmailOTP) get(c *betterauth.Ctx, in GetInput) (GetAnswer, error) {
	code, err := e.Get(c, in.Email, in.Type)
	if err != nil || code == "" {
		return GetAnswer{}, err
	}
	return GetAnswer{&code}, nil
}
