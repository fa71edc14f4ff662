package betterauth

import (
	"errors"
	"fmt"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/internal/panics"
)

// AccessGuard is called before the user of a session changes how they get into the
// account; see Ctx.ChangeAccess.
type AccessGuard struct {
	// Name identifies the guard in messages. Required.
	Name string
	// Check refuses by returning an error, such as an ErrorCode of 403; a panic refuses
	// as well. id is the request's session with its user as stored now. Check runs in the
	// transaction that makes the change and locks the user's row. Writes without
	// ChangeAccess call no guard. Required.
	Check func(c *Ctx, id *Identity) error
}

type compiledGuard struct {
	AccessGuard
	plugin string
}

func (g compiledGuard) ask(c *Ctx, id *Identity) (err error) {
	defer panics.Contribution(&err, "access guard", g.Name, g.plugin)
	return undoing(g.Check(c, id))
}

// ChangeAccess runs change, with which the user of the request's session adds, changes or
// removes a way into their account: a passkey, a key, a password, a second factor, an
// address.
//
// It first checks again, in a transaction that locks the user's row, that the session
// still exists: since the core read it, it may have been revoked, the user banned, or the
// address proven by somebody else. So if such an ending happens at the same time, either
// the change comes first and the ending removes it, or the change is refused. Then it
// calls every AccessGuard.
//
// user is the user as stored now. Without a session, or if it has ended, the error is
// ErrUnauthorized; errors of guards are returned unchanged. A plugin writes its
// Credentials.Tables only with ChangeAccess, unless it acts without a user's session:
// when the application calls its methods, or during a sign-up. Inside Transaction it
// takes part in that transaction.
func (c *Ctx) ChangeAccess(change func(tx *Ctx, user *User) error) error {
	id, err := c.StoredSession()
	if errors.Is(err, ErrNoSession) {
		return ErrUnauthorized
	}
	if err != nil {
		return err
	}
	return c.changeAccess(id, change)
}

// ChangeAccessOf is ChangeAccess for the session of a token, which began what this
// request ends: a browser comes back from an identity provider, perhaps without its
// session's cookie. The caller kept the token where only the server reads it, and knows
// that this is the same browser. If the request itself has a session, it must be of the
// same user; otherwise, and if the session of the token has ended, the error is
// ErrUnauthorized.
func (c *Ctx) ChangeAccessOf(token string, change func(tx *Ctx, user *User) error) error {
	if token == "" {
		return ErrUnauthorized
	}
	if c.auth.stateless { // the browser's copy is the session
		if own, err := c.StoredSession(); err != nil || own.Session.Token != token {
			return ErrUnauthorized
		}
		return c.ChangeAccess(change)
	}
	id, err := c.findSession(token)
	if errors.Is(err, ErrNoSession) {
		return ErrUnauthorized
	}
	if err != nil {
		return err
	}
	switch own, err := c.StoredSession(); {
	case err == nil && own.User.ID != id.User.ID:
		return ErrUnauthorized.Because(errors.New("the browser is signed in as another user"))
	case err != nil && !errors.Is(err, ErrNoSession):
		return err
	}
	return c.changeAccess(id, change)
}

func (c *Ctx) changeAccess(id *Identity, change func(tx *Ctx, user *User) error) error {
	return c.Transaction(func(tx *Ctx) error {
		user, err := tx.auth.users.GetLocked(tx, database.Eq("id", id.User.ID))
		if errors.Is(err, database.ErrNotFound) {
			return ErrUnauthorized.Because(err)
		}
		if err != nil {
			return err
		}
		if err := tx.stillLives(id.Session); err != nil {
			return err
		}
		for _, guard := range tx.auth.guards {
			if err := guard.ask(tx, &Identity{Session: id.Session, User: user}); err != nil {
				return err
			}
		}
		return change(tx, user)
	})
}

// stillLives is nil for a session that has neither ended nor been given another
// token since it was read. Without a database the browser's copy is the session.
func (c *Ctx) stillLives(s *Session) error {
	if c.auth.stateless {
		return nil
	}
	lives, err := c.auth.sessions.store.Exists(c, database.Eq("id", s.ID), database.Eq("token", s.Token), database.Eq("userId", s.UserID), database.Gt("expiresAt", c.Now()))
	if err == nil && !lives {
		err = ErrUnauthorized.Because(fmt.Errorf("session %s ended meanwhile", s.ID))
	}
	return err
}
