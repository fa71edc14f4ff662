package emailotp

import (
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// RequestChangeInput is the input of requestEmailChangeEmailOTP.
type RequestChangeInput struct {
	NewEmail string `json:"newEmail"`
	// OTP is the code from the current address, if that is required.
	OTP *betterauth.TypedCode `json:"otp"`
}

// requestChange mails nothing to an address that is somebody else's, and does
// not say so; the change itself decides again.
func (e *EmailOTP) requestChange(c *betterauth.Ctx, in RequestChangeInput) (betterauth.Success, error) {
	email, newEmail, err := e.mayChange(c, in.NewEmail)
	if err != nil {
		return betterauth.Success{}, err
	}
	if !e.host.Site().CanMail {
		return betterauth.Success{}, errNoMailer
	}
	verified := identifier(TypeEmailVerification, email)
	if e.cfg.ChangeEmail.VerifyCurrentEmail {
		if in.OTP == nil || in.OTP.Empty() {
			return betterauth.Success{}, errCodeRequired
		}
		// It is used up only where a mail follows.
		if _, _, err := e.try(c, email, verified, *in.OTP, false); err != nil {
			return betterauth.Success{}, err
		}
	}
	if may, err := e.host.MayMail(c, newEmail); err != nil || !may {
		return betterauth.Success{Success: err == nil}, err
	}
	if e.cfg.ChangeEmail.VerifyCurrentEmail {
		if _, err := e.use(c, email, verified, *in.OTP); err != nil {
			return betterauth.Success{}, err
		}
	}
	err = c.ChangeAccess(func(tx *betterauth.Ctx, user *betterauth.User) error {
		taken, err := e.users.Exists(tx, database.Eq("email", newEmail))
		if err != nil {
			return err
		}
		recipient := *user
		recipient.Email = newEmail
		if err := e.dropFormer(tx, email, newEmail); err != nil {
			return err
		}
		return e.mail(tx, changeIdentifier(user.ID, newEmail), newEmail, TypeChangeEmail, &recipient, !taken)
	})
	return betterauth.Success{Success: err == nil}, err
}

// mayChange returns the present and the new address as they are stored.
func (e *EmailOTP) mayChange(c *betterauth.Ctx, given string) (email, newEmail string, err error) {
	email = lower(c.Identity().User.Email)
	newEmail, ok := betterauth.NormalizeEmail(given)
	switch {
	case !e.cfg.ChangeEmail.Enabled:
		err = errChangeDisabled
	case !ok:
		err = ErrInvalidEmail
	case newEmail == email:
		err = errSameEmail
	}
	return email, newEmail, err
}

// ChangeInput is the input of changeEmailEmailOTP.
type ChangeInput struct {
	NewEmail string               `json:"newEmail"`
	OTP      betterauth.TypedCode `json:"otp"`
}

func (e *EmailOTP) change(c *betterauth.Ctx, in ChangeInput) (betterauth.Success, error) {
	email, newEmail, err := e.mayChange(c, in.NewEmail)
	if err != nil {
		return betterauth.Success{}, err
	}
	id := c.Identity()
	code, err := e.changeCode(c, id.User.ID, email, newEmail)
	if err != nil {
		return betterauth.Success{}, err
	}
	if _, err := e.use(c, newEmail, code, in.OTP); err != nil {
		return betterauth.Success{}, err
	}
	var user *betterauth.User
	err = c.ChangeAccess(func(tx *betterauth.Ctx, old *betterauth.User) (err error) {
		if err := e.beforeVerification(tx, old); err != nil {
			return err
		}
		// Only the address that the session began with: another change came first.
		user, err = e.users.UpdateOne(tx, database.Set{"email": newEmail, "emailVerified": true},
			database.Eq("id", old.ID), database.Eq("email", email))
		if err != nil {
			return err
		}
		return e.afterVerification(tx, user)
	})
	switch {
	case database.UniqueViolation(err, "user", "email"):
		// Who has the code reads the new address's mail, and may know.
		return betterauth.Success{}, errEmailInUse.Because(err)
	case errors.Is(err, database.ErrNotFound):
		return betterauth.Success{}, ErrUserNotFound
	case err != nil:
		return betterauth.Success{}, err
	}
	c.RefreshCookies(&betterauth.Identity{Session: id.Session, User: user}, betterauth.AllCookies)
	return betterauth.Success{Success: true}, nil
}
