package admin

import (
	"context"
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

func (a *Admin) removeUser(c *betterauth.Ctx, in UserInput) (betterauth.Success, error) {
	err := a.actOn(c, in.UserID, []permission{toDelete}, func(tx *betterauth.Ctx, caller, target *betterauth.User) error {
		if target.ID == caller.ID {
			return ErrRemoveYourself
		}
		return a.Remove(tx, target.ID)
	})
	return betterauth.Success{Success: err == nil}, err
}

// Remove deletes a user with everything that belongs to them (betterauth.UserDeleted),
// and ends the sessions in which they impersonate others. A sign-in of that user at the
// same time waits and then fails. If there is no such user, the error is
// betterauth.ErrUserNotFound.
func (a *Admin) Remove(ctx context.Context, userID string) error {
	return a.host.Transaction(ctx, func(ctx context.Context) error {
		if err := a.takeTurns(ctx); err != nil {
			return err
		}
		if _, err := a.users.GetLocked(ctx, database.Eq("id", userID)); err != nil {
			return missing(err)
		}
		if _, err := a.end(ctx, userID); err != nil {
			return err
		}
		_, err := a.users.Delete(ctx, database.Eq("id", userID))
		betterauth.Emit(ctx, a.host, Removed{By: actor(ctx), UserID: userID})
		return err
	})
}

// SetPasswordInput is the input of setUserPassword.
type SetPasswordInput struct {
	NewPassword string `json:"newPassword"`
	UserID      string `json:"userId" check:"coerce"`
}

func checkSetPassword(_ *betterauth.Ctx, in *SetPasswordInput) error {
	const password, user = "[body.newPassword] newPassword cannot be empty", "[body.userId] userId cannot be empty"
	switch {
	case in.NewPassword == "" && in.UserID == "":
		return betterauth.ErrValidation.Messagef("%s; %s", password, user)
	case in.NewPassword == "":
		return betterauth.ErrValidation.Messagef("%s", password)
	case in.UserID == "":
		return betterauth.ErrValidation.Messagef("%s", user)
	}
	return nil
}

func (a *Admin) setUserPassword(c *betterauth.Ctx, in SetPasswordInput) (betterauth.Status, error) {
	// Before the password is judged and hashed, which is no stranger's to cause.
	if err := a.demand(c, toSetPassword); err != nil {
		return betterauth.Status{}, err
	}
	set, err := a.prepare(c, in.NewPassword)
	if err != nil {
		return betterauth.Status{}, err
	}
	err = a.actOn(c, in.UserID, []permission{toSetPassword}, func(tx *betterauth.Ctx, _, target *betterauth.User) error {
		return a.writePassword(tx, target.ID, set)
	})
	return betterauth.Status{Status: err == nil}, err
}

// SetPassword sets a user's password, whether or not they had one. It ends no sessions:
// see RevokeSessions. The errors are betterauth.ErrUserNotFound, ErrNoPasswords if no
// plugin stores passwords, and what that plugin says about the password.
func (a *Admin) SetPassword(ctx context.Context, userID, password string) error {
	set, err := a.prepare(ctx, password)
	if err != nil {
		return err
	}
	return a.writePassword(ctx, userID, set)
}

func (a *Admin) writePassword(ctx context.Context, userID string, set setPassword) error {
	return a.host.Transaction(ctx, func(ctx context.Context) error {
		err := set(ctx, userID)
		var code *betterauth.ErrorCode
		if errors.As(err, &code) && code.Code == betterauth.ErrUserNotFound.Code {
			return betterauth.ErrUserNotFound.Because(err)
		}
		betterauth.Emit(ctx, a.host, PasswordSet{By: actor(ctx), UserID: userID})
		return err
	})
}

// setPassword stores a password that was judged and hashed already.
type setPassword = func(ctx context.Context, userID string) error

func (a *Admin) prepare(ctx context.Context, password string) (setPassword, error) {
	if a.passwords == nil {
		return nil, ErrNoPasswords
	}
	return a.passwords.PreparePassword(ctx, password)
}
