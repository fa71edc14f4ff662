package emailverification

import (
	"fmt"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// The kinds of message this plugin sends.
const (
	// KindVerify asks to confirm an address. When it is to replace another one,
	// Data has it as "newEmail".
	KindVerify = "verify-email"
	// KindConfirmChange asks at the old address whether it may be replaced by
	// Data's "newEmail".
	KindConfirmChange = "change-email-confirmation"
)

// The steps of changing an address, as links name them.
const (
	stepConfirm = "change-email-confirmation"
	stepVerify  = "change-email-verification"
)

// What links are for, as purposes of tokens.
const (
	purposeVerify = "email-verification.verify"
	purposeChange = "email-verification.change"
)

// claims are what a link says, the reference's members first and in its order;
// SignToken adds when it was made and until when it is good.
type claims struct {
	Email       string `json:"email"`
	UpdateTo    string `json:"updateTo,omitzero"`
	RequestType string `json:"requestType,omitzero"`
	// UserID is whose address it is.
	UserID string `json:"userId,omitzero"`
	// Claim is the sign-up whose address is verified; see betterauth.Ctx.ClaimFor.
	Claim string `json:"claim,omitzero"`
	// Change names the stored value that makes a change single-use and revocable.
	Change string `json:"change,omitzero"`
}

// MailOnSignUp mails a verification link to somebody who has just signed up, if
// Config.SendOnSignUp or required says so, and Config.NoMailOnSignUp does not. It does nothing for an address that
// is verified already, and without a Mailer. In a transaction the mail waits
// for it.
func (v *EmailVerification) MailOnSignUp(c *betterauth.Ctx, user *betterauth.User, callbackURL string, required bool) error {
	return v.mailIf((v.cfg.SendOnSignUp || required) && !v.cfg.NoMailOnSignUp, c, user, callbackURL)
}

// MailOnSignIn mails a verification link to somebody whose sign-in is refused
// for the lack of one, if Config.SendOnSignIn says so; else as MailOnSignUp. They
// know the user's password, so that the link belongs to the sign-up that chose it.
func (v *EmailVerification) MailOnSignIn(c *betterauth.Ctx, user *betterauth.User, callbackURL string) error {
	if !v.wants(v.cfg.SendOnSignIn, user) {
		return nil
	}
	return v.mail(c, user, v.host.FirstClaim(user.ID), callbackURL)
}

func (v *EmailVerification) mailIf(wanted bool, c *betterauth.Ctx, user *betterauth.User, callbackURL string) error {
	if !v.wants(wanted, user) {
		return nil
	}
	return v.Mail(c, user, callbackURL)
}

func (v *EmailVerification) wants(wanted bool, user *betterauth.User) bool {
	return wanted && !user.EmailVerified && v.host.Site().CanMail
}

// Mail sends a link that verifies user's address to it, or a code where a
// plugin replaced links by them (ReplaceLinks). callbackURL, already checked, is where the link ends; ""
// is "/". Without a Mailer the error is ErrNotEnabled.
func (v *EmailVerification) Mail(c *betterauth.Ctx, user *betterauth.User, callbackURL string) error {
	if !v.host.Site().CanMail {
		return errNoMailer
	}
	claim, err := c.ClaimFor(user)
	if err != nil {
		return err
	}
	return v.mail(c, user, claim, callbackURL)
}

// mail proves the address of a user for one sign-up.
func (v *EmailVerification) mail(c *betterauth.Ctx, user *betterauth.User, claim, callbackURL string) error {
	if v.mailCode != nil {
		return v.mailCode(c, user, claim, true)
	}
	m, err := v.message(c, user, purposeVerify, claims{Email: user.Email, UserID: user.ID, Claim: claim}, callbackURL)
	if err != nil {
		return err
	}
	v.host.Mail(c, m)
	return nil
}

// MailChange sends a link that goes on with replacing user's address by
// newEmail: to the old address to have it confirmed, or to the new one to have
// it verified, which replaces it. A link works once, and no more after what ends a
// change of address (betterauth.Pending). To a new address that somebody has
// already nothing is sent, and nothing tells; the link's own transaction decides
// again. Without a Mailer the error is ErrNotEnabled.
func (v *EmailVerification) MailChange(c *betterauth.Ctx, user *betterauth.User, newEmail, callbackURL string, confirm bool) error {
	if !v.host.Site().CanMail {
		return errNoMailer
	}
	step := stepVerify
	if confirm {
		step = stepConfirm
	}
	newEmail = strings.ToLower(newEmail)
	to := newEmail
	if confirm {
		to = user.Email
	}
	if may, err := v.host.MayMail(c, to); err != nil || !may {
		return err
	}
	change, err := v.host.RandomString(changeLength, betterauth.Alphanumeric)
	if err != nil {
		return err
	}
	about := claims{Email: user.Email, UpdateTo: newEmail, RequestType: step, UserID: user.ID, Change: change}
	m, err := v.message(c, user, purposeChange, about, callbackURL)
	if err != nil {
		return err
	}
	if _, err := v.host.Verifications().Create(c, changePrefix+change, user.ID, v.cfg.ExpiresIn); err != nil {
		return err
	}
	taken, err := v.users.Exists(c, database.Eq("email", newEmail))
	if err != nil || taken {
		return err
	}
	v.host.Mail(c, m)
	return nil
}

// Changes under way are kept under their own names, with the user's id.
const (
	changePrefix = "email-change-"
	changeLength = 32
)

// pending declares them.
func pending() []betterauth.Pending {
	return []betterauth.Pending{{
		Name: "change of address",
		Ends: betterauth.PasswordReset | betterauth.PasswordChanged | betterauth.AddressChanged | betterauth.SessionsRevoked,
		Of: func(u *betterauth.User) database.Cond {
			return database.And(database.StartsWith("identifier", changePrefix), database.Eq("value", u.ID))
		},
	}}
}

// message composes the mail for a link that says about.
func (v *EmailVerification) message(c *betterauth.Ctx, user *betterauth.User, purpose string, about claims, callbackURL string) (*betterauth.Message, error) {
	about.Email = strings.ToLower(about.Email)
	token, err := v.host.SignToken(purpose, about, v.cfg.ExpiresIn)
	if err != nil {
		return nil, err
	}
	if callbackURL == "" {
		callbackURL = "/"
	}
	// The mail is sent after the request, which may go on with its own copy.
	recipient := *user
	m := &betterauth.Message{
		Kind: KindVerify, To: about.Email, User: &recipient, Token: token,
		URL: c.BaseURL() + "/verify-email?token=" + token + "&callbackURL=" + betterauth.EncodeURIComponent(callbackURL),
	}
	app := v.host.Site().AppName
	action := "confirm that this is your e-mail address"
	m.Subject = "Confirm your e-mail address for " + app
	if about.UpdateTo != "" {
		m.Data = map[string]string{"newEmail": about.UpdateTo}
	}
	switch about.RequestType {
	case stepConfirm:
		m.Kind, m.Subject = KindConfirmChange, "Confirm the change of your e-mail address for "+app
		action = "replace your e-mail address by " + about.UpdateTo
	case stepVerify:
		m.To, recipient.Email = about.UpdateTo, about.UpdateTo
		action = "confirm that this is your new e-mail address"
	}
	// Without the user's name: whoever signed up with a foreign address chose it,
	// and could have us mail a text of theirs.
	m.Text = fmt.Sprintf("Hello,\n\nfollow this link to %s:\n\n%s\n\nIf you did not ask for this at %s, ignore this mail.\n",
		action, m.URL, app)
	return m, nil
}
