package emailverification

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// confirm goes from the old address to the new one: its owner agreed, now the
// new one is to be verified. The link causes one mail.
func (v *EmailVerification) confirm(c *betterauth.Ctx, link signed, callbackURL string) (any, error) {
	err := v.use(c, link, func(tx *betterauth.Ctx, user *betterauth.User, _ *betterauth.Identity) error {
		return v.MailChange(tx, user, link.UpdateTo, callbackURL, false)
	})
	return betterauth.Status{Status: err == nil}, err
}

// change replaces the address. It makes no session, and goes past no second step.
// Only a browser that is signed in as the user does it: any other may be of
// somebody who receives the mail and knows nothing of the account, which is not
// theirs. An account that was proven stays so, since both are known there; one that
// was not is to be proven as before. A link of the older form was mailed to the old
// address, so the new one is to be verified in any case.
func (v *EmailVerification) change(c *betterauth.Ctx, link signed, callbackURL string) (any, error) {
	var user *betterauth.User
	var own *betterauth.Identity
	err := v.use(c, link, func(tx *betterauth.Ctx, old *betterauth.User, id *betterauth.Identity) (err error) {
		if own = id; own == nil {
			return betterauth.ErrUnauthorized
		}
		verified := link.RequestType == stepVerify && old.EmailVerified
		user, err = v.users.UpdateOne(tx, database.Set{"email": link.UpdateTo, "emailVerified": verified},
			database.Eq("id", old.ID), database.Eq("email", old.Email))
		switch {
		case err != nil:
			return taken(err)
		case verified:
			return v.AfterVerification(tx, user)
		case link.RequestType != stepVerify && v.host.Site().CanMail:
			return v.Mail(tx, user, callbackURL)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	c.RefreshCookies(&betterauth.Identity{Session: own.Session, User: user}, betterauth.AllCookies)
	return Verified{Status: true, User: user}, nil
}

// use runs f with the user whose address a link changes, whose row is held, and
// with their session, nil where nobody is signed in. Of any number of uses of one
// link one comes to f.
func (v *EmailVerification) use(c *betterauth.Ctx, link signed, f func(tx *betterauth.Ctx, user *betterauth.User, id *betterauth.Identity) error) error {
	id, err := v.identity(c)
	if err != nil {
		return err
	}
	return c.Transaction(func(tx *betterauth.Ctx) error {
		whose := database.Eq("id", link.UserID)
		if link.UserID == "" {
			whose = database.Eq("email", link.Email) // as 1.7.5 mailed it
		}
		user, err := v.users.GetLocked(tx, whose)
		if err := link.mayChange(user, err, id); err != nil {
			return err
		}
		if err := v.takeChange(tx, link, user); err != nil {
			return err
		}
		return f(tx, user, id)
	})
}

// takeChange uses a link up.
func (v *EmailVerification) takeChange(ctx context.Context, link signed, user *betterauth.User) error {
	if link.foreign {
		return v.takeForeign(ctx, link)
	}
	taken, err := v.host.Verifications().Take(ctx, changePrefix+link.Change)
	if errors.Is(err, database.ErrNotFound) || err == nil && taken.Value != user.ID {
		return ErrInvalidToken
	}
	return err
}

// takeForeign remembers a link of the TypeScript server, which keeps nothing for
// it, until that would expire anyway. The caller holds the user's row.
func (v *EmailVerification) takeForeign(ctx context.Context, link signed) error {
	sum := sha256.Sum256([]byte(link.Email + "\n" + link.UpdateTo + "\n" + link.RequestType + "\n" + time.Unix(int64(link.IssuedAt), 0).UTC().String()))
	used := usedPrefix + base64.RawURLEncoding.EncodeToString(sum[:])
	switch _, err := v.host.Verifications().Find(ctx, used); {
	case err == nil:
		return ErrInvalidToken
	case !errors.Is(err, database.ErrNotFound):
		return err
	}
	_, err := v.host.Verifications().Create(ctx, used, "used", foreignLife)
	return err
}

const (
	usedPrefix = "email-change-used-"
	// foreignLife is longer than links of the TypeScript server are good, an hour
	// unless it is configured otherwise.
	foreignLife = 7 * 24 * time.Hour
)

// identity is who is signed in, nil when nobody is.
func (v *EmailVerification) identity(c *betterauth.Ctx) (*betterauth.Identity, error) {
	id, err := c.StoredSession()
	if errors.Is(err, betterauth.ErrNoSession) {
		return nil, nil
	}
	return id, err
}

// mayChange reports whether the link may change user, who was looked for by what
// the link says with findErr as the outcome.
func (l signed) mayChange(user *betterauth.User, findErr error, id *betterauth.Identity) error {
	switch {
	case errors.Is(findErr, database.ErrNotFound):
		return ErrUserNotFound
	case findErr != nil:
		return findErr
	case l.IssuedAt < float64(user.CreatedAt.Unix()):
		// A link of TypeScript 1.7.5 names its user by address alone.
		// Somebody who had this address before, unverified, must not keep links
		// that take over whoever signs up with it later.
		return ErrUserNotFound
	case !strings.EqualFold(user.Email, l.Email):
		return ErrInvalidToken
	case id != nil && id.User.ID != user.ID:
		return ErrInvalidUser
	case l.foreign && id == nil:
		// Nothing ends such a link but its expiry, so that it takes somebody whose
		// session nobody has revoked.
		return betterauth.ErrUnauthorized
	}
	return nil
}

// taken says so when somebody else has the new address by now.
func taken(err error) error {
	if database.UniqueViolation(err, "user", "email") {
		return ErrEmailTaken.Because(err)
	}
	return err
}
