package emailpassword

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// SignUpInput is the input of signUpEmail. Rest holds the members that set
// added columns of the user.
type SignUpInput struct {
	Name        string             `json:"name"`
	Email       string             `json:"email" check:"email"`
	Password    string             `json:"password" check:"nonempty"`
	Image       *string            `json:"image"`
	CallbackURL *string            `json:"callbackURL"`
	RememberMe  *bool              `json:"rememberMe"`
	Rest        betterauth.Members `json:"-" input:"rest"`
}

// SignUpAnswer is the answer of signUpEmail. Token is null if signing up does not sign
// in.
type SignUpAnswer struct {
	Token *string          `json:"token"`
	User  *betterauth.User `json:"user"`
}

// signUp hashes before it looks, and outside the transaction: a hash takes
// tens of milliseconds, and taking them always tells nobody whether the
// address is known.
func (p *EmailPassword) signUp(c *betterauth.Ctx, in SignUpInput) (SignUpAnswer, error) {
	if p.cfg.DisableSignUp {
		return SignUpAnswer{}, ErrSignUpDisabled
	}
	if err := p.checkLength(in.Password); err != nil {
		return SignUpAnswer{}, err
	}
	added, err := p.host.AdditionalValues("user", in.Rest, true)
	if err != nil {
		return SignUpAnswer{}, err
	}
	hash, err := p.host.Hasher().Hash(c, in.Password)
	if err != nil {
		return SignUpAnswer{}, err
	}
	user := &betterauth.User{Name: in.Name, Email: strings.ToLower(in.Email), Image: in.Image}
	for column, value := range added {
		user.Extra.SetValue(column, value)
	}
	var token *string
	err = c.Transaction(func(tx *betterauth.Ctx) error {
		if err := p.createUser(tx, user, hash); err != nil {
			return err
		}
		if p.discreet() {
			if err := tx.SignedUp(user); err != nil {
				return err
			}
			return p.mailOnSignUp(tx, user, in.CallbackURL)
		}
		if err := p.mailOnSignUp(tx, user, in.CallbackURL); err != nil {
			return err
		}
		session, err := tx.SignIn(user, betterauth.SignIn{Method: method, Remember: in.RememberMe, NewUser: true})
		if err != nil {
			return err
		}
		token = &session.Token
		return nil
	})
	if errors.Is(err, ErrUserExists) {
		if p.discreet() {
			return SignUpAnswer{User: p.decoy(c, user)}, p.signUpTaken(c, in, hash)
		}
		return SignUpAnswer{}, cmp.Or(c.SignUpRefused(user.Email), err)
	}
	if err != nil {
		return SignUpAnswer{}, err
	}
	return SignUpAnswer{Token: token, User: user}, nil
}

// signUpTaken signs up with an address that is taken. While nobody has proven it,
// whoever signs up now may be its owner: they get a proof of their own, which ends
// what the first sign-up made. Else the owner is told.
func (p *EmailPassword) signUpTaken(c *betterauth.Ctx, in SignUpInput, hash string) error {
	claim := betterauth.Claim{Email: in.Email, Name: in.Name, Image: in.Image, Columns: in.Rest, PasswordHash: hash}
	claimed, err := c.ClaimAddress(claim, func(tx *betterauth.Ctx, user *betterauth.User) error {
		// A claim that nobody can prove is none.
		if may, err := p.host.MayMail(tx, user.Email); err != nil || !may || !p.host.Site().CanMail {
			return cmp.Or(err, errNoMail)
		}
		return p.mailOnSignUp(tx, user, in.CallbackURL)
	})
	if errors.Is(err, database.ErrInvalidValue) {
		// A free address, whose row has taken all of it, says nothing of the kind.
		c.LogRefusal(err)
		return c.SignUpRefused(in.Email)
	}
	if errors.Is(err, errNoMail) {
		return c.SignUpRefused(in.Email)
	}
	if err == nil && !claimed {
		p.tellOwner(strings.ToLower(in.Email))
	}
	return err
}

var errNoMail = errors.New("an address gets no mail, or no more")

// discreet reports whether signing up answers alike for taken and free
// addresses, which it can where it makes no session.
func (p *EmailPassword) discreet() bool { return p.cfg.DisableAutoSignIn || p.cfg.RequireVerifiedEmail }

// tellOwner reports a sign-up for a taken address. Looking up the owner is in the
// background as well: it is work that a free address does not make.
func (p *EmailPassword) tellOwner(email string) {
	betterauth.EmitInBackground(p.host, func(ctx context.Context) (ExistingUserSignedUp, error) {
		user, err := p.users.Get(ctx, database.Eq("email", email))
		if err != nil {
			return ExistingUserSignedUp{}, err
		}
		return ExistingUserSignedUp{UserID: user.ID}, nil
	})
}

// createUser writes the user and the account that holds the password. The
// unique index on the address decides between two at once.
func (p *EmailPassword) createUser(ctx context.Context, user *betterauth.User, hash string) error {
	err := p.users.Create(ctx, user)
	if database.UniqueViolation(err, "user", "email") {
		return ErrUserExists.Because(err)
	}
	if err != nil {
		return err
	}
	return p.accounts.Create(ctx, &betterauth.Account{
		AccountID: user.ID, ProviderID: betterauth.ProviderCredential, UserID: user.ID, Password: &hash,
	})
}

// decoy looks like a user that was just created, for an address that is taken.
func (p *EmailPassword) decoy(c *betterauth.Ctx, user *betterauth.User) *betterauth.User {
	user.CreatedAt, user.UpdatedAt = c.Now(), c.Now()
	if user.ID == "" {
		user.ID, _ = p.host.RandomString(32, betterauth.Alphanumeric)
	}
	return user
}
