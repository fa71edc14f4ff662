package betterauth

import (
	"errors"
	"fmt"
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
	// vouched says that a source vouches for the identity: there is no session.
	vouched  bool
	identity *Identity
	err      error
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

// Session returns the session of the request with its user. It is loaded at most once,
// with one query, and refreshed when it is due. Without a valid session the error is
// ErrNoSession; any other error means that the core could not find out. If a source
// vouches for the user, Identity.Source names it; see SessionSource.
func (c *Ctx) Session() (*Identity, error) { return c.readSession(readOptions{}) }

// Identity returns the session and user of an operation that requires a session. It is
// set once the before hooks have run. If Access is WithSession, WithStoredSession or
// WithFreshSession, it is never nil from then on. If Access is
// WithStoredSessionOrInProcess or WithFreshSessionOrInProcess, it is nil only for the
// server itself, which calls in process without a session. In other operations use
// Session.
func (c *Ctx) Identity() *Identity { return c.login.identity }

// StoredSession is Session, but accepts neither a copy in the cookie cache nor a source
// that vouches for the user; for the latter the error is ErrNoSession.
func (c *Ctx) StoredSession() (*Identity, error) {
	id, err := c.readSession(readOptions{stored: true})
	if err == nil && c.login.vouched {
		return nil, ErrNoSession
	}
	return id, err
}

// NewIdentity returns the session that this request made. ok is false if it made none.
func (c *Ctx) NewIdentity() (*Identity, bool) { return c.login.created, c.login.created != nil }

// Fresh reports whether the session was created less than SessionConfig.FreshAge ago. A
// session that a source vouches for is never fresh.
func (c *Ctx) Fresh(s *Session) bool {
	if c.login.vouched {
		return false
	}
	age := c.auth.cfg.Session.FreshAge
	return age < 0 || c.Now().Sub(s.CreatedAt) < age
}

// sessionTokens returns the tokens of the sessions that the request names,
// whether or not there are any. A browser may have several of the session's
// cookie; whatever else names a session names one. Sources that vouch have none
// to tell.
func (c *Ctx) sessionTokens() (tokens []string, err error) {
	if c.login.presented == "" && c.request != nil {
		for _, source := range c.auth.sources {
			if source.token == nil {
				continue
			}
			if ok, err := c.present(source); err != nil {
				return nil, err
			} else if ok {
				break
			}
		}
	}
	if c.login.presented != "" {
		return []string{c.login.presented}, nil
	}
	return c.SignedCookieValues(cookieSession), nil
}

func (c *Ctx) readSession(o readOptions) (*Identity, error) {
	if c.login.read && (c.login.stored || c.login.vouched || !o.stored) {
		return c.login.identity, c.login.err
	}
	c.login.identity, c.login.err = c.loadSession(o)
	c.login.read = true
	return c.login.identity, c.login.err
}

// loadSession follows the TypeScript server's order: cookie, cache, database, expiry,
// sliding refresh. Only what the database said can clear a cookie.
func (c *Ctx) loadSession(o readOptions) (*Identity, error) {
	c.clearUnusedCache()
	vouched, err := c.sourced()
	if err != nil {
		// Another look must not find less wrong.
		c.login.stored = true
		return nil, err
	}
	if vouched != nil {
		c.login.vouched = true
		return vouched, nil
	}
	tokens, err := c.sessionTokens()
	if err != nil {
		return nil, err
	}
	if len(tokens) == 0 {
		return nil, ErrNoSession
	}
	if len(tokens) > 1 {
		return c.pickSession(tokens, o)
	}
	if cached, ok := c.readCache(tokens[0], o); ok {
		c.login.stored = c.auth.stateless
		return cached, nil
	}
	c.login.stored = true
	id, err := c.findSession(tokens[0])
	if errors.Is(err, ErrNoSession) {
		// What a sign-out could not clear, since it was set for another place, is here.
		c.misplaced = true
		c.clearSessionCookies()
	}
	if err != nil {
		return nil, err
	}
	return c.slide(id, o)
}

// findSession reads the session of a token from the database, and removes it if
// it has expired.
func (c *Ctx) findSession(token string) (*Identity, error) {
	session, user, err := c.auth.lookup.Get(c.Context, token)
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrNoSession
	}
	if err != nil {
		return nil, fmt.Errorf("reading the session: %w", err)
	}
	if !session.ExpiresAt.After(c.Now()) {
		if !c.deferred() {
			if _, err := c.auth.sessions.store.Delete(c.Context, database.Eq("id", session.ID)); err != nil {
				c.auth.log.Warn("an expired session could not be deleted", "error", err)
			}
		}
		return nil, ErrNoSession
	}
	return &Identity{Session: session, User: user}, nil
}

// pickSession finds the session of a browser that has several of the session's
// cookie, such as one from before cookies were shared among subdomains: the live
// one that was begun last, which is what its user did last. Copies are not
// believed for it, since they are of one of them. It is left as the only one in
// the browser.
func (c *Ctx) pickSession(tokens []string, o readOptions) (latest *Identity, err error) {
	c.login.stored = true
	for _, token := range tokens {
		var id *Identity
		if c.auth.stateless {
			if cached, ok := c.readCache(token, o); ok {
				id = cached
			}
		} else if id, err = c.findSession(token); err != nil && !errors.Is(err, ErrNoSession) {
			return nil, err
		}
		if id != nil && (latest == nil || later(id.Session, latest.Session)) {
			latest = id
		}
	}
	if latest == nil {
		c.misplaced = true
		c.clearSessionCookies()
		return nil, ErrNoSession
	}
	remember := c.Remembered()
	if !c.auth.stateless {
		if latest, err = c.slide(latest, o); err != nil {
			return nil, err
		}
	}
	c.setSessionCookies(latest, remember)
	return latest, nil
}

func later(a, b *Session) bool {
	return a.CreatedAt.After(b.CreatedAt) || a.CreatedAt.Equal(b.CreatedAt) && a.UpdatedAt.After(b.UpdatedAt)
}

// deferred reports whether this request may not write because refreshes wait
// for a POST.
func (c *Ctx) deferred() bool {
	return c.auth.cfg.Session.DeferRefresh && c.request != nil && reads(c.request.Method)
}

// errSessionVanished is an ErrNoSession for a session that was there when the
// request began: it was ended elsewhere in the meantime.
var errSessionVanished = fmt.Errorf("%w any more", ErrNoSession)

// slides reports whether a session may be prolonged. One that is not to be
// remembered is told by its row, for clients that keep no cookies as well: it
// lives no longer than forgetfulLife, as nothing prolongs it.
func (c *Ctx) slides(s *Session) bool {
	return !c.auth.cfg.Session.DisableRefresh && s.ExpiresAt.Sub(s.CreatedAt) > c.auth.cfg.Session.forgetfulLife()
}

// forgetfulLife is how long a session lives that is not to be remembered: a day,
// and where sessions live two days or less half of that.
func (s SessionConfig) forgetfulLife() time.Duration { return min(day, s.ExpiresIn/2) }

// slide prolongs a session that is due, and keeps the cookie cache current.
func (c *Ctx) slide(id *Identity, o readOptions) (*Identity, error) {
	cfg := c.auth.cfg.Session
	if !c.Remembered() || o.noRefresh {
		return id, nil
	}
	now := c.Now()
	due := c.slides(id.Session) && !id.Session.ExpiresAt.Add(-cfg.ExpiresIn).Add(max(cfg.UpdateAge, 0)).After(now)
	if c.deferred() {
		needs := due
		c.login.needsRefresh = &needs
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
