package betterauth

import (
	"errors"
	"fmt"

	"github.com/better-auth-go/better-auth/database"
)

// Reauthenticate renews the session the request is from, after its user proved
// again who they are: it counts as created now, so that operations with
// WithFreshSession admit it. For plugins that ask again before what matters.
//
// The session keeps its id and its added columns, and gets a new token, whose
// cookies are set on the answer: whoever knew the old one has nothing that is
// fresh now, nor any session. Where sessions are refreshed it is prolonged as by
// any use of it, unless it is not to be remembered. Every gate is asked as for
// SignIn, with Attempt.Renews set; their errors and step-ups come back as they
// are. Of how, Columns are stored, and Remember and NewUser mean nothing.
//
// A request without a session, or whose session ended or was renewed by another
// request in the meantime, is ErrUnauthorized. Check that the proof is of the
// session's own user before calling it. Inside Transaction it takes part in
// that one.
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

// RotateSession gives the session the request is from a new token, without any
// proof: whoever else knew the old one is out, which is due when something about
// the account changed. The session keeps its id, its added columns, its expiry
// and its age: what was not fresh before is not fresh after. user is the session's
// as stored now. The errors are those of Reauthenticate; no gate is asked.
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
