package betterauth

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/internal/cookie"
)

// Keys of the core's cookies. The name on the wire has the prefix:
// "better-auth.session_token".
const (
	cookieSession      = "session_token"
	cookieCache        = "session_data"
	cookieDontRemember = "dont_remember"
	// What the TypeScript server keeps beside a session where it has no database: a
	// provider's tokens, and a sign-in there that is under way.
	cookieAccount    = "account_data"
	cookieOAuthState = "oauth_state"
)

// Cookie is a cookie for Ctx.SetCookie. Path, domain, Secure and SameSite
// follow the application's CookieConfig.
type Cookie struct {
	// Key is the name without the prefix.
	Key string
	// Name is the name on the wire, as it is: without CookieConfig.Prefix, and without
	// "__Secure-" where cookies are secure. Key then only decides the attributes, and may be
	// that of a cookie of the core, such as "session_token", whose attributes it shares.
	// For cookies that scripts know by a fixed name. Default: made from Key.
	Name string
	// Value is any text; it is percent-encoded.
	Value string
	// MaxAge is how long the browser keeps the cookie, in whole seconds. With 0 it keeps
	// the cookie until it closes.
	MaxAge time.Duration
	// Signed adds the signature that SignedCookie requires. The signature covers neither
	// the purpose of the value nor the cookie's name: never sign a value that a client
	// chose.
	Signed bool
	// Readable lets scripts in the page read the cookie. Default false (HttpOnly).
	Readable bool
}

// setCookie is one step towards the answer's cookies: its Set-Cookie line takes
// the place of those before it with the same name. Without a line it takes back
// those before it with that name, and their parts.
type setCookie struct {
	name, line string
	attributes cookie.Attributes
}

// jarOf names, attributes and secures the cookies of an Auth.
type cookieJar struct {
	prefix   string
	names    map[string]string
	base     cookie.Attributes
	single   map[string]CookieAttributes
	always   bool // CookieConfig.AlwaysSecure
	never    bool // CookieConfig.InsecureNeverSecure
	crossSub CrossSubDomainConfig
	host     bool // CookieConfig.HostPrefix
	known    []knownCookie
}

// knownCookie has the names of a cookie that every request looks for.
type knownCookie struct{ key, plain, secure string }

func newCookieJar(cfg CookieConfig) cookieJar {
	j := cookieJar{prefix: cfg.Prefix, names: cfg.Names, single: cfg.Attributes, always: cfg.AlwaysSecure, never: cfg.InsecureNeverSecure, crossSub: cfg.CrossSubDomain, host: cfg.HostPrefix}
	j.base = cookie.Attributes{Path: cfg.Path, HTTPOnly: true, SameSite: cookie.SameSite(cfg.SameSite), Partitioned: cfg.Partitioned}
	for _, key := range []string{cookieSession, cookieCache, cookieDontRemember} {
		j.known = append(j.known, knownCookie{key, j.nameOf(key, false), j.nameOf(key, true)})
	}
	return j
}

// isSecure decides for one request, whose base URL may be its own.
func (c *Ctx) secureCookies() bool {
	switch {
	case c.auth.jar.always:
		return true
	case c.auth.jar.never:
		return false
	}
	return strings.HasPrefix(c.baseURL, "https://")
}

// CookieName is the name of a cookie on the wire.
func (c *Ctx) CookieName(key string) string {
	secure := c.secureCookies()
	for i := range c.auth.jar.known {
		if known := &c.auth.jar.known[i]; known.key == key {
			if secure {
				return known.secure
			}
			return known.plain
		}
	}
	return c.auth.jar.nameOf(key, secure)
}

func (j *cookieJar) nameOf(key string, secure bool) string {
	name, ok := j.names[key]
	if !ok {
		name = j.prefix + "." + key
	}
	switch {
	case !secure:
		return name
	case j.host:
		return "__Host-" + name
	}
	return "__Secure-" + name
}

// attributes are those of the cookie with this key.
func (c *Ctx) attributes(key string) cookie.Attributes {
	a := c.auth.jar.base
	a.Secure = c.secureCookies()
	if c.auth.jar.crossSub.Enabled {
		a.Domain = c.auth.jar.crossSub.Domain
		if a.Domain == "" {
			if u, err := url.Parse(c.baseURL); err == nil {
				a.Domain = u.Hostname()
			}
		}
	}
	if single, ok := c.auth.jar.single[key]; ok {
		a.Path = cmp.Or(single.Path, a.Path)
		a.Domain = cmp.Or(single.Domain, a.Domain)
		a.SameSite = cmp.Or(cookie.SameSite(single.SameSite), a.SameSite)
	}
	return a
}

