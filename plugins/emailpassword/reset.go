package emailpassword

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

const (
	resetPrefix      = "reset-password:"
	resetTokenLength = 24
	resetMail        = "reset-password"
)

// pending are the links under way to a user.
func pending() []betterauth.Pending {
	return []betterauth.Pending{{
		Name: "link to reset a password",
		Ends: betterauth.PasswordReset | betterauth.PasswordChanged | betterauth.AddressChanged,
		Of: func(u *betterauth.User) database.Cond {
			return database.And(database.StartsWith("identifier", resetPrefix), database.Eq("value", u.ID))
		},
	}}
}

// RequestPasswordResetInput is the input of requestPasswordReset.
type RequestPasswordResetInput struct {
	Email string `json:"email" check:"email"`
	// RedirectTo is the application's page on which the user chooses a new password.
	RedirectTo *string `json:"redirectTo"`
}

// RequestPasswordResetAnswer is the answer of requestPasswordReset, the same
// for every address.
type RequestPasswordResetAnswer struct {
	Status  bool   `json:"status"`
	Message string `json:"message"`
}

// errNoMailer is a request for a link where the application has no Mailer.
var errNoMailer = ErrResetDisabled.Refuse(betterauth.Refusal{Reason: "there is no mailer", Configure: "set Config.Mailer"})

// requestReset does for an unknown address all that it does for a known one,
// but hand over the mail, which is sent in the background: a token is made and
// stored that nobody gets.
func (p *EmailPassword) requestReset(c *betterauth.Ctx, in RequestPasswordResetInput) (RequestPasswordResetAnswer, error) {
	switch {
	case p.cfg.DisableReset:
		return RequestPasswordResetAnswer{}, ErrResetDisabled
	case !p.host.Site().CanMail:
		return RequestPasswordResetAnswer{}, errNoMailer
	}
	sent := RequestPasswordResetAnswer{Status: true, Message: "If this email exists in our system, check your email for the reset link"}
	if may, err := p.host.MayMail(c, in.Email); err != nil || !may {
		return sent, err
	}
	user, err := p.users.Get(c, database.Eq("email", strings.ToLower(in.Email)))
	known := err == nil
	switch {
	case errors.Is(err, database.ErrNotFound):
		user = &betterauth.User{Email: in.Email}
	case err != nil:
		return RequestPasswordResetAnswer{}, err
	}
	token, err := p.host.RandomString(resetTokenLength, betterauth.Alphanumeric)
	if err != nil {
		return RequestPasswordResetAnswer{}, err
	}
	if _, err := p.host.Verifications().Create(c, resetPrefix+token, user.ID, p.cfg.ResetTTL); err != nil {
		return RequestPasswordResetAnswer{}, err
	}
	link := c.BaseURL() + "/reset-password/" + token + "?callbackURL=" + betterauth.EncodeURIComponent(betterauth.OrZero(in.RedirectTo))
	if m := p.resetMessage(user, link, token); known {
		p.host.Mail(c, m)
	}
	return sent, nil
}

// resetMessage leaves out the user's name: whoever signed up with somebody
// else's address chose it.
func (p *EmailPassword) resetMessage(user *betterauth.User, link, token string) *betterauth.Message {
	app := p.host.Site().AppName
	return &betterauth.Message{
		Kind: resetMail, To: user.Email, User: user, URL: link, Token: token,
		Subject: "Reset your password for " + app,
		Text: "Somebody asked to reset the password of your account at " + app + ".\n\n" +
			"To choose a new password, open this link within " + inWords(p.cfg.ResetTTL) + ":\n\n" + link + "\n\n" +
			"If it was not you, ignore this mail. Your password stays as it is.\n",
	}
}

