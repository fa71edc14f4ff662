package betterauth

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/better-auth-go/better-auth/database"
)

// SessionCookies says which cookies of a session Ctx.RefreshCookies sets.
type SessionCookies int

const (
	// AllCookies are the session's own cookies and its copy in the cookie cache.
	AllCookies SessionCookies = iota
	// CacheOnly is the copy in the cookie cache alone, for a session that did not change.
	// Without a cookie cache it sets no cookie.
	CacheOnly
)

// RefreshCookies updates the request's session after it or its user changed. Session and
// Identity return id from then on, and the cookies that which names are set again, so
// that copies in the browser are current. A browser that signed in with Remember false
// stays so. For an identity that a source vouches for, no cookie is set. id must be of
// the request's session; to change to another session use SignIn or Resume.
func (c *Ctx) RefreshCookies(id *Identity, which SessionCookies) {
	if c.login.vouched {
		c.login.identity = &Identity{Session: id.Session, User: id.User, Source: c.login.identity.Source}
		return
	}
	c.login.identity, c.login.read, c.login.stored, c.login.err = id, true, true, nil
	if which == CacheOnly {
		c.writeCache(id, !c.Remembered())
		return
	}
	c.setSessionCookies(id, c.Remembered())
}

// Remembered reports whether the browser of the request is remembered. It is false only
// if the browser signed in with SignIn.Remember false. New sessions whose Remember is nil
// follow it.
func (c *Ctx) Remembered() bool {
	return !slices.Contains(c.SignedCookieValues(cookieDontRemember), "true")
}

// Remember clears the browser's choice not to be remembered, for later sessions. A
// session that this request makes follows SignIn.Remember all the same.
func (c *Ctx) Remember() { c.ClearCookie(cookieDontRemember) }

// Resume makes the browser continue with another session, for instance when an
// administrator stops acting as a user. The caller has read id from the database and
// checked that it belongs to this browser. With remember false the cookie lasts until the
// browser closes, as with SignIn.Remember.
func (c *Ctx) Resume(id *Identity, remember bool) {
	c.login = loginState{read: true, stored: true, identity: id}
	c.setSessionCookies(id, remember)
}

// ForgetSession makes the browser delete the session's cookies. It does not end the
// session; see Sessions.
func (c *Ctx) ForgetSession() { c.clearSessionCookies() }

// IssuedSession returns the session whose token this request's answer hands out: a new
// session, or one that was prolonged.
func (c *Ctx) IssuedSession() (*Session, bool) {
	if c.login.issued == nil {
		return nil, false
	}
	return c.login.issued, true
}

// createSession stores a session and signs the browser in. Gates were asked.
func (c *Ctx) createSession(user *User, how SignIn) (*Session, error) {
	remember := c.Remembered()
	if how.Remember != nil {
		remember = *how.Remember
	}
	life := c.auth.cfg.Session.ExpiresIn
	if !remember {
		life = c.auth.cfg.Session.forgetfulLife()
	}
	if how.Life > 0 {
		life = how.Life
	}
	token, err := database.RandomString(c.auth.cfg.Random, 32, Alphanumeric)
	if err != nil {
		return nil, fmt.Errorf("making a session token: %w", err)
	}
	now := c.Now()
	ip, agent := c.ClientIP(), textFor(c.UserAgent(), 1024)
	session := &Session{
		ExpiresAt: now.Add(life), Token: token, CreatedAt: now, UpdatedAt: now,
		IPAddress: &ip, UserAgent: &agent, UserID: user.ID,
	}
	for column, value := range how.Columns {
		session.Extra.SetValue(column, value)
	}
	if err := c.auth.sessions.store.Create(c.Context, session); err != nil {
		return nil, err
	}
	if err := c.endOldest(session); err != nil {
		return nil, err
	}
	if err := c.auth.used(c.Context, user); err != nil {
		return nil, err
	}
	id := &Identity{Session: session, User: user}
	c.login = loginState{read: true, stored: true, identity: id, created: id}
	c.traceCookie()
	c.setSessionCookies(id, remember)
	return session, nil
}

