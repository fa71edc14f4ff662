package emailverification

import (
	"fmt"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// The kinds of message this plugin sends.
const (
	// KindVerify asks to confirm an address. If the address is to replace another one, it
	// is Data's "newEmail".
	KindVerify = "verify-email"
	// KindConfirmChange is mailed to the old address and asks whether Data's "newEmail"
	// may replace it.
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
	// UserID is the user whose address it is.
	UserID string `json:"userId,omitzero"`
	// Claim is the sign-up whose address is verified; see betterauth.Ctx.ClaimFor.
	Claim string `json:"claim,omitzero"`
	// Change names the stored value that makes a change single-use and revocable.
	Change string `json:"change,omitzero"`
}

// MailOnSignUp mails a verification link to a user who has just signed up, if
// Config.OnSignUp is MailEverybody, or MailRequired and required is true. It does
// nothing if the address is already verified or there is no Mailer. Inside a transaction
// the mail is sent after the commit.
func (v *EmailVerification) MailOnSignUp(c *betterauth.Ctx, user *betterauth.User, callbackURL string, required bool) error {
	return v.mailIf(v.cfg.OnSignUp == MailEverybody || required && v.cfg.OnSignUp == MailRequired, c, user, callbackURL)
}

// MailOnSignIn mails a verification link to a user whose sign-in is refused because their
// address is not verified, if Config.SendOnSignIn is set. Like MailOnSignUp it does
// nothing without a Mailer. The client has proven to know the user's password, so the
// link belongs to the sign-up that chose that password.
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

// Mail sends a link that verifies user's address to that address, or a code if a plugin
// replaced links by codes (ReplaceLinks). The link redirects to callbackURL, which the
// caller has checked; "" is "/". Without a Mailer the error is ErrNotEnabled.
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

// MailChange sends a link that is the next step of replacing user's address by newEmail.
// With confirm it is mailed to the old address, which confirms the change; else to the
// new one, and following it verifies and sets the new address. A link works once, and
// ends with everything that ends a change of address (betterauth.Pending). If another
// user has the new address, nothing is sent and the answer does not reveal that; the
// transaction of the link checks again. Without a Mailer the error is ErrNotEnabled.
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
