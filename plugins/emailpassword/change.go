package emailpassword

import (
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
)

// ChangePasswordInput is the input of changePassword.
type ChangePasswordInput struct {
	NewPassword     string `json:"newPassword"`
	CurrentPassword string `json:"currentPassword"`
	// RevokeOtherSessions ends all other sessions and gives the request's session a new
	// token.
	RevokeOtherSessions *bool `json:"revokeOtherSessions"`
}

// ChangePasswordAnswer is the answer of changePassword. Token is the session's new token,
// null if the session keeps its old one.
type ChangePasswordAnswer struct {
	Token *string          `json:"token"`
	User  *betterauth.User `json:"user"`
}

// methodChange is how gates see the session that is renewed for somebody who
// changed their password and ended all others.
const methodChange = "change-password"

func (p *EmailPassword) change(c *betterauth.Ctx, in ChangePasswordInput) (ChangePasswordAnswer, error) {
	user := c.Identity().User
	if err := p.checkLength(in.NewPassword); err != nil {
		return ChangePasswordAnswer{}, err
	}
	account, err := p.checkPassword(c, user.ID, in.CurrentPassword)
	if err != nil {
		return ChangePasswordAnswer{}, err
	}
	hash, err := p.host.Hasher().Hash(c, in.NewPassword)
	if err != nil {
		return ChangePasswordAnswer{}, err
	}
	answer := ChangePasswordAnswer{User: user}
	err = c.ChangeAccess(func(tx *betterauth.Ctx, _ *betterauth.User) error {
		if err := p.stillHolds(tx, account); err != nil {
			return err
		}
		if err := p.store(tx, user.ID, hash); err != nil {
			return err
		}
		if err := p.host.End(tx, user.ID, betterauth.PasswordChanged); err != nil {
			return err
		}
		if in.RevokeOtherSessions == nil || !*in.RevokeOtherSessions {
			return nil
		}
		if _, err := p.host.Sessions().RevokeOthers(tx, user.ID, c.Identity().Session.Token); err != nil {
			return err
		}
		session, err := tx.Reauthenticate(betterauth.SignIn{Method: methodChange})
		if err != nil {
			return err
		}
		answer.Token = &session.Token
		return nil
	})
	if errors.Is(err, errPasswordMoved) {
		return ChangePasswordAnswer{}, ErrInvalidPassword.Because(err)
	}
	if err != nil {
		return ChangePasswordAnswer{}, err
	}
	return answer, nil
}

// SetPasswordInput is the input of setPassword, which is called in process with
// the user's session.
type SetPasswordInput struct {
	NewPassword string `json:"newPassword"`
}

func (p *EmailPassword) set(c *betterauth.Ctx, in SetPasswordInput) (betterauth.Status, error) {
	if _, err := c.StoredSession(); errors.Is(err, betterauth.ErrNoSession) {
		return betterauth.Status{}, betterauth.ErrUnauthorized
	} else if err != nil {
		return betterauth.Status{}, err
	}
	hash, err := p.newHash(c, in.NewPassword) // which takes long, and holds nobody
	if err == nil {
		err = c.ChangeAccess(func(tx *betterauth.Ctx, user *betterauth.User) error { return p.setFirst(tx, user.ID, hash) })
	}
	return betterauth.Status{Status: err == nil}, err
}

// VerifyPasswordInput is the input of verifyPassword.
type VerifyPasswordInput struct {
	Password string `json:"password"`
}

func (p *EmailPassword) verify(c *betterauth.Ctx, in VerifyPasswordInput) (betterauth.Status, error) {
	err := p.CheckPassword(c, c.Identity().User.ID, in.Password)
	if errors.Is(err, ErrNoPassword) {
		return betterauth.Status{}, ErrInvalidPassword
	}
	if err != nil {
		return betterauth.Status{}, err
	}
	return betterauth.Status{Status: true}, nil
}
