package emailpassword

import (
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
)

// ChangePasswordInput is the input of changePassword.
type ChangePasswordInput struct {
	NewPassword     string `json:"newPassword"`
	CurrentPassword string `json:"currentPassword"`
	// RevokeOtherSessions ends all sessions and makes a new one for the caller.
	RevokeOtherSessions *bool `json:"revokeOtherSessions"`
}

// ChangePasswordAnswer is the answer of changePassword. Token is that of the
// new session, null where the old one goes on.
type ChangePasswordAnswer struct {
	Token *string          `json:"token"`
	User  *betterauth.User `json:"user"`
}

// methodChange is how gates see the new session of somebody who changed their
// password and ended all others.
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
	err = c.Transaction(func(tx *betterauth.Ctx) error {
		if _, err := p.hold(tx, user.ID); err != nil {
			return err
		}
		if err := p.stillHolds(tx, account); err != nil {
			return err
		}
		if err := p.store(tx, user.ID, hash); err != nil {
			return err
		}
		if in.RevokeOtherSessions == nil || !*in.RevokeOtherSessions {
			return nil
		}
		if _, err := p.host.Sessions().RevokeAll(tx, user.ID); err != nil {
			return err
		}
		session, err := tx.SignIn(user, betterauth.SignIn{Method: methodChange})
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
	id, err := c.StoredSession()
	if errors.Is(err, betterauth.ErrNoSession) {
		return betterauth.Status{}, betterauth.ErrUnauthorized
	}
	if err != nil {
		return betterauth.Status{}, err
	}
	if err := p.SetFirstPassword(c, id.User.ID, in.NewPassword); err != nil {
		return betterauth.Status{}, err
	}
	return betterauth.Status{Status: true}, nil
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
