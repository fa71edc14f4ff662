package account

import (
	"errors"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// changeMailer is the plugin that mails links which verify an address.
type changeMailer interface {
	// Mail sends a link that verifies the user's address.
	Mail(c *betterauth.Ctx, user *betterauth.User, callbackURL string) error
	// MailChange sends a link that replaces the user's address: first to the old address
	// if confirm is true, else to the new one. If another user has the new address, it
	// sends nothing and does not reveal that.
	MailChange(c *betterauth.Ctx, user *betterauth.User, newEmail, callbackURL string, confirm bool) error
}

// ChangeEmailInput is the input of changeEmail.
type ChangeEmailInput struct {
	NewEmail    string  `json:"newEmail" check:"email"`
	CallbackURL *string `json:"callbackURL"`
}

// changeEmail answers alike whether or not somebody has the new address. Where
// addresses change at once their owners still see whether theirs did.
func (a *Account) changeEmail(c *betterauth.Ctx, in ChangeEmailInput) (betterauth.Status, error) {
	if !a.cfg.ChangeEmail.Enabled {
		return betterauth.Status{}, ErrChangeDisabled
	}
	user := c.Identity().User
	newEmail, callbackURL := strings.ToLower(in.NewEmail), betterauth.OrZero(in.CallbackURL)
	if newEmail == strings.ToLower(user.Email) {
		return betterauth.Status{}, errSameEmail
	}
	var err error
	switch {
	case !user.EmailVerified && a.cfg.ChangeEmail.UpdateWithoutVerification:
		err = a.replaceEmail(c, newEmail, callbackURL)
	case a.canVerify():
		err = c.ChangeAccess(func(tx *betterauth.Ctx, user *betterauth.User) error {
			confirm := a.cfg.ChangeEmail.ConfirmOldAddress && user.EmailVerified
			return a.mailer.MailChange(tx, user, newEmail, callbackURL, confirm)
		})
	default:
		err = errCannotVerify
	}
	return betterauth.Status{Status: err == nil}, err
}

func (a *Account) canVerify() bool { return a.mailer != nil && a.host.Site().CanMail }

// replaceEmail changes an address that is not verified. It must still be so when
// it is replaced: the new one would otherwise count as verified.
func (a *Account) replaceEmail(c *betterauth.Ctx, newEmail, callbackURL string) error {
	id := c.Identity()
	var user *betterauth.User
	err := c.ChangeAccess(func(tx *betterauth.Ctx, _ *betterauth.User) (err error) {
		user, err = a.users.UpdateOne(tx, database.Set{"email": newEmail},
			database.Eq("id", id.User.ID), database.Eq("email", id.User.Email), database.Eq("emailVerified", false))
		return err
	})
	switch {
	case database.UniqueViolation(err, "user", "email"):
		c.RefreshCookies(id, betterauth.AllCookies) // as after a change
		return nil
	case errors.Is(err, database.ErrNotFound):
		return ErrFailedToUpdate.Because(err)
	case err != nil:
		return err
	}
	c.RefreshCookies(&betterauth.Identity{Session: id.Session, User: user}, betterauth.AllCookies)
	if !a.canVerify() {
		return nil
	}
	return a.mailer.Mail(c, user, callbackURL)
}
