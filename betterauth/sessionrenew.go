package betterauth

import (
	"errors"
	"fmt"

	"github.com/better-auth-go/better-auth/database"
)

// Reauthenticate renews the request's session after its user has proved again who they
// are. The session then counts as created now, so that operations with WithFreshSession
// accept it. It is for plugins that ask for a password or passkey again before an
// important change.
//
// The session keeps its id and its added columns, and gets a new token, whose cookies are
// set on the answer: whoever else had the old token has no session any more. If sessions
// are refreshed, its expiry is prolonged as by any use, unless it is not remembered.
// Every gate is called as in SignIn, with Attempt.Renews set; their errors and step-ups
// are returned unchanged. Of how, Columns are stored; Remember and NewUser are ignored.
//
// The error is ErrUnauthorized if the request has no session, or if its session ended or
// was renewed by another request in the meantime. Before you call Reauthenticate, check
// that the proof belongs to the session's own user. Inside Transaction it takes part in
// that transaction.
func (c *Ctx) Reauthenticate(how SignIn) (*Session, error) {
	id, err := c.StoredSession()
	if errors.Is(err, ErrNoSession) {
		return nil, ErrUnauthorized
	}
	if err != nil {
		return nil, err
	}
	var renewed *Session
	err = c.Transaction(func(tx *Ctx) error {
		attempt := &Attempt{SignIn: how, Renews: id.Session}
		user, err := tx.admit(id.User.ID, attempt)
		if err != nil {
			return err
		}
		set := database.Set{"createdAt": c.Now()}
		for column, value := range attempt.SignIn.Columns {
			set[column] = value
		}
		if renewed, err = tx.renewSession(&Identity{Session: id.Session, User: user}, set); err != nil {
			return err
		}
		emit(tx, tx.auth, Reauthenticated{UserID: user.ID, SessionID: renewed.ID, Method: attempt.SignIn.Method, Assurance: attempt.SignIn.Assurance})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return renewed, nil
}

// RotateSession gives the request's session a new token, without any proof. Whoever else
// had the old token has no session any more; call it when something about the account
// changed. The session keeps its id, its added columns, its expiry and its age: a session
// that was not fresh stays so. user is the session's user as stored now. The errors are
// those of Reauthenticate; no gate is called.
func (c *Ctx) RotateSession(user *User) (*Session, error) {
	id, err := c.StoredSession()
	if errors.Is(err, ErrNoSession) || err == nil && id.User.ID != user.ID {
		return nil, ErrUnauthorized
	}
	if err != nil {
		return nil, err
	}
	return c.renewSession(&Identity{Session: id.Session, User: user}, database.Set{})
}

// renewSession gives a session a new token, if it is still what it was when the
// request began.
func (c *Ctx) renewSession(old *Identity, set database.Set) (*Session, error) {
	token, err := database.RandomString(c.auth.cfg.Random, 32, Alphanumeric)
	if err != nil {
		return nil, fmt.Errorf("making a session token: %w", err)
	}
	now := c.Now()
	set["token"], set["updatedAt"] = token, now
	if _, begins := set["createdAt"]; begins && c.slides(old.Session) {
		// What tells a session that is to be remembered is how long it lives.
		set["expiresAt"] = now.Add(c.auth.cfg.Session.ExpiresIn)
	}
	session, err := c.auth.sessions.store.UpdateOne(c.Context, set,
		database.Eq("id", old.Session.ID), database.Eq("token", old.Session.Token), database.Eq("userId", old.User.ID), database.Gt("expiresAt", now))
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrUnauthorized.Because(fmt.Errorf("session %s ended meanwhile", old.Session.ID))
	}
	if err != nil {
		return nil, err
	}
	presented := c.login.presented
	if presented != "" {
		presented = token
	}
	id := &Identity{Session: session, User: old.User}
	c.login = loginState{presented: presented, read: true, stored: true, identity: id}
	c.setSessionCookies(id, c.Remembered())
	return session, nil
}
