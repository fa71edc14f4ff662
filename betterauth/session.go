package betterauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/better-auth-go/better-auth/database"
)

// loginState is what one request knows about who it is from.
type loginState struct {
	// presented is a session token that came otherwise than by cookie.
	presented string
	// read says that the session was looked for, stored that the database was
	// asked and not only the cookie cache.
	read, stored bool
	identity     *Identity
	err          error
	// created is the session this request made.
	created *Identity
	// issued is the session whose cookie the answer sets.
	issued *Session
	// needsRefresh says whether a deferred refresh is due; nil where none can be.
	needsRefresh *bool
}

// readOptions vary how a session is read.
type readOptions struct {
	stored    bool // do not believe the cookie cache
	noRefresh bool // do not slide the expiry
}

// Session returns who the request is from. It is loaded at most once, with one
// query, and refreshed when it is due. Without a valid session the error is
// ErrNoSession; any other error means that it is not known.
func (c *Ctx) Session() (*Identity, error) { return c.readSession(readOptions{}) }

// Reissue sets the session's cookies anew after the session or its user
// changed, so that copies in the browser are current.
func (c *Ctx) Reissue(id *Identity) {
	c.login.identity, c.login.read, c.login.stored, c.login.err = id, true, true, nil
	c.setSessionCookies(id, !c.dontRemember())
}

// ForgetSession makes the browser forget the session. It does not end it; see
// Sessions.
func (c *Ctx) ForgetSession() { c.clearSessionCookies() }

// Identity returns who an operation that demands a session is called by. It is
// never nil where Access is WithSession, WithStoredSession or WithFreshSession,
// from the before hooks' end on; for other operations use Session.
func (c *Ctx) Identity() *Identity { return c.login.identity }

// StoredSession is Session, but never believes the cookie cache.
func (c *Ctx) StoredSession() (*Identity, error) { return c.readSession(readOptions{stored: true}) }

// NewIdentity returns the session this request created, if it did.
func (c *Ctx) NewIdentity() (*Identity, bool) { return c.login.created, c.login.created != nil }

// SessionSource finds a session token that a request carries elsewhere than in
// the session cookie, such as in a header. Sources are asked in plugin order,
// the first that has one wins, also over the cookie; and they count for
// handlers that are not ours as well. An error or a panic fails the request.
type SessionSource struct {
	// Name tells the source apart in messages. Required.
	Name string
	// Token returns the bare token, and ok false when the request has none.
	// The token is looked up as any other; the source checks only its wrapping.
	Token func(c *Ctx) (token string, ok bool, err error)
}

type compiledSource struct {
	SessionSource
	plugin string
}

func (s compiledSource) find(c *Ctx) (token string, ok bool, err error) {
	defer recoverTo(&err, "session source %s of plugin %s", s.Name, s.plugin)
	return s.Token(c)
}

// IssuedSession returns the session whose token this request's answer hands
// out: a new one, or one that was prolonged.
func (c *Ctx) IssuedSession() (*Session, bool) {
	if c.login.issued == nil {
		return nil, false
	}
	return c.login.issued, true
}

// Fresh reports whether the session was created recently enough for what
// SessionConfig.FreshAge guards.
func (c *Ctx) Fresh(s *Session) bool {
	age := c.auth.cfg.Session.FreshAge
	return age < 0 || c.Now().Sub(s.CreatedAt) < age
}

func (c *Ctx) sessionToken() (token string, ok bool, err error) {
	if c.login.presented != "" {
		return c.login.presented, true, nil
	}
	if c.request != nil {
		for _, source := range c.auth.sources {
			token, ok, err := source.find(c)
			if err != nil {
				return "", false, err
			}
			if ok {
				c.login.presented = token
				return token, true, nil
			}
		}
	}
	token, ok = c.SignedCookie(cookieSession)
	return token, ok, nil
}

func (c *Ctx) readSession(o readOptions) (*Identity, error) {
	if c.login.read && (c.login.stored || !o.stored) {
		return c.login.identity, c.login.err
	}
	c.login.identity, c.login.err = c.loadSession(o)
	c.login.read = true
	return c.login.identity, c.login.err
}

// loadSession follows the reference's order: cookie, cache, database, expiry,
// sliding refresh. Only what the database said can clear a cookie.
func (c *Ctx) loadSession(o readOptions) (*Identity, error) {
	c.clearUnusedCache()
	token, ok, err := c.sessionToken()
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, ErrNoSession
	}
	if cached, ok := c.readCache(token, o); ok {
		c.login.stored = c.auth.stateless
		return cached, nil
	}
	c.login.stored = true
	session, user, err := c.auth.lookup.Get(c.Context, token)
	if errors.Is(err, database.ErrNotFound) {
		c.clearSessionCookies()
		return nil, ErrNoSession
	}
	if err != nil {
		return nil, fmt.Errorf("reading the session: %w", err)
	}
	if !session.ExpiresAt.After(c.Now()) {
		c.clearSessionCookies()
		if !c.deferred() {
			if _, err := c.auth.sessions.store.Delete(c.Context, database.Eq("id", session.ID)); err != nil {
				c.auth.log.Warn("an expired session could not be deleted", "error", err)
			}
		}
		return nil, ErrNoSession
	}
	return c.slide(&Identity{session, user}, o)
}