// endOldest ends the sessions of a user that are too many with a new one, the
// oldest first. The user's row is held, so that sign-ins at once are counted one
// after the other.
func (c *Ctx) endOldest(made *Session) error {
	most := c.auth.cfg.Session.MaxPerUser
	if most == 0 {
		return nil
	}
	others, err := c.auth.sessions.store.List(c.Context, database.Query{
		Where: []database.Cond{database.Eq("userId", made.UserID), database.Gt("expiresAt", c.Now()), database.Ne("id", made.ID)},
		Order: []database.Order{{Column: "createdAt", Desc: true}, {Column: "updatedAt", Desc: true}, {Column: "id"}},
	})
	if err != nil {
		return err
	}
	for _, old := range others[min(most-1, len(others)):] {
		if _, err := c.auth.sessions.store.Delete(c.Context, database.Eq("id", old.ID)); err != nil {
			return err
		}
	}
	return nil
}

// setSessionCookies signs the browser in, or prolongs that. Somebody who once did
// not want to be remembered, and now does, changed their mind.
func (c *Ctx) setSessionCookies(id *Identity, remember bool) {
	c.login.issued = id.Session
	session := Cookie{Key: cookieSession, Value: id.Session.Token, Signed: true}
	if remember {
		session.MaxAge = c.auth.cfg.Session.ExpiresIn
	}
	c.SetCookie(session)
	switch {
	case !remember:
		c.SetCookie(Cookie{Key: cookieDontRemember, Value: "true", Signed: true})
	case !c.Remembered():
		c.Remember()
	}
	c.writeCache(id, !remember)
}

// clearSessionCookies signs the browser out, if the session came by cookie.
func (c *Ctx) clearSessionCookies() {
	c.login.created, c.login.issued = nil, nil
	if !c.login.vouched {
		c.login.identity, c.login.err = nil, ErrNoSession
	}
	if c.login.presented != "" {
		return
	}
	if c.auth.stateless || c.auth.cfg.Session.CookieCache.Enabled {
		c.misplaced = true // a copy that stayed would be believed
	}
	c.ClearCookie(cookieSession)
	c.clearCache()
	if c.auth.stateless {
		c.clearWithParts(cookieAccount)
		c.clearWithParts(cookieOAuthState)
	}
	for _, key := range c.auth.sessionCookies {
		c.clearWithParts(key)
	}
	c.ClearCookie(cookieDontRemember)
}

// abandonSessions ends the sessions that this request made and drops their cookies from
// the answer. They are found by their ids: a token may have been rotated since.
func (c *Ctx) abandonSessions() error {
	c.login = loginState{}
	for _, key := range []string{cookieSession, cookieCache, cookieDontRemember} {
		c.dropCookies(c.CookieName(key))
	}
	var failed error
	for _, id := range c.made {
		ctx := context.WithoutCancel(c.Context)
		if slices.ContainsFunc(c.signIns, func(s SignedIn) bool { return s.SessionID == id }) {
			ctx = context.WithValue(ctx, abandonedKey{}, id)
		}
		_, err := c.auth.sessions.store.Delete(ctx, database.Eq("id", id))
		failed = errors.Join(failed, err)
	}
	return failed
}

// postponeSession leaves the browser without a session until a further step is
// done, and keeps the choice that the session is made with then.
func (c *Ctx) postponeSession(remember *bool) {
	c.login = loginState{presented: c.login.presented, read: true, stored: true, err: ErrNoSession}
	c.ClearCookie(cookieSession)
	c.clearCache()
	switch {
	case remember == nil:
	case !*remember:
		c.SetCookie(Cookie{Key: cookieDontRemember, Value: "true", Signed: true})
	case !c.Remembered():
		c.Remember()
	}
}

// textFor makes what a client sent fit for a text column.
func textFor(s string, most int) string {
	out := make([]rune, 0, min(len(s), most))
	for _, r := range s {
		if len(out) == most {
			break
		}
		if r != 0 {
			out = append(out, r)
		}
	}
	return string(out)
}