// inWords says a duration in hours or minutes, rounded down.
func inWords(d time.Duration) string {
	n, unit := int(d/time.Minute), "minute"
	if d >= time.Hour && d%time.Hour == 0 {
		n, unit = int(d/time.Hour), "hour"
	}
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

// FollowResetInput is the input of requestPasswordResetCallback.
type FollowResetInput struct {
	Token       string `path:"token"`
	CallbackURL string `query:"callbackURL"`
}

// followReset leaves the token as it is: mail programs open links to look at
// them.
func (p *EmailPassword) followReset(c *betterauth.Ctx, in FollowResetInput) (betterauth.Redirect, error) {
	name, value := "error", ErrInvalidToken.Code
	page := in.CallbackURL
	if page == "" {
		page = c.BaseURL() + "/error"
	} else if !p.cfg.DisableReset {
		switch _, err := p.host.Verifications().Find(c, resetPrefix+in.Token); {
		case err == nil:
			name, value = "token", in.Token
		case !errors.Is(err, database.ErrNotFound):
			return betterauth.Redirect{}, err
		}
	}
	if name == "error" {
		c.LogRefusal(ErrInvalidToken.Refuse(betterauth.Refusal{Reason: "the link to reset a password does not count, or no longer"}))
	}
	target, err := c.Target(page, betterauth.Param{Name: name, Value: value})
	return betterauth.Redirect{URL: target}, err
}

// ResetPasswordInput is the input of resetPassword. The token of the body takes
// precedence over that of the query.
type ResetPasswordInput struct {
	NewPassword string  `json:"newPassword"`
	Token       *string `json:"token"`
	QueryToken  *string `query:"token"`
}

func (p *EmailPassword) reset(c *betterauth.Ctx, in ResetPasswordInput) (betterauth.Status, error) {
	token := betterauth.OrZero(in.Token)
	if token == "" {
		token = betterauth.OrZero(in.QueryToken)
	}
	if err := p.Reset(c, token, in.NewPassword); err != nil {
		return betterauth.Status{}, err
	}
	return betterauth.Status{Status: true}, nil
}

// Reset sets a new password with the token of a mailed link, which works once; a user
// without a password gets one. Everything that betterauth.PasswordReset ends is removed,
// the user's other links included, and with RevokeSessionsOnReset all sessions. If nobody
// had proven the address, the link proves it (Host.ProvenUser). The errors are
// ErrResetDisabled, ErrInvalidToken, ErrPasswordTooShort, ErrPasswordTooLong and
// ErrUserNotFound.
func (p *EmailPassword) Reset(ctx context.Context, token, newPassword string) error {
	if p.cfg.DisableReset {
		return ErrResetDisabled
	}
	if token == "" {
		return ErrInvalidToken
	}
	if err := p.checkLength(newPassword); err != nil {
		return err
	}
	// A look before the hash, so that guesses cost us little; and the user must
	// be held before the token is taken, as store ends other links.
	link, err := p.host.Verifications().Find(ctx, resetPrefix+token)
	if errors.Is(err, database.ErrNotFound) {
		return ErrInvalidToken
	}
	if err != nil {
		return err
	}
	hash, err := p.host.Hasher().Hash(ctx, newPassword)
	if err != nil {
		return err
	}
	var gone error // does not undo the taking of the token
	err = p.host.Transaction(ctx, func(ctx context.Context) error {
		user, err := p.hold(ctx, link.Value)
		if err != nil && !errors.Is(err, ErrUserNotFound) {
			return err
		}
		gone = err
		taken, err := p.host.Verifications().Take(ctx, resetPrefix+token)
		if errors.Is(err, database.ErrNotFound) || err == nil && taken.Value != link.Value {
			return ErrInvalidToken
		}
		if err != nil || gone != nil {
			return err
		}
		// Whoever has the link reads the user's mail.
		if user, _, err = p.host.ProvenUser(ctx, user.Email, nil); err != nil {
			return err
		}
		return p.finishReset(ctx, user, hash)
	})
	if err != nil {
		return err
	}
	return gone
}

func (p *EmailPassword) finishReset(ctx context.Context, user *betterauth.User, hash string) error {
	if err := p.store(ctx, user.ID, hash); err != nil {
		return err
	}
	if err := p.host.End(ctx, user.ID, betterauth.PasswordReset); err != nil {
		return err
	}
	// Whoever reads the user's mail need not guess.
	if err := p.host.Failures().Reset(ctx, user.ID); err != nil {
		return err
	}
	if p.cfg.RevokeSessionsOnReset {
		if _, err := p.host.Sessions().RevokeAll(ctx, user.ID); err != nil {
			return err
		}
	}
	return nil
}

// CheckReset reports why a reset cannot set this password: ErrResetDisabled,
// ErrPasswordTooShort or ErrPasswordTooLong.
func (p *EmailPassword) CheckReset(newPassword string) error {
	if p.cfg.DisableReset {
		return ErrResetDisabled
	}
	return p.checkLength(newPassword)
}

// ResetFor is Reset for a plugin with a proof of its own, such as a code, which it has
// already used up. A non-nil prove is called first in the transaction that sets the
// password; its error rolls everything back. The errors are those of CheckReset,
// ErrUserNotFound and prove's own.
func (p *EmailPassword) ResetFor(ctx context.Context, userID, newPassword string, prove func(ctx context.Context) error) error {
	if err := p.CheckReset(newPassword); err != nil {
		return err
	}
	hash, err := p.host.Hasher().Hash(ctx, newPassword)
	if err != nil {
		return err
	}
	return p.host.Transaction(ctx, func(ctx context.Context) error {
		if _, err := p.hold(ctx, userID); err != nil {
			return err
		}
		if prove != nil {
			if err := prove(ctx); err != nil {
				return err
			}
		}
		// As prove may have left it.
		user, err := p.hold(ctx, userID)
		if err != nil {
			return err
		}
		return p.finishReset(ctx, user, hash)
	})
}
