package emailotp

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// The kinds of message this plugin sends; each has a Code.
const (
	KindSignIn            = "sign-in-otp"
	KindEmailVerification = "email-verification-otp"
	KindForgetPassword    = "forget-password-otp"
	// KindChangeEmail goes to the new address.
	KindChangeEmail = "change-email-otp"
)

// SendInput is the input of sendVerificationOTP.
type SendInput struct {
	Email string `json:"email"`
	Type  Type   `json:"type" check:"enum=email-verification|sign-in|forget-password|change-email"`
}

func (e *EmailOTP) send(c *betterauth.Ctx, in SendInput) (betterauth.Success, error) {
	if !e.host.Site().CanMail {
		return betterauth.Success{}, errNoMailer
	}
	email, ok := betterauth.NormalizeEmail(in.Email)
	if !ok {
		return betterauth.Success{}, ErrInvalidEmail
	}
	if in.Type == TypeChangeEmail {
		return betterauth.Success{}, errWrongType
	}
	return betterauth.Success{Success: true}, e.request(c, email, in.Type)
}

// request makes a code for an address and mails it if the address may have one.
// For others it does the same but for the mail, which is sent in the background:
// the code is made and kept, so that guessing at it is answered alike, and
// nobody gets it.
func (e *EmailOTP) request(ctx context.Context, email string, t Type) error {
	user, err := e.users.Get(ctx, database.Eq("email", email))
	deliver := err == nil
	if errors.Is(err, database.ErrNotFound) {
		user, err = &betterauth.User{Email: email}, nil
		deliver = t == TypeSignIn && !e.cfg.DisableSignUp
	}
	if err != nil {
		return err
	}
	if c, ok := betterauth.CtxFrom(ctx); ok && t == TypeEmailVerification {
		claim, err := c.ClaimFor(user)
		if err != nil {
			return err
		}
		return e.MailVerificationCode(c, user, claim, deliver)
	}
	return e.mail(ctx, identifier(t, email), email, t, user, deliver)
}

// mail makes a code and mails it, unless it is for nobody. Where the address gets
// too much mail, the code that was mailed last stays good.
func (e *EmailOTP) mail(ctx context.Context, identifier, to string, t Type, user *betterauth.User, deliver bool) error {
	if may, err := e.host.MayMail(ctx, to); err != nil || !may {
		return err
	}
	code, _, err := e.put(ctx, identifier, to, t, e.cfg.Resend == ResendReuse && t != TypeChangeEmail)
	if err == nil {
		e.deliver(ctx, e.message(to, t, user, code), deliver)
	}
	return err
}

func (e *EmailOTP) deliver(ctx context.Context, m *betterauth.Message, deliver bool) {
	if deliver {
		e.host.Mail(ctx, m)
	}
}

// message leaves out the user's name: whoever signed up with a foreign address
// chose it, and could have us mail a text of theirs.
func (e *EmailOTP) message(to string, t Type, user *betterauth.User, code string) *betterauth.Message {
	// The mail is sent after the request, which may go on with its own copy.
	recipient := *user
	app := e.host.Site().AppName
	m := &betterauth.Message{Kind: string(t) + "-otp", To: to, User: &recipient, Code: code}
	action := ""
	switch t {
	case TypeSignIn:
		m.Subject, action = "Your code to sign in to "+app, "sign in"
	case TypeForgetPassword:
		m.Subject, action = "Your code to reset your password for "+app, "reset your password"
	case TypeChangeEmail:
		m.Subject, action = "Your code to confirm your new e-mail address for "+app, "confirm that this is your new e-mail address"
	default:
		m.Subject, action = "Your code to confirm your e-mail address for "+app, "confirm that this is your e-mail address"
	}
	var b strings.Builder
	b.WriteString("Hello,\n\nthis is the code to " + action + ":\n\n" + code + "\n\n")
	b.WriteString("Tell it to nobody. If you did not ask for it at " + app + ", ignore this mail.\n")
	m.Text = b.String()
	return m
}

// MailVerificationCode makes a code that verifies user's address for a sign-up
// (betterauth.Ctx.ClaimFor) and mails it; with deliver false it does the same work but
// sends no mail. The plugin email-verification calls it if this plugin replaces its
// links. With ResendReuse an existing code is mailed again only for the sign-up for which
// it was mailed, since a code proves one sign-up.
func (e *EmailOTP) MailVerificationCode(c *betterauth.Ctx, user *betterauth.User, claim string, deliver bool) error {
	email := lower(user.Email)
	code := identifier(TypeEmailVerification, email)
	// First of all: the code that stays good stays that of its sign-up.
	if may, err := e.host.MayMail(c, email); err != nil || !may {
		return err
	}
	return c.Transaction(func(tx *betterauth.Ctx) error {
		// What ends a user's codes deletes the code and its sign-up at once, holding
		// the user: two that delete both in different orders would wait for each other.
		if _, err := e.users.GetLocked(tx, database.Eq("email", email)); err != nil && !errors.Is(err, database.ErrNotFound) {
			return err
		}
		return e.locked(tx, code, func(ctx context.Context) error {
			reuse, err := e.mayReuse(ctx, code, claim)
			if err != nil {
				return err
			}
			text, id, err := e.put(ctx, code, email, TypeEmailVerification, reuse)
			if err != nil {
				return err
			}
			if err := e.keepClaim(ctx, code, id, claim); err != nil {
				return err
			}
			e.deliver(ctx, e.message(email, TypeEmailVerification, user, text), deliver)
			return nil
		})
	})
}

// afterSignUp mails a code to whoever signs up, in the transaction that creates
// them: a code that cannot be kept undoes the sign-up. The code belongs to the
// sign-up that made the user.
func (e *EmailOTP) afterSignUp(ctx context.Context, user *betterauth.User) error {
	c, ok := betterauth.CtxFrom(ctx)
	if !ok || !strings.HasPrefix(c.Operation().Path, "/sign-up") || !e.host.Site().CanMail {
		return nil
	}
	return e.MailVerificationCode(c, user, e.host.FirstClaim(user.ID), true)
}

// afterClaim does the same for whoever signs up with an address that nobody has
// proven.
func (e *EmailOTP) afterClaim(ctx context.Context, claimed betterauth.AddressClaimed) error {
	c, ok := betterauth.CtxFrom(ctx)
	if !ok || !e.host.Site().CanMail {
		return nil
	}
	user, err := e.users.Get(ctx, database.Eq("id", claimed.UserID))
	if err == nil {
		err = e.mailForClaim(c, user)
	}
	if err != nil {
		return fmt.Errorf("a code could not be mailed to who signed up: %w", err)
	}
	return nil
}

func (e *EmailOTP) mailForClaim(c *betterauth.Ctx, user *betterauth.User) error {
	claim, err := c.ClaimFor(user)
	if err != nil {
		return err
	}
	return e.MailVerificationCode(c, user, claim, true)
}
