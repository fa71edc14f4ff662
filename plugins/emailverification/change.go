package emailverification

import (
	"errors"
	"slices"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// confirm goes from the old address to the new one: its owner agreed, now the
// new one is to be verified.
func (v *EmailVerification) confirm(c *betterauth.Ctx, link signed, callbackURL string) (any, error) {
	id, err := v.identity(c)
	if err != nil {
		return nil, err
	}
	user, err := v.users.Get(c, database.Eq("email", link.Email))
	if err := link.mayChange(user, err, id); err != nil {
		return nil, err
	}
	return betterauth.Status{Status: true}, v.MailChange(c, user, link.UpdateTo, callbackURL, false)
}

// change replaces the address. A link that was mailed to the new address
// verifies it, too; one of the older form was mailed to the old address, so the
// new one still is to be verified.
func (v *EmailVerification) change(c *betterauth.Ctx, link signed, callbackURL string) (any, error) {
	id, err := v.identity(c)
	if err != nil {
		return nil, err
	}
	verified := link.RequestType == stepVerify
	var user *betterauth.User
	err = c.Transaction(func(tx *betterauth.Ctx) error {
		old, err := v.users.GetLocked(tx, database.Eq("email", link.Email))
		if err := link.mayChange(old, err, id); err != nil {
			return err
		}
		user, err = v.users.UpdateOne(tx, database.Set{"email": link.UpdateTo, "emailVerified": verified},
			database.Eq("id", old.ID), database.Eq("email", link.Email))
		if err != nil {
			return taken(err)
		}
		if verified {
			if err := v.AfterVerification(tx, user); err != nil {
				return err
			}
		} else if v.host.CanMail() {
			if err := v.Mail(tx, user, callbackURL); err != nil {
				return err
			}
		}
		if id != nil {
			return nil
		}
		_, err = tx.SignIn(user, betterauth.SignIn{Method: signInMethod})
		return err
	})
	if err != nil {
		return nil, err
	}
	if id != nil {
		c.Reissue(&betterauth.Identity{Session: id.Session, User: user})
	}
	return Verified{Status: true, User: user}, nil
}

// identity is who is signed in, nil when nobody is.
func (v *EmailVerification) identity(c *betterauth.Ctx) (*betterauth.Identity, error) {
	id, err := c.StoredSession()
	if errors.Is(err, betterauth.ErrNoSession) {
		return nil, nil
	}
	return id, err
}

// mayChange reports whether the link may change user, who was looked for by the
// link's address with findErr as the outcome.
func (l signed) mayChange(user *betterauth.User, findErr error, id *betterauth.Identity) error {
	switch {
	case errors.Is(findErr, database.ErrNotFound):
		return ErrUserNotFound
	case findErr != nil:
		return findErr
	case l.IssuedAt < float64(user.CreatedAt.Unix()):
		// The link names its user by address. Somebody who had this address
		// before, unverified, must not keep links that take over whoever signs
		// up with it later.
		return ErrUserNotFound
	case id != nil && id.User.ID != user.ID:
		return ErrInvalidUser
	}
	return nil
}

// taken says so when somebody else has the new address by now.
func taken(err error) error {
	var unique *database.UniqueError
	if errors.As(err, &unique) && slices.Contains(unique.Columns, "email") {
		return ErrEmailTaken.Because(err)
	}
	return err
}
