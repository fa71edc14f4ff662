package betterauth

import (
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
	// cacheTolerance is how far clocks may differ when a sealed copy expires.
	cacheTolerance = 15 * time.Second
	// cacheAgeForgetful is the life of a compact copy for a browser that is not
	// to be remembered: its cookie has no age of its own.
	cacheAgeForgetful = 60 * time.Second
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
	value, err := c.sealCache(id, forgetful)
	if err != nil {
		c.auth.log.Warn("a session could not be cached", "error", err)
		return
	}
	name, a := c.CookieName(cookieCache), c.attributes()
	if !forgetful {
		seconds := int(cfg.MaxAge / time.Second)
		a.MaxAge = &seconds
	}
	pairs, err := cookie.Chunk(name, value, a)
	if err != nil {
		c.auth.log.Warn("a session is too large for the cookie cache", "error", err)
		return
	}
	_, sent, _ := cookie.Join(c.requestCookies(), name)
	for _, old := range sent {
		c.clearNamed(old)
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
	age := cfg.MaxAge
	if cfg.Strategy == CacheCompact {
		if forgetful {
			age = cacheAgeForgetful
		}
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
	if cfg.Strategy == CacheJWT {
		return c.auth.ring.SignJWT(claims), nil
	}
	jti, err := newUUID(c.Random())
	if err != nil {
		return "", err
	}
	claims = append(claims[:len(claims)-1], `,"jti":"`+jti+`"}`...)
	return c.auth.ring.SealJWE(c.Random(), jweSessionSalt, claims)
}

// cachePayload writes the payload as JavaScript's JSON.stringify would: the
// reference checks the signature over its own serialisation.
func (c *Ctx) cachePayload(id *Identity, now time.Time) ([]byte, error) {
	out := []byte(`{"session":`)
	out, err := database.AppendRow(out, id.Session)
	if err != nil {
		return nil, err
	}
	out = append(out, `,"user":`...)
	if out, err = database.AppendRow(out, id.User); err != nil {
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

// readCache returns the cached session if it is genuine, current and belongs to
// token. Any other copy is cleared and the database decides.
func (c *Ctx) readCache(token string) (*Identity, bool) {
	name := c.CookieName(cookieCache)
	value, sent, ok := cookie.Join(c.requestCookies(), name)
	if len(sent) == 0 {
		return nil, false
	}
	if ok && c.auth.cfg.Session.CookieCache.Enabled && c.login.presented == "" {
		if id, ok := c.openCache(value, token); ok {
			return id, true
		}
	}
	for _, old := range sent {
		c.clearNamed(old)
	}
	return nil, false
}

func (c *Ctx) openCache(value, token string) (*Identity, bool) {
	payload, ok := c.unsealCache(value)
	if !ok {
		return nil, false
	}
	session, err := c.auth.sessions.store.ParseRow(payload.Session)
	if err != nil || session.ID == "" || session.UserID == "" || session.Token != token || !session.ExpiresAt.After(c.Now()) {
		return nil, false
	}
	user, err := c.auth.users.ParseRow(payload.User)
	if err != nil || user.ID != session.UserID || user.Email == "" {
		return nil, false
	}
	id := &Identity{session, user}
	return id, payload.Version == c.cacheVersion(id)
}

func (c *Ctx) unsealCache(value string) (payload cachePayload, ok bool) {
	cfg := c.auth.cfg.Session.CookieCache
	var claims []byte
	var err error
	tolerance := time.Duration(0)
	switch cfg.Strategy {
	case CacheCompact:
		return c.unsealCompact(value)
	case CacheJWT:
		claims, err = c.auth.ring.VerifyJWT(value)
	default:
		claims, err = c.auth.ring.OpenJWE(jweSessionSalt, value)
		tolerance = cacheTolerance
	}
	if err != nil || json.Unmarshal(claims, &payload) != nil {
		return payload, false
	}
	return payload, time.Unix(payload.Expires, 0).Add(tolerance).After(c.Now())
}

func (c *Ctx) unsealCompact(value string) (payload cachePayload, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		return payload, false
	}
	var cached compactCache
	if json.Unmarshal(raw, &cached) != nil || cached.Session.Kind() != '{' {
		return payload, false
	}
	// The signature covers the received bytes with the expiry spliced in.
	if !c.auth.ring.VerifyBytesURL(withMember(cached.Session, "expiresAt", cached.ExpiresAt), cached.Signature) {
		return payload, false
	}
	if json.Unmarshal(cached.Session, &payload) != nil {
		return payload, false
	}
	return payload, time.UnixMilli(cached.ExpiresAt).After(c.Now())
}

// clearCache forgets the cached copy, all chunks of it.
func (c *Ctx) clearCache() {
	name := c.CookieName(cookieCache)
	c.clearNamed(name)
	_, sent, _ := cookie.Join(c.requestCookies(), name)
	for _, old := range sent {
		if old != name {
			c.clearNamed(old)
		}
	}
}
