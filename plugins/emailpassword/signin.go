package emailpassword

import (
	"cmp"
	"context"
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// method is the Method of sign-ins with an address and a password.
const method = "email"

// SignInInput is the input of signInEmail.
type SignInInput struct {
	Email       string  `json:"email"`
	Password    string  `json:"password"`
	CallbackURL *string `json:"callbackURL"`
	RememberMe  *bool   `json:"rememberMe"`
}

// SignInAnswer is the answer of signInEmail. URL is the callback URL of the request;
// Redirect says that there is one.
type SignInAnswer struct {
	Redirect bool             `json:"redirect"`
	Token    string           `json:"token"`
	URL      *string          `json:"url,omitempty"`
	User     *betterauth.User `json:"user"`
}

func (p *EmailPassword) signIn(c *betterauth.Ctx, in SignInInput) (SignInAnswer, error) {
	email, ok := betterauth.NormalizeEmail(in.Email)
	if !ok {
		return SignInAnswer{}, ErrInvalidEmail
	}
	remember := in.RememberMe == nil || *in.RememberMe
	how := betterauth.SignIn{Method: method, Remember: &remember}
	user, session, err := p.SignInUser(c, email, p.byEmail(email), in.Password, how, betterauth.OrZero(in.CallbackURL), ErrInvalidCredentials)
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

// SignInUser signs in the user that find returns, if password is theirs. It is for other
// plugins' sign-ins, by a user name or a number, and does everything that signInEmail
// does. A user whom find does not know (database.ErrNotFound), a user without a password
// and a wrong password get the same error, refused, and take the same time. If addresses
// must be verified and the user's is not, the right password is ErrEmailNotVerified, and
// the mailed link leads to callbackURL, which the caller has checked. Outdated hashes are
// replaced. find may be called again. Errors and step-ups of gates are returned
// unchanged. A password longer than Config.MaxLength is ErrPasswordTooLong before find is
// called.
//
// Wrong passwords count (see betterauth.Failures) for the user, or if there is none for
// name: what the person typed, in the spelling that find looks up.
func (p *EmailPassword) SignInUser(c *betterauth.Ctx, name string, find func(context.Context) (*betterauth.User, error), password string,
	how betterauth.SignIn, callbackURL string, refused *betterauth.ErrorCode) (*betterauth.User, *betterauth.Session, error) {
	if err := p.checkNotTooLong(password); err != nil {
		return nil, nil, err
	}
	user, session, err := p.signInOnce(c, name, find, password, how, callbackURL)
	for range 2 {
		// Another sign-in may have renewed the hash; a new password fails.
		if !errors.Is(err, errPasswordMoved) {
			break
		}
		user, session, err = p.signInOnce(c, name, find, password, how, callbackURL)
	}
	switch {
	case errors.Is(err, errPasswordMoved):
		return nil, nil, refused.Because(err)
	case errors.Is(err, errNoMatch):
		return nil, nil, refused
	case err != nil:
		return nil, nil, err
	}
	return user, session, nil
}

// signInOnce checks the password, which takes long, and then under the user's
// lock that it has not been changed meanwhile: a reset that ends all sessions
// leaves none that the old password was just about to open.
func (p *EmailPassword) signInOnce(c *betterauth.Ctx, name string, find finder, password string, how betterauth.SignIn, callbackURL string) (*betterauth.User, *betterauth.Session, error) {
	user, account, proof, err := p.authenticate(c, name, find, password)
	if err != nil {
		return nil, nil, err
	}
	if p.cfg.RequireVerifiedEmail && !user.EmailVerified {
		if err := p.mailOnSignIn(c, user, callbackURL); err != nil {
			return nil, nil, err
		}
		return nil, nil, ErrEmailNotVerified
	}
	var session *betterauth.Session
	confirm := how.Confirm
	how.Confirm = func(tx *betterauth.Ctx, current *betterauth.User) error {
		if err := p.stillHolds(tx, account); err != nil || confirm == nil {
			return err
		}
		return confirm(tx, current)
	}
	err = c.Transaction(func(tx *betterauth.Ctx) error {
		if session, err = tx.SignIn(user, how); err != nil {
			return err
		}
		return proof.Forget(tx)
	})
	if errors.Is(err, betterauth.ErrFailedToCreateSession) && errors.Is(err, database.ErrNotFound) {
		err = errPasswordMoved // with its user
	}
	return user, session, err
}

// Authenticate returns the user with this address and password, verified or not. An
// unknown address, a user without a password and a wrong password are the same
// ErrInvalidCredentials and take the same time: one hash. After too many of them the
// error is betterauth.ErrTooManyFailures. It counts wrong passwords but does not reset
// the count; signing in does. A password longer than Config.MaxLength is
// ErrPasswordTooLong. Call it outside of any transaction.
func (p *EmailPassword) Authenticate(ctx context.Context, email, password string) (*betterauth.User, error) {
	if err := p.checkNotTooLong(password); err != nil {
		return nil, err
	}
	user, _, _, err := p.authenticate(ctx, email, p.byEmail(email), password)
	if errors.Is(err, errNoMatch) {
		return nil, ErrInvalidCredentials
	}
	return user, err
}

// finder looks up who wants to sign in.
type finder = func(context.Context) (*betterauth.User, error)

func (p *EmailPassword) byEmail(email string) finder {
	return func(ctx context.Context) (*betterauth.User, error) {
		email, _ := betterauth.NormalizeEmail(email)
		return p.users.Get(ctx, database.Eq("email", email))
	}
}

// authenticate also returns the account with the hash that the password made, and
// the proof that it was. The error is errNoMatch where there is none.
func (p *EmailPassword) authenticate(ctx context.Context, name string, find finder, password string) (*betterauth.User, *betterauth.Account, *betterauth.Proof, error) {
	user, err := find(ctx)
	if errors.Is(err, database.ErrNotFound) {
		user, err = &betterauth.User{}, nil
	}
	if err != nil {
		return nil, nil, nil, err
	}
	// Before the account is read: no hash hides how long that takes where the
	// answer is to come again later.
	proof, err := p.host.Failures().Begin(ctx, betterauth.Subject{UserID: user.ID, Name: name})
	if err != nil {
		return nil, nil, nil, err
	}
	defer proof.End()
	account, err := p.accountOf(ctx, user)
	if err != nil {
		return nil, nil, nil, err
	}
	right, err := p.matches(ctx, account, password)
	if err != nil {
		return nil, nil, nil, err
	}
	if !right {
		return nil, nil, nil, cmp.Or(proof.Wrong(ctx), errNoMatch)
	}
	if err := proof.Right(ctx); err != nil {
		return nil, nil, nil, err
	}
	p.rehash(ctx, account, password)
	return user, account, proof, nil
}

// matches reports whether password is that of the account, nil for none. A no
// takes as long for one as for another.
func (p *EmailPassword) matches(ctx context.Context, account *betterauth.Account, password string) (bool, error) {
	stored := ""
	if account != nil {
		stored = *account.Password
		if ok, err := p.host.Hasher().Verify(ctx, password, stored); ok || err != nil {
			return ok, err
		}
	}
	return false, betterauth.Decoy(ctx, p.host.Hasher(), password, stored)
}

// accountOf returns the account that holds a user's password, nil without one. For
// nobody it looks for one as well, so that both take the same time.
func (p *EmailPassword) accountOf(ctx context.Context, user *betterauth.User) (*betterauth.Account, error) {
	account, err := p.credential(ctx, user.ID)
	if errors.Is(err, database.ErrNotFound) {
		return nil, nil
	}
	return account, err
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
