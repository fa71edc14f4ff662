package account

import (
	"context"
	"errors"
	"fmt"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// KindDelete is the kind of the mail that asks to confirm a deletion.
const KindDelete = "delete-account"

const deletionPrefix = "delete-account-"

// deletionToken is under what a mailed token is stored, as the reference does.
func deletionToken(token string) string { return deletionPrefix + token }

// pending are the tokens under way to a user.
func pending() []betterauth.Pending {
	return []betterauth.Pending{{
		Name: "link to delete the account",
		Ends: betterauth.AddressChanged | betterauth.PasswordReset | betterauth.PasswordChanged | betterauth.SessionsRevoked,
		Of: func(u *betterauth.User) database.Cond {
			return database.And(database.StartsWith("identifier", deletionPrefix), database.Eq("value", u.ID))
		},
	}}
}

// DeleteUserInput is the input of deleteUser. Token is the token of a mailed link.
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
		return DeleteUserAnswer{}, ErrDeletionDisabled
	}
	id := c.Identity()
	password := betterauth.OrZero(in.Password)
	if password != "" {
		if err := a.checkPassword(c, id.User.ID, password); err != nil {
			return DeleteUserAnswer{}, err
		}
	}
	switch token := betterauth.OrZero(in.Token); {
	case token != "":
		if err := a.takeToken(c, id.User.ID, token); err != nil {
			return DeleteUserAnswer{}, err
		}
	case a.cfg.DeleteUser.MailToken:
		err := c.ChangeAccess(func(tx *betterauth.Ctx, user *betterauth.User) error {
			return a.mailToken(tx, user, betterauth.OrZero(in.CallbackURL))
		})
		return DeleteUserAnswer{Success: true, Message: "Verification email sent"}, err
	case password == "" && !c.Fresh(id.Session):
		return DeleteUserAnswer{}, ErrSessionExpired
	}
	return deleted, a.remove(c)
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
	if err := a.remove(c); err != nil {
		return nil, err
	}
	if target := betterauth.OrZero(in.CallbackURL); target != "" {
		return betterauth.Redirect{URL: target}, nil
	}
	return deleted, nil
}

// passwordChecker is the plugin that knows passwords.
type passwordChecker interface {
	// CheckPassword returns nil if this is the user's password. Otherwise it returns an
	// ErrorCode of the TypeScript server: the password is wrong, or the user has none.
	CheckPassword(ctx context.Context, userID, password string) error
}

// checkPassword leaves the question to who counts wrong answers. Where nobody
// knows passwords, nobody has one.
func (a *Account) checkPassword(ctx context.Context, userID, password string) error {
	if a.passwords == nil {
		return ErrCredentialNotFound
	}
	return a.passwords.CheckPassword(ctx, userID, password)
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
	if may, err := a.host.MayMail(c, user.Email); err != nil || !may {
		return err
	}
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
	app := a.host.Site().AppName
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

// remove deletes the user of the session, which must still live, and with the row all that belongs to it
// (betterauth.UserDeleted). Whoever signs in as them at the same time waits for the
// user's row, and then finds nobody.
func (a *Account) remove(c *betterauth.Ctx) error {
	err := c.ChangeAccess(func(tx *betterauth.Ctx, user *betterauth.User) error {
		if before := a.cfg.DeleteUser.BeforeDelete; before != nil {
			if err := before(tx, user); err != nil {
				return err
			}
		}
		if _, err := a.users.Delete(tx, database.Eq("id", user.ID)); err != nil {
			return err
		}
		return nil
	})
	if err == nil {
		c.ForgetSession()
	}
	return err
}
