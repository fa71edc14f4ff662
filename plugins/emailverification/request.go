package emailverification

import (
	"errors"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// RequestInput is the input of sendVerificationEmail.
type RequestInput struct {
	Email       string  `json:"email" check:"email"`
	CallbackURL *string `json:"callbackURL"`
}

func (v *EmailVerification) request(c *betterauth.Ctx, in RequestInput) (betterauth.Status, error) {
	if !v.host.Site().CanMail {
		return betterauth.Status{}, errNoMailer
	}
	id, err := c.StoredSession()
	switch {
	case errors.Is(err, betterauth.ErrNoSession):
		err = v.requestAnonymously(c, in)
	case err != nil:
	case !strings.EqualFold(id.User.Email, in.Email):
		err = ErrEmailMismatch
	case id.User.EmailVerified:
		err = ErrAlreadyVerified
	default:
		err = v.Mail(c, id.User, betterauth.OrZero(in.CallbackURL))
	}
	return betterauth.Status{Status: err == nil}, err
}

// requestAnonymously answers alike, and does the same work, whether or not the
// address is known: the mail is composed in any case, and sent in the
// background. The reference waits half a second instead, since it sends inline.
func (v *EmailVerification) requestAnonymously(c *betterauth.Ctx, in RequestInput) error {
	email := strings.ToLower(in.Email)
	if may, err := v.host.MayMail(c, email); err != nil || !may {
		return err
	}
	user, err := v.users.Get(c, database.Eq("email", email))
	missing := errors.Is(err, database.ErrNotFound)
	if missing {
		user, err = &betterauth.User{Email: email}, nil
	}
	if err != nil {
		return err
	}
	deliver := !missing && !user.EmailVerified
	claim, err := c.ClaimFor(user)
	if err != nil {
		return err
	}
	if v.mailCode != nil {
		return v.mailCode(c, user, claim, deliver)
	}
	m, err := v.message(c, user, purposeVerify, claims{Email: email, UserID: user.ID, Claim: claim}, betterauth.OrZero(in.CallbackURL))
	if err != nil || !deliver {
		return err
	}
	v.host.Mail(c, m)
	return nil
}
