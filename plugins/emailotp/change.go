package emailotp

import (
	"errors"
	"slices"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// RequestChangeInput is the input of requestEmailChangeEmailOTP.
type RequestChangeInput struct {
	NewEmail string `json:"newEmail"`
	// OTP is the code from the present address, where that is demanded.
	OTP *string `json:"otp"`
}

// requestChange mails nothing to an address that is somebody else's, and does
// not say so; the change itself decides again.
func (e *EmailOTP) requestChange(c *betterauth.Ctx, in RequestChangeInput) (betterauth.Success, error) {
	email, newEmail, err := e.mayChange(c, in.NewEmail)
	if err != nil {
		return betterauth.Success{}, err
	}
	if !e.host.CanMail() {
		return betterauth.Success{}, errCannotMail
	}
	if e.cfg.ChangeEmail.VerifyCurrentEmail {
		if in.OTP == nil || *in.OTP == "" {
			return betterauth.Success{}, errCodeRequired
		}
		if err := e.use(c, identifier(TypeEmailVerification, email), *in.OTP); err != nil {
			return betterauth.Success{}, err
		}
	}
	taken, err := e.users.Exists(c, database.Eq("email", newEmail))
	if err != nil {
		return betterauth.Success{}, err
	}
	user := *c.Identity().User
	user.Email = newEmail
	err = e.mail(c, changeIdentifier(email, newEmail), newEmail, TypeChangeEmail, &user, !taken)
	return betterauth.Success{Success: err == nil}, err
}

// mayChange returns the present and the new address as they are stored.
func (e *EmailOTP) mayChange(c *betterauth.Ctx, given string) (email, newEmail string, err error) {
	email, newEmail = lower(c.Identity().User.Email), lower(given)
	switch {
	case !e.cfg.ChangeEmail.Enabled:
		err = errChangeDisabled
	case !betterauth.IsEmail(newEmail):
		err = ErrInvalidEmail
	case newEmail == email:
		err = errSameEmail
	}
	return email, newEmail, err
}

// ChangeInput is the input of changeEmailEmailOTP.
type ChangeInput struct {
	NewEmail string `json:"newEmail"`
	OTP      string `json:"otp"`
}

func (e *EmailOTP) change(c *betterauth.Ctx, in ChangeInput) (betterauth.Success, error) {
	email, newEmail, err := e.mayChange(c, in.NewEmail)
	if err != nil {
		return betterauth.Success{}, err
	}
	if err := e.use(c, changeIdentifier(email, newEmail), in.OTP); err != nil {
		return betterauth.Success{}, err
	}
	id := c.Identity()
	var user *betterauth.User
	err = c.Transaction(func(tx *betterauth.Ctx) error {
		old, err := e.users.GetLocked(tx, database.Eq("id", id.User.ID), database.Eq("email", email))
		if err != nil {
			return err
		}
		if err := e.beforeVerification(tx, old); err != nil {
			return err
		}
		user, err = e.users.UpdateOne(tx, database.Set{"email": newEmail, "emailVerified": true},
			database.Eq("id", old.ID), database.Eq("email", email))
		if err != nil {
			return err
		}
		return e.afterVerification(tx, user)
	})
	var unique *database.UniqueError
	switch {
	case errors.As(err, &unique) && slices.Contains(unique.Columns, "email"):
		// Who has the code reads the new address's mail, and may know.
		return betterauth.Success{}, errEmailInUse.Because(err)
	case errors.Is(err, database.ErrNotFound):
		return betterauth.Success{}, ErrUserNotFound
	case err != nil:
		return betterauth.Success{}, err
	}
	c.Reissue(&betterauth.Identity{Session: id.Session, User: user})
	return betterauth.Success{Success: true}, nil
}
