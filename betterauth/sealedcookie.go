package betterauth

import (
	"errors"
	"time"

	"github.com/better-auth-go/better-auth/internal/cookie"
	"github.com/better-auth-go/better-auth/internal/secret"
	"github.com/go-json-experiment/json"
)

// sealedSkew is how long after its end a sealed cookie is still read, as copies of
// sessions are, since clocks of servers differ.
const sealedSkew = 15 * time.Second

// SetSealedCookie sets a cookie whose value is encrypted, and can be neither read nor
// changed by the browser: a JSON Web Encryption of claims, a struct, with a key for
// purpose alone (RFC 7516; dir, A256CBC-HS512). A value that one cookie cannot hold is
// set in parts. life is how long the browser keeps the cookie and SealedCookie accepts
// it. Nothing revokes such a cookie before its end: name it in Manifest.SessionCookies if
// it must not outlive a session in its browser. The error says that the claims cannot be
// encoded, or are too large.
func (c *Ctx) SetSealedCookie(key, purpose string, claims any, life time.Duration) error {
	raw, err := json.Marshal(claims, jsonOptions)
	if err != nil {
		return err
	}
	if len(raw) < 3 || raw[0] != '{' {
		return errors.New("betterauth: the claims of a sealed cookie must be a struct with fields")
	}
	now := c.Now()
	raw = secret.AddClaim(secret.AddClaim(raw, "iat", now.Unix()), "exp", now.Add(life).Unix())
	value, err := c.auth.ring.SealJWE(c.Random(), purpose, raw)
	if err != nil {
		return err
	}
	name, a := c.CookieName(key), c.attributes(key)
	seconds := int(life / time.Second)
	a.MaxAge = &seconds
	pairs, err := cookie.Chunk(name, value, a)
	if err != nil {
		return err
	}
	// Parts of an earlier value would be joined to those of this one.
	c.clearWithParts(key)
	c.dropCookies(name)
	for _, pair := range pairs {
		c.putCookie(pair.Name, pair.Value, a)
	}
	return nil
}

// SealedCookie reads a cookie that SetSealedCookie made for the same purpose into a
// pointer to a struct. ok is false for a cookie that is missing, has expired, or was not
// made by this application.
func (c *Ctx) SealedCookie(key, purpose string, into any) (ok bool) {
	first, _ := c.requestCookies()
	value, _, ok := cookie.Join(first, c.CookieName(key))
	if !ok || value == "" {
		return false
	}
	raw, err := c.auth.ring.OpenJWE(purpose, value)
	if err != nil {
		return false
	}
	var life struct {
		Expires float64 `json:"exp"`
	}
	if json.Unmarshal(raw, &life) != nil || !time.Unix(int64(life.Expires), 0).Add(sealedSkew).After(c.Now()) {
		return false
	}
	return json.Unmarshal(raw, into, jsonOptions) == nil
}

// ClearSealedCookie makes the browser delete a cookie that SetSealedCookie set, all parts
// of it.
func (c *Ctx) ClearSealedCookie(key string) { c.clearWithParts(key) }
