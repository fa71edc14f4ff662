package betterauth

import (
	"errors"
	"net/http"

	"github.com/better-auth-go/better-auth/database"
)

// UpdateSessionInput is the input of updateSession.
type UpdateSessionInput struct {
	// Columns are the new values of columns that were added to the session.
	// Members that are no such column are ignored.
	Columns Members `input:"rest"`
}

// UpdatedSession is the answer of updateSession.
type UpdatedSession struct {
	Session *Session `json:"session"`
}

var errNothingToUpdate = &ErrorCode{Message: "No fields to update", Status: http.StatusBadRequest}

func updateSession(c *Ctx, in UpdateSessionInput) (UpdatedSession, error) {
	set, err := c.auth.additionalValues("session", in.Columns, false)
	if err != nil {
		return UpdatedSession{}, err
	}
	if len(set) == 0 {
		return UpdatedSession{}, errNothingToUpdate
	}
	if c.login.vouched {
		return UpdatedSession{}, ErrUnauthorized // there is no session to update
	}
	id, err := c.changeSession(c.Identity(), set)
	if errors.Is(err, database.ErrNotFound) {
		c.clearSessionCookies()
		return UpdatedSession{}, ErrFailedToGetSession
	}
	if err != nil {
		return UpdatedSession{}, err
	}
	c.RefreshCookies(id, AllCookies)
	return UpdatedSession{id.Session}, nil
}

// changeSession stores new values and reads the session with its user again:
// id may come from a cookie, and a copy of that copy would keep an outdated
// user alive for as long as somebody goes on updating.
func (c *Ctx) changeSession(id *Identity, set database.Set) (*Identity, error) {
	session, err := c.auth.sessions.store.UpdateOne(c, set,
		database.Eq("id", id.Session.ID), database.Eq("token", id.Session.Token))
	if c.auth.stateless && (err == nil || errors.Is(err, database.ErrNotFound)) {
		// The browser's copy is the session; the row, if any, is of this process.
		changed := *id.Session
		changed.UpdatedAt = c.Now()
		for column, value := range set {
			changed.Extra.SetValue(column, value)
		}
		return &Identity{Session: &changed, User: id.User}, nil
	}
	if err != nil {
		return nil, err
	}
	session, user, err := c.auth.lookup.Get(c, session.Token)
	return &Identity{Session: session, User: user}, err
}
