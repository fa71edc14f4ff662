package betterauth

import (
	"cmp"
	"time"

	"github.com/better-auth-go/better-auth/internal/cookie"
	"github.com/better-auth-go/better-auth/internal/cookiecache"
)

// cacheCodec writes and reads copies.
func (a *Auth) cacheCodec() cookiecache.Codec {
	return cookiecache.Codec{Ring: a.ring, Random: a.cfg.Random, Strategy: a.cfg.Session.CookieCache.Strategy}
}

// writeCache keeps a copy of the session in a cookie. forgetful says that the
// browser is not to remember it.
func (c *Ctx) writeCache(id *Identity, forgetful bool) {
	cfg := c.auth.cfg.Session.CookieCache
	if !cfg.Enabled {
		return
	}
	// Parts of an earlier copy, in the browser or in this answer, would be joined
	// to those of this one.
	name, a := c.CookieName(cookieCache), c.attributes(cookieCache)
	c.dropCookies(name)
	for _, old := range c.sentCopies() {
		c.clearNamed(cookieCache, old)
	}
	value, err := c.sealCache(id, forgetful)
	if err != nil {
		c.auth.log.Warn("a session could not be cached", "error", err)
		return
	}
	if !forgetful {
		seconds := int(cfg.MaxAge / time.Second)
		a.MaxAge = &seconds
	}
	pairs, err := cookie.Chunk(name, value, a)
	if err != nil {
		// Its own user can make it so, and ask as often as they like.
		c.auth.note(c, "a session could not be cached", cookieCache, Refusal{Reason: "it is too large for the cookie cache", Err: err,
			Configure: "leave columns out with Config.Session.CookieCache.LeaveOut, or bound what users may store"})
		return
	}
	for _, pair := range pairs {
		c.putCookie(pair.Name, pair.Value, a)
	}
}

func (c *Ctx) sealCache(id *Identity, forgetful bool) (string, error) {
	codec, now := c.auth.cacheCodec(), c.Now()
	session, err := c.auth.copied("session", id.Session)
	if err != nil {
		return "", err
	}
	user, err := c.auth.copied("user", id.User)
	if err != nil {
		return "", err
	}
	// Without a database a copy lives as long for a forgetful browser: nothing could
	// make it anew.
	age := c.auth.cfg.Session.CookieCache.MaxAge
	if forgetful && !c.auth.stateless {
		age = codec.ForgetfulAge()
	}
	return codec.Seal(session, user, c.cacheVersion(id), now, age)
}

func (c *Ctx) cacheVersion(id *Identity) string {
	cfg := c.auth.cfg.Session.CookieCache
	if cfg.VersionFunc != nil {
		return cfg.VersionFunc(id.Session, id.User)
	}
	return cfg.Version
}

// sentCopies are the names of the cookies that carry copies, and of their parts.
func (c *Ctx) sentCopies() []string {
	name := c.CookieName(cookieCache)
	switch _, how := c.sent().Whole(name); how {
	case cookie.Absent:
		return nil
	case cookie.Single:
		return []string{name}
	}
	first, _ := c.requestCookies()
	_, sent, _ := cookie.Join(first, name)
	return sent
}

// readCache returns the cached session if it is genuine, current and belongs to
// token. Any other copy is cleared and the database decides.
func (c *Ctx) readCache(token string, o readOptions) (*Identity, bool) {
	if !c.auth.cfg.Session.CookieCache.Enabled || c.login.presented != "" || o.stored && !c.auth.stateless {
		return nil, false
	}
	name := c.CookieName(cookieCache)
	value, how := c.sent().Whole(name)
	if how == cookie.Single {
		if id, expires, ok := c.openCache(value, token); ok {
			c.renewCache(id, expires, o)
			return id, true
		}
	}
	if how == cookie.Several {
		first, repeated := c.requestCookies()
		values, _ := cookie.JoinAll(first, repeated, name)
		for _, value := range values {
			if id, expires, ok := c.openCache(value, token); ok {
				c.renewCache(id, expires, o)
				return id, true
			}
		}
	}
	for _, old := range c.sentCopies() {
		c.clearNamed(cookieCache, old)
	}
	return nil, false
}

// renewCache makes a copy anew that is about to expire, where there is no
// database to do so from. The session ends when it would have ended.
func (c *Ctx) renewCache(id *Identity, expires time.Time, o readOptions) {
	before := c.auth.cfg.Session.CookieCache.RefreshCache
	if c.auth.stateless && !o.noRefresh && expires.Sub(c.Now()) < before {
		c.setSessionCookies(id, c.Remembered())
	}
}

// clearUnusedCache clears copies that were made while the cache was on.
func (c *Ctx) clearUnusedCache() {
	if c.auth.cfg.Session.CookieCache.Enabled {
		return
	}
	for _, old := range c.sentCopies() {
		c.clearNamed(cookieCache, old)
	}
}

func (c *Ctx) openCache(value, token string) (id *Identity, expires time.Time, ok bool) {
	payload, expires, ok := c.auth.cacheCodec().Open(value)
	if !ok || !expires.After(c.Now()) {
		return nil, expires, false
	}
	session, err := c.auth.sessions.store.ParseRow(payload.Session)
	if err != nil || session.ID == "" || session.UserID == "" || session.Token != token || !session.ExpiresAt.After(c.Now()) {
		return nil, expires, false
	}
	user, err := c.auth.users.ParseRow(payload.User)
	if err != nil || user.ID != session.UserID || user.Email == "" {
		return nil, expires, false
	}
	id = &Identity{Session: session, User: user}
	return id, expires, cmp.Or(payload.Version, "1") == c.cacheVersion(id)
}

// clearCache forgets the cached copy, all chunks of it.
func (c *Ctx) clearCache() {
	name := c.CookieName(cookieCache)
	c.clearNamed(cookieCache, name)
	for _, old := range c.sentCopies() {
		if old != name {
			c.clearNamed(cookieCache, old)
		}
	}
}
