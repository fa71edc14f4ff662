package emailpassword

import (
	"context"
	"errors"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// SignInInput is the input of signInEmail.
type SignInInput struct {
	Email       string  `json:"email"`
	Password    string  `json:"password"`
	CallbackURL *string `json:"callbackURL"`
	RememberMe  *bool   `json:"rememberMe"`
}

// SignInAnswer is the answer of signInEmail. URL is the callback URL that was
// asked for; Redirect says that there is one.
type SignInAnswer struct {
	Redirect bool             `json:"redirect"`
	Token    string           `json:"token"`
	URL      *string          `json:"url,omitempty"`
	User     *betterauth.User `json:"user"`
}

func (p *EmailPassword) signIn(c *betterauth.Ctx, in SignInInput) (SignInAnswer, error) {
	if !betterauth.IsEmail(in.Email) {
		return SignInAnswer{}, ErrInvalidEmail
	}
	user, session, err := p.signInOnce(c, in)
	for range 2 {
		// Another sign-in may have renewed the hash; a new password fails.
		if !errors.Is(err, errPasswordMoved) {
			break
		}
		user, session, err = p.signInOnce(c, in)
	}
	if err != nil {
		return SignInAnswer{}, err
	}
	answer := SignInAnswer{Token: session.Token, User: user}
	if in.CallbackURL != nil && *in.CallbackURL != "" {
		answer.Redirect, answer.URL = true, in.CallbackURL
		c.Header().Set("Location", *in.CallbackURL)
	}
	return answer, nil
}

// signInOnce checks the password, which takes long, and then under the user's
// lock that it has not been changed meanwhile: a reset that ends all sessions
// leaves none that the old password was just about to open.
func (p *EmailPassword) signInOnce(c *betterauth.Ctx, in SignInInput) (*betterauth.User, *betterauth.Session, error) {
	user, account, err := p.authenticate(c, in.Email, in.Password)
	if err != nil {
		return nil, nil, err
	}
	if p.cfg.RequireVerifiedEmail && !user.EmailVerified {
		if err := p.mailOnSignIn(c, user, in.CallbackURL); err != nil {
			return nil, nil, err
		}
		return nil, nil, ErrEmailNotVerified
	}
	remember := in.RememberMe == nil || *in.RememberMe
	var session *betterauth.Session
	err = c.Transaction(func(tx *betterauth.Ctx) error {
		if _, err := p.hold(tx, user.ID); err != nil {
			if errors.Is(err, ErrUserNotFound) {
				return errPasswordMoved
			}
			return err
		}
		if err := p.stillHolds(tx, account); err != nil {
			return err
		}
		session, err = tx.SignIn(user, betterauth.SignIn{Method: "email", Remember: &remember})
		return err
	})
	return user, session, err
}

// Authenticate returns the user with this address and password, verified or
// not. An unknown address, a user without a password and a wrong password are
// the same ErrInvalidCredentials and take the same time: one hash.
func (p *EmailPassword) Authenticate(ctx context.Context, email, password string) (*betterauth.User, error) {
	user, _, err := p.authenticate(ctx, email, password)
	return user, err
}

// authenticate also returns the account with the hash that the password made.
func (p *EmailPassword) authenticate(ctx context.Context, email, password string) (*betterauth.User, *betterauth.Account, error) {
	user, account, err := p.find(ctx, email)
	if errors.Is(err, database.ErrNotFound) {
		return nil, nil, p.invalid(ctx, password, "")
	}
	if err != nil {
		return nil, nil, err
	}
	ok, err := p.host.Hasher().Verify(ctx, password, *account.Password)
	if err != nil {
		return nil, nil, err
	}
	if !ok {
		return nil, nil, p.invalid(ctx, password, *account.Password)
	}
	p.rehash(ctx, account, password)
	return user, account, nil
}

// invalid is the answer to every sign-in that fails, once it has taken as long
// as any other.
func (p *EmailPassword) invalid(ctx context.Context, password, stored string) error {
	if err := betterauth.Decoy(ctx, p.host.Hasher(), password, stored); err != nil {
		return err
	}
	return ErrInvalidCredentials
}

// find returns a user with the account that holds their password.
func (p *EmailPassword) find(ctx context.Context, email string) (*betterauth.User, *betterauth.Account, error) {
	user, err := p.users.Get(ctx, database.Eq("email", strings.ToLower(email)))
	if err != nil {
		return nil, nil, err
	}
	account, err := p.credential(ctx, user.ID)
	return user, account, err
}

// rehash renews a hash that is no longer how new ones are made, in account as
// well. The old one keeps working, so a failure is only logged.
func (p *EmailPassword) rehash(ctx context.Context, account *betterauth.Account, password string) {
	hasher, old := p.host.Hasher(), *account.Password
	if !betterauth.NeedsRehash(hasher, old) {
		return
	}
	hash, err := hasher.Hash(ctx, password)
	n := 0
	if err == nil {
		// Not if the password was changed in the meantime.
		n, err = p.accounts.Update(ctx, database.Set{"password": hash}, database.Eq("id", account.ID), database.Eq("password", old))
	}
	if n > 0 {
		account.Password = &hash
	}
	if err != nil {
		p.host.Logger().Warn("a password hash could not be renewed", "error", err)
	}
}
