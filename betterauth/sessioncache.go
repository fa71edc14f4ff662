package betterauth

import (
	"cmp"
	"encoding/base64"
	"strconv"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/internal/cookie"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	// jweSessionSalt separates the key of cached sessions from other keys.
	jweSessionSalt = "better-auth-session"
	// Lives of copies for a browser that is not to be remembered: their cookie
	// has no age of its own.
	forgetfulCompact = time.Minute
	forgetfulSealed  = 5 * time.Minute
)

// cachePayload is a session as it travels in the cookie cache.
type cachePayload struct {
	Session   jsontext.Value `json:"session"`
	User      jsontext.Value `json:"user"`
	UpdatedAt int64          `json:"updatedAt"`
	Version   string         `json:"version"`
	Expires   int64          `json:"exp,omitzero"`
}

// compactCache is the compact form: the payload, its expiry and a signature
// over both.
type compactCache struct {
	Session   jsontext.Value `json:"session"`
	ExpiresAt int64          `json:"expiresAt"`
	Signature string         `json:"signature"`
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
	cfg := c.auth.cfg.Session.CookieCache
	now := c.Now()
	payload, err := c.cachePayload(id, now)
	if err != nil {
		return "", err
	}
	age := c.cacheAge(forgetful)
	if cfg.Strategy == cacheCompact {
		expires := now.Add(age).UnixMilli()
		signature := c.auth.ring.SignBytesURL(withMember(payload, "expiresAt", expires))
		out := append([]byte(`{"session":`), payload...)
		out = append(out, `,"expiresAt":`...)
		out = strconv.AppendInt(out, expires, 10)
		out = append(out, `,"signature":"`+signature+`"}`...)
		return base64.RawURLEncoding.EncodeToString(out), nil
	}
	claims := withMember(payload, "iat", now.Unix())
	claims = withMember(claims, "exp", now.Add(age).Unix())
	if cfg.Strategy == cacheJWT {
		return c.auth.ring.SignJWT(claims), nil
	}
	jti, err := newUUID(c.Random())
	if err != nil {
		return "", err
	}
	claims = append(claims[:len(claims)-1], `,"jti":"`+jti+`"}`...)
	return c.auth.ring.SealJWE(c.Random(), jweSessionSalt, claims)
}

// cacheAge is how long a copy is believed. Without a database it lives as long
// for a forgetful browser: nothing could make it anew.
func (c *Ctx) cacheAge(forgetful bool) time.Duration {
	cfg := c.auth.cfg.Session.CookieCache
	switch {
	case !forgetful, c.auth.stateless:
		return cfg.MaxAge
	case cfg.Strategy == cacheCompact:
		return forgetfulCompact
	}
	return forgetfulSealed
}

// cachePayload writes the payload as JavaScript's JSON.stringify would: the
// reference checks the signature over its own serialisation.
func (c *Ctx) cachePayload(id *Identity, now time.Time) ([]byte, error) {
	out := []byte(`{"session":`)
	out, err := c.appendCopy(out, "session", id.Session)
	if err != nil {
		return nil, err
	}
	out = append(out, `,"user":`...)
	if out, err = c.appendCopy(out, "user", id.User); err != nil {
		return nil, err
	}
	out = append(out, `,"updatedAt":`...)
	out = strconv.AppendInt(out, now.UnixMilli(), 10)
	out = append(out, `,"version":`...)
	out = database.AppendString(out, c.cacheVersion(id))
	return append(out, '}'), nil
}

func (c *Ctx) cacheVersion(id *Identity) string {
	cfg := c.auth.cfg.Session.CookieCache
	if cfg.VersionFunc != nil {
		return cfg.VersionFunc(id.Session, id.User)
	}
	return cfg.Version
}

// withMember adds a number as the last member of a JSON object.
func withMember(object []byte, name string, n int64) []byte {
	out := append([]byte(nil), object[:len(object)-1]...)
	out = append(out, `,"`+name+`":`...)
	out = strconv.AppendInt(out, n, 10)
	return append(out, '}')
}

// sentCopies are the names of the cookies that carry copies, and of their parts.
func (c *Ctx) sentCopies() []string {
	first, _ := c.requestCookies()
	_, sent, _ := cookie.Join(first, c.CookieName(cookieCache))
	return sent
}

// readCache returns the cached session if it is genuine, current and belongs to
// token. Any other copy is cleared and the database decides.
func (c *Ctx) readCache(token string, o readOptions) (*Identity, bool) {
	if !c.auth.cfg.Session.CookieCache.Enabled || c.login.presented != "" || o.stored && !c.auth.stateless {
		return nil, false
	}
	first, repeated := c.requestCookies()
	values, sent := cookie.JoinAll(first, repeated, c.CookieName(cookieCache))
	for _, value := range values {
		if id, expires, ok := c.openCache(value, token); ok {
			c.renewCache(id, expires, o)
			return id, true
		}
	}
	for _, old := range sent {
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
	payload, expires, ok := c.unsealCache(value)
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

// unsealCache opens a copy that was made with this application's secret, and
// says until when it is to be believed.
func (c *Ctx) unsealCache(value string) (payload cachePayload, expires time.Time, ok bool) {
	var claims []byte
	var err error
	switch c.auth.cfg.Session.CookieCache.Strategy {
	case cacheCompact:
		return c.unsealCompact(value)
	case cacheJWT:
		claims, err = c.auth.ring.VerifyJWT(value)
	default:
		claims, err = c.auth.ring.OpenJWE(jweSessionSalt, value)
	}
	if err != nil || json.Unmarshal(claims, &payload) != nil {
		return payload, expires, false
	}
	return payload, time.Unix(payload.Expires, 0), true
}

func (c *Ctx) unsealCompact(value string) (payload cachePayload, expires time.Time, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil || tooDeep(raw) {
		return payload, expires, false
	}
	var cached compactCache
	if json.Unmarshal(raw, &cached) != nil || cached.Session.Kind() != '{' {
		return payload, expires, false
	}
	// The signature covers the received bytes with the expiry spliced in.
	if !c.auth.ring.VerifyBytesURL(withMember(cached.Session, "expiresAt", cached.ExpiresAt), cached.Signature) {
		return payload, expires, false
	}
	if json.Unmarshal(cached.Session, &payload) != nil {
		return payload, expires, false
	}
	return payload, time.UnixMilli(cached.ExpiresAt), true
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
