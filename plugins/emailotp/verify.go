package emailotp

import (
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// CheckInput is the input of checkVerificationOTP.
type CheckInput struct {
	Email string `json:"email"`
	Type  Type   `json:"type" check:"enum=email-verification|sign-in|forget-password|change-email"`
	OTP   string `json:"otp"`
}

// check counts as an attempt like any other, or it would be where to guess.
func (e *EmailOTP) check(c *betterauth.Ctx, in CheckInput) (betterauth.Success, error) {
	email := lower(in.Email)
	if !betterauth.IsEmail(email) {
		return betterauth.Success{}, ErrInvalidEmail
	}
	if err := e.try(c, identifier(in.Type, email), in.OTP, false); err != nil {
		return betterauth.Success{}, err
	}
	// Who has the code reads the address's mail, and may know.
	known, err := e.users.Exists(c, database.Eq("email", email))
	if err == nil && !known {
		err = ErrUserNotFound
	}
	return betterauth.Success{Success: err == nil}, err
}

// VerifyEmailInput is the input of verifyEmailOTP.
type VerifyEmailInput struct {
	Email string `json:"email"`
	OTP   string `json:"otp"`
}

// VerifyEmailAnswer is the answer of verifyEmailOTP. Token is that of a new
// session, null where verifying does not sign in.
type VerifyEmailAnswer struct {
	Status bool             `json:"status"`
	Token  *string          `json:"token"`
	User   *betterauth.User `json:"user"`
}

func (e *EmailOTP) verifyEmail(c *betterauth.Ctx, in VerifyEmailInput) (VerifyEmailAnswer, error) {
	email := lower(in.Email)
	if !betterauth.IsEmail(email) {
		return VerifyEmailAnswer{}, ErrInvalidEmail
	}
	if err := e.use(c, identifier(TypeEmailVerification, email), in.OTP); err != nil {
		return VerifyEmailAnswer{}, err
	}
	user, err := e.markVerified(c, email)
	if err != nil {
		return VerifyEmailAnswer{}, err
	}
	answer := VerifyEmailAnswer{Status: true, User: user}
	if e.verification != nil && e.verification.SignsInAfterVerification() {
		session, err := c.SignIn(user, betterauth.SignIn{Method: ID})
		if err != nil {
			return VerifyEmailAnswer{}, err
		}
		answer.Token = &session.Token
		return answer, nil
	}
	id, err := c.Session()
	switch {
	case errors.Is(err, betterauth.ErrNoSession):
		return answer, nil
	case err != nil:
		return VerifyEmailAnswer{}, err
	case id.User.ID == user.ID:
		c.Recache(&betterauth.Identity{Session: id.Session, User: user})
	}
	return answer, nil
}

func (e *EmailOTP) markVerified(c *betterauth.Ctx, email string) (user *betterauth.User, err error) {
	err = c.Transaction(func(tx *betterauth.Ctx) error {
		old, err := e.users.GetLocked(tx, database.Eq("email", email))
		if errors.Is(err, database.ErrNotFound) {
			return ErrUserNotFound
		}
		if err != nil {
			return err
		}
		if err := e.beforeVerification(tx, old); err != nil {
			return err
		}
		user, err = e.users.UpdateOne(tx, database.Set{"emailVerified": true}, database.Eq("id", old.ID), database.Eq("email", email))
		if err != nil {
			return err
		}
		return e.afterVerification(tx, user)
	})
	return user, err
}
