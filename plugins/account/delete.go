package account

import (
	"context"
	"errors"
	"fmt"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// KindDelete is the kind of message that asks to confirm a deletion.
const KindDelete = "delete-account"

// deletionToken is under what a mailed token is stored, as the reference does.
func deletionToken(token string) string { return "delete-account-" + token }

// DeleteUserInput is the input of deleteUser. Token is one that was mailed.
type DeleteUserInput struct {
	CallbackURL *string `json:"callbackURL"`
	Password    *string `json:"password"`
	Token       *string `json:"token"`
}

// DeleteUserAnswer is the answer of deleteUser and deleteUserCallback.
type DeleteUserAnswer struct {
	Success bool   `json:"success"`
	Message string `json:"message"`
}

var deleted = DeleteUserAnswer{Success: true, Message: "User deleted"}

func (a *Account) deleteUser(c *betterauth.Ctx, in DeleteUserInput) (DeleteUserAnswer, error) {
	if !a.cfg.DeleteUser.Enabled {
		return DeleteUserAnswer{}, errNoDeletion
	}
	id := c.Identity()
	password := deref(in.Password)
	if password != "" {
		if err := a.checkPassword(c, id.User.ID, password); err != nil {
			return DeleteUserAnswer{}, err
		}
	}
	switch token := deref(in.Token); {
	case token != "":
		if err := a.takeToken(c, id.User.ID, token); err != nil {
			return DeleteUserAnswer{}, err
		}
	case a.cfg.DeleteUser.MailToken:
		err := a.mailToken(c, id.User, deref(in.CallbackURL))
		return DeleteUserAnswer{Success: true, Message: "Verification email sent"}, err
	case password == "" && !c.Fresh(id.Session):
		return DeleteUserAnswer{}, ErrSessionExpired
	}
	return deleted, a.remove(c, id.User.ID)
}

// FollowDeletionInput is the input of deleteUserCallback.
type FollowDeletionInput struct {
	Token       string  `query:"token"`
	CallbackURL *string `query:"callbackURL"`
}

func (a *Account) followDeletion(c *betterauth.Ctx, in FollowDeletionInput) (any, error) {
	if !a.cfg.DeleteUser.Enabled {
		return nil, ErrDeletionDisabled
	}
	id, err := c.StoredSession()
	if errors.Is(err, betterauth.ErrNoSession) {
		return nil, ErrNoUserInfo
	}
	if err != nil {
		return nil, err
	}
	if err := a.takeToken(c, id.User.ID, in.Token); err != nil {
		return nil, err
	}
	if err := a.remove(c, id.User.ID); err != nil {
		return nil, err
	}
	if target := deref(in.CallbackURL); target != "" {
		return betterauth.Redirect{URL: target}, nil
	}
	return deleted, nil
}

func (a *Account) checkPassword(ctx context.Context, userID, password string) error {
	account, err := a.accounts.Get(ctx, database.Eq("userId", userID), database.Eq("providerId", betterauth.ProviderCredential),
		database.Eq("accountId", userID), database.NotNull("password"))
	if errors.Is(err, database.ErrNotFound) {
		return ErrCredentialNotFound
	}
	if err != nil {
		return err
	}
	ok, err := a.host.Hasher().Verify(ctx, password, *account.Password)
	if err == nil && !ok {
		err = ErrInvalidPassword
	}
	return err
}

// takeToken consumes a mailed token, which is spent even if it is another
// user's, and checks whose it was.
func (a *Account) takeToken(ctx context.Context, userID, token string) error {
	taken, err := a.host.Verifications().Take(ctx, deletionToken(token))
	if errors.Is(err, database.ErrNotFound) || err == nil && taken.Value != userID {
		return ErrInvalidToken
	}
	return err
}

func (a *Account) mailToken(c *betterauth.Ctx, user *betterauth.User, callbackURL string) error {
	token, err := a.host.RandomString(32, betterauth.LowerAlphanumeric)
	if err != nil {
		return err
	}
	if _, err := a.host.Verifications().Create(c, deletionToken(token), user.ID, a.cfg.DeleteUser.TokenTTL); err != nil {
		return err
	}
	if callbackURL == "" {
		callbackURL = "/"
	}
	// The mail is sent after the request, which may go on with its own copy.
	recipient := *user
	app := a.host.AppName()
	m := &betterauth.Message{
		Kind: KindDelete, To: user.Email, User: &recipient, Token: token,
		URL:     c.BaseURL() + "/delete-user/callback?token=" + token + "&callbackURL=" + betterauth.EncodeURIComponent(callbackURL),
		Subject: "Confirm that your account at " + app + " is to be deleted",
	}
	m.Text = fmt.Sprintf("Hello,\n\nfollow this link, in the browser where you are signed in, to delete your account at %s and everything in it:\n\n"+
		"%s\n\nThis cannot be undone. If you did not ask for it, ignore this mail, and change your password: somebody may be signed in as you.\n",
		app, m.URL)
	a.host.Mail(c, m)
	return nil
}

// remove deletes a user with their sessions and accounts. What plugins keep
// about them goes by foreign key. Whoever signs in as them at the same time
// waits for the user's row, and then finds nobody.
func (a *Account) remove(c *betterauth.Ctx, userID string) error {
	err := c.Transaction(func(tx *betterauth.Ctx) error {
		user, err := a.users.GetLocked(tx, database.Eq("id", userID))
		if errors.Is(err, database.ErrNotFound) {
			return betterauth.ErrUnauthorized.Because(err)
		}
		if err != nil {
			return err
		}
		if before := a.cfg.DeleteUser.BeforeDelete; before != nil {
			if err := before(tx, user); err != nil {
				return err
			}
		}
		if _, err := a.host.Sessions().RevokeAll(tx, userID); err != nil {
			return err
		}
		if _, err := a.accounts.Delete(tx, database.Eq("userId", userID)); err != nil {
			return err
		}
		if _, err := a.users.Delete(tx, database.Eq("id", userID)); err != nil {
			return err
		}
		if after := a.cfg.DeleteUser.AfterDelete; after != nil {
			tx.AfterCommit(func(ctx context.Context) { after(ctx, user) })
		}
		return nil
	})
	if err == nil {
		c.ForgetSession()
	}
	return err
}