// SetCookie adds a cookie to the answer and replaces one of the same key.
func (c *Ctx) SetCookie(ck Cookie) {
	value := ck.Value
	if ck.Signed {
		value += "." + c.auth.ring.Sign(value)
	}
	a := c.attributes(ck.Key)
	a.HTTPOnly = !ck.Readable
	if ck.MaxAge > 0 {
		seconds := int(ck.MaxAge / time.Second)
		a.MaxAge = &seconds
	}
	name := ck.Name
	if name == "" {
		name = c.CookieName(ck.Key)
	}
	c.putCookie(name, value, a)
}

// ClearCookie makes the browser delete a cookie, and removes it from the answer if the
// request has set it.
func (c *Ctx) ClearCookie(key string) { c.clearNamed(key, c.CookieName(key)) }

// clearNamed clears a cookie with the attributes of key; its name may be that
// of a part.
func (c *Ctx) clearNamed(key, name string) {
	c.dropCookies(name)
	a, zero := c.attributes(key), 0
	a.MaxAge = &zero
	c.putCookie(name, "", a)
}

// clearWithParts clears a cookie that is not ours to read, and the parts of it that
// the request has.
func (c *Ctx) clearWithParts(key string) {
	name := c.CookieName(key)
	c.clearNamed(key, name)
	first, _ := c.requestCookies()
	_, parts, _ := cookie.Join(first, name)
	for _, part := range parts {
		if part != name {
			c.clearNamed(key, part)
		}
	}
}

// dropCookies takes a cookie and its parts out of the answer.
func (c *Ctx) dropCookies(name string) {
	c.cookies = append(c.cookies, setCookie{name: name})
}

func (c *Ctx) putCookie(name, value string, a cookie.Attributes) {
	line, err := cookie.Serialize(name, value, a)
	if err != nil {
		c.auth.log.Error("a cookie cannot be set", "cookie", name, "error", err)
		return
	}
	c.cookies = append(c.cookies, setCookie{name, line, a})
}

// writeCookies adds the Set-Cookie lines to h. A cookie of ours that the browser has
// several times, or in another place than it would be set now, is left in one place.
func (c *Ctx) writeCookies(h http.Header) {
	kept := c.answerCookies()
	elsewhere := 0
	for _, ck := range kept {
		if elsewhere >= maxElsewhere {
			break
		}
		switch {
		case c.scattered(ck.name):
			elsewhere += c.clearElsewhere(h, ck, c.elsewhere(ck.attributes))
		case c.misplaced && c.alone(ck.name):
			elsewhere += c.clearElsewhere(h, ck, c.otherDomains(ck.attributes))
		}
	}
	for _, ck := range kept {
		h.Add("Set-Cookie", ck.line)
	}
}

// answerCookies are the cookies of the answer. What counts of a name is what came
// last; to look for that here, once, keeps the price of many cookies linear.
func (c *Ctx) answerCookies() (kept []setCookie) {
	if len(c.cookies) == 0 {
		return nil
	}
	if len(c.cookies) == 1 && c.cookies[0].line != "" {
		return c.cookies // as nearly always
	}
	settled, taken := make(map[string]bool, len(c.cookies)), map[string]bool{}
	for _, ck := range slices.Backward(c.cookies) {
		switch {
		case ck.line == "":
			taken[ck.name] = true
		case !settled[ck.name] && !takenBack(taken, ck.name):
			settled[ck.name] = true
			kept = append(kept, ck)
		}
	}
	slices.Reverse(kept)
	return kept
}

// clearElsewhere clears a cookie in other places. It comes before what sets
// it, for browsers that take two places for one.
func (c *Ctx) clearElsewhere(h http.Header, ck setCookie, places []cookie.Attributes) (lines int) {
	for _, a := range places {
		zero := 0
		a.MaxAge = &zero
		if line, err := cookie.Serialize(ck.name, "", a); err == nil {
			h.Add("Set-Cookie", line)
			lines++
		}
	}
	return lines
}

// maxElsewhere is about how many lines an answer has for that: proxies refuse a
// header that is too long.
const maxElsewhere = 48

// takenBack reports whether a cookie, or what it is a part of, is among taken.
func takenBack(taken map[string]bool, name string) bool {
	if len(taken) == 0 {
		return false
	}
	for i := range len(name) {
		if name[i] == '.' && taken[name[:i]] {
			return true
		}
	}
	return taken[name]
}