// deferred reports whether this request may not write because refreshes wait
// for a POST.
func (c *Ctx) deferred() bool {
	return c.auth.cfg.Session.DeferRefresh && c.request != nil && c.request.Method == http.MethodGet
}

// errSessionVanished is an ErrNoSession for a session that was there when the
// request began: it was ended elsewhere in the meantime.
var errSessionVanished = fmt.Errorf("%w any more", ErrNoSession)

// slide prolongs a session that is due, and keeps the cookie cache current.
func (c *Ctx) slide(id *Identity, o readOptions) (*Identity, error) {
	cfg := c.auth.cfg.Session
	if c.dontRemember() || o.noRefresh {
		return id, nil
	}
	now := c.Now()
	due := !cfg.DisableRefresh && !id.Session.ExpiresAt.Add(-cfg.ExpiresIn).Add(max(cfg.UpdateAge, 0)).After(now)
	if c.deferred() {
		c.login.needsRefresh = &due
	}
	if !due || c.deferred() {
		c.writeCache(id, false)
		return id, nil
	}
	session, err := c.auth.sessions.store.UpdateOne(c.Context,
		database.Set{"expiresAt": now.Add(cfg.ExpiresIn), "updatedAt": now},
		database.Eq("id", id.Session.ID), database.Eq("token", id.Session.Token))
	if errors.Is(err, database.ErrNotFound) {
		c.clearSessionCookies()
		return nil, errSessionVanished
	}
	if err != nil {
		return nil, fmt.Errorf("refreshing the session: %w", err)
	}
	id.Session = session
	c.setSessionCookies(id, true)
	return id, nil
}

// createSession stores a session and signs the browser in. Gates were asked.
func (c *Ctx) createSession(user *User, how SignIn) (*Session, error) {
	remember := !c.dontRemember()
	if how.Remember != nil {
		remember = *how.Remember
	}
	life := c.auth.cfg.Session.ExpiresIn
	if !remember {
		life = 24 * time.Hour
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
	id := &Identity{session, user}
	c.login = loginState{read: true, stored: true, identity: id, created: id}
	if how.Remember != nil && *how.Remember {
		c.forgetDontRemember()
	}
	c.setSessionCookies(id, remember)
	return session, nil
}

// setSessionCookies signs the browser in, or prolongs that.
func (c *Ctx) setSessionCookies(id *Identity, remember bool) {
	c.login.issued = id.Session
	session := Cookie{Key: cookieSession, Value: id.Session.Token, Signed: true}
	if remember {
		session.MaxAge = c.auth.cfg.Session.ExpiresIn
	}
	c.SetCookie(session)
	if !remember {
		c.SetCookie(Cookie{Key: cookieDontRemember, Value: "true", Signed: true})
	}
	c.writeCache(id, !remember)
}

// clearSessionCookies signs the browser out, if the session came by cookie.
func (c *Ctx) clearSessionCookies() {
	c.login.identity, c.login.created, c.login.issued = nil, nil, nil
	if c.login.presented != "" {
		return
	}
	c.ClearCookie(cookieSession)
	c.clearCache()
	c.ClearCookie(cookieDontRemember)
}

// abandonSession ends the session this request made and drops its cookies from
// the answer.
func (c *Ctx) abandonSession() error {
	token := c.login.created.Session.Token
	c.login = loginState{}
	for _, key := range []string{cookieSession, cookieCache, cookieDontRemember} {
		c.dropCookies(c.CookieName(key))
	}
	_, err := c.auth.sessions.store.Delete(context.WithoutCancel(c.Context), database.Eq("token", token))
	return err
}

func (c *Ctx) dontRemember() bool {
	v, ok := c.SignedCookie(cookieDontRemember)
	return ok && v == "true"
}

// forgetDontRemember lets somebody who once did not want to be remembered
// change their mind: the reference leaves the cookie, and such a session never
// slides.
func (c *Ctx) forgetDontRemember() {
	if _, sent := c.Cookie(cookieDontRemember); sent {
		c.ClearCookie(cookieDontRemember)
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

// Sessions lists and ends sessions. Safe for concurrent use.
type Sessions struct {
	auth  *Auth
	store *database.Store[Session]
}

// List returns a user's sessions that have not expired, newest first, tokens
// included.
func (s *Sessions) List(ctx context.Context, userID string) ([]*Session, error) {
	return s.store.List(ctx, database.Query{
		Where: []database.Cond{database.Eq("userId", userID), database.Gt("expiresAt", s.auth.now())},
		Order: []database.Order{{Column: "createdAt", Desc: true}},
	})
}

// Revoke ends the session with this token if it belongs to the user, and
// reports whether it did.
func (s *Sessions) Revoke(ctx context.Context, userID, token string) (bool, error) {
	n, err := s.store.Delete(ctx, database.Eq("token", token), database.Eq("userId", userID))
	return n > 0, err
}

// RevokeAll ends all sessions of a user and returns how many.
func (s *Sessions) RevokeAll(ctx context.Context, userID string) (int, error) {
	return s.store.Delete(ctx, database.Eq("userId", userID))
}

// RevokeOthers ends all sessions of a user but the one with this token.
func (s *Sessions) RevokeOthers(ctx context.Context, userID, token string) (int, error) {
	return s.store.Delete(ctx, database.Eq("userId", userID), database.Ne("token", token))
}
