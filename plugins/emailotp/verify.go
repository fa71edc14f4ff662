package emailotp

import (
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// CheckInput is the input of checkVerificationOTP.
type CheckInput struct {
	Email string               `json:"email"`
	Type  Type                 `json:"type" check:"enum=email-verification|sign-in|forget-password|change-email"`
	OTP   betterauth.TypedCode `json:"otp"`
}

// check counts as an attempt like any other, or it would be where to guess.
func (e *EmailOTP) check(c *betterauth.Ctx, in CheckInput) (betterauth.Success, error) {
	email, ok := betterauth.NormalizeEmail(in.Email)
	if !ok {
		return betterauth.Success{}, ErrInvalidEmail
	}
	if _, _, err := e.try(c, email, identifier(in.Type, email), in.OTP, false); err != nil {
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
	Email string               `json:"email"`
	OTP   betterauth.TypedCode `json:"otp"`
}

// VerifyEmailAnswer is the answer of verifyEmailOTP. Token is the token of the new
// session, null if verifying does not sign in.
type VerifyEmailAnswer struct {
	Status bool             `json:"status"`
	Token  *string          `json:"token"`
	User   *betterauth.User `json:"user"`
}

func (e *EmailOTP) verifyEmail(c *betterauth.Ctx, in VerifyEmailInput) (VerifyEmailAnswer, error) {
	email, ok := betterauth.NormalizeEmail(in.Email)
	if !ok {
		return VerifyEmailAnswer{}, ErrInvalidEmail
	}
	proof, code, err := e.try(c, email, identifier(TypeEmailVerification, email), in.OTP, true)
	if err != nil {
		return VerifyEmailAnswer{}, err
	}
	user, err := e.markVerified(c, email, code)
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
		return answer, proof.Forget(c)
	}
	id, err := c.Session()
	switch {
	case errors.Is(err, betterauth.ErrNoSession):
		return answer, nil
	case err != nil:
		return VerifyEmailAnswer{}, err
	case id.User.ID == user.ID:
		c.RefreshCookies(&betterauth.Identity{Session: id.Session, User: user}, betterauth.CacheOnly)
	}
	return answer, nil
}

// markVerified marks the address verified, for the sign-up that the code, by the id
// of its row, was mailed for. One that was verified before stays as it is.
func (e *EmailOTP) markVerified(c *betterauth.Ctx, email, code string) (user *betterauth.User, err error) {
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
		claim, err := e.takeClaim(tx, identifier(TypeEmailVerification, email), code)
		if err != nil {
			return err
		}
		proven, err := tx.ProveAddress(betterauth.AddressProof{Email: email, Claim: claim})
		if errors.Is(err, betterauth.ErrClaimEnded) {
			return ErrInvalid.Because(err)
		}
		if err != nil {
			return err
		}
		user = proven.User
		return e.afterVerification(tx, user)
	})
	return user, err
}
