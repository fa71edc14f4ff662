package betterauth

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/internal/cookie"
)

// A browser keeps cookies of one name apart by domain and path, and sends all
// that fit a request without saying which is which: one for this host alone and
// one for its domain, or one that another application on the domain made. So a
// name stands for every value that came with it.

// maxTried is how many signed values of one cookie are tried: each may cost a
// look into the database.
const maxTried = 8

// sent is the Cookie header of the request.
func (c *Ctx) sent() cookie.List {
	if !c.cookiesRead {
		c.cookiesRead = true
		if c.request != nil {
			c.cookieList = cookie.Read(strings.Join(c.request.Header["Cookie"], "; "))
		}
	}
	return c.cookieList
}

// requestCookies are the cookies of the request: the first of each name, and by
// name the others. It reads all of them, for what must see all; see sent.
func (c *Ctx) requestCookies() (first cookie.Jar, repeated map[string][]string) {
	if c.jar == nil {
		c.jar = cookie.Jar{}
		if c.request != nil {
			c.jar, c.repeated = cookie.ParseAll(string(c.sent()))
		}
	}
	return c.jar, c.repeated
}

// Cookie returns the value of a cookie of the request, by its key. If the browser sent
// several of that name, it is the first.
func (c *Ctx) Cookie(key string) (value string, ok bool) {
	return c.sent().First(c.CookieName(key))
}

// CookieValues returns all values of a cookie of the request, in the order in which they
// were sent, at most 32. A browser can have several cookies of one name, for this host
// and for its domain, and one may belong to another application: try each.
func (c *Ctx) CookieValues(key string) []string { return c.cookiesNamed(c.CookieName(key)) }

func (c *Ctx) cookiesNamed(name string) []string {
	return slices.Collect(c.sent().Values(name))
}

// SignedCookie returns the value of a cookie of the request without its signature: the
// first value whose signature is right.
func (c *Ctx) SignedCookie(key string) (value string, ok bool) {
	for raw := range c.sent().Values(c.CookieName(key)) {
		if value, ok = c.verified(raw); ok {
			return value, true
		}
	}
	return "", false
}

// SignedCookieValues returns all values of a cookie whose signature is right, each once,
// in the order in which they were sent, at most 8. A value that names something stored
// may be out of date beside one that is not. See CookieValues.
func (c *Ctx) SignedCookieValues(key string) []string { return c.signedNamed(c.CookieName(key)) }

func (c *Ctx) signedNamed(name string) (values []string) {
	for raw := range c.sent().Values(name) {
		if value, ok := c.verified(raw); ok && !slices.Contains(values, value) && len(values) < maxTried {
			values = append(values, value)
		}
	}
	return values
}

// verified parts a signed cookie and checks its signature.
func (c *Ctx) verified(raw string) (value string, ok bool) {
	value, signature, ok := cookie.SplitSigned(raw)
	if !ok || !c.auth.ring.Verify(value, signature) {
		return "", false
	}
	return value, true
}

// scattered reports whether the browser has a cookie of ours more than once,
// which its name alone does not tell: another application on the domain may use
// the same. What is not signed goes with the session.
func (c *Ctx) scattered(name string) bool {
	if _, repeated := c.requestCookies(); len(repeated) == 0 {
		return false // as nearly always
	}
	if c.twice == nil {
		twice := c.ownMoreThanOnce(c.CookieName(cookieSession))
		c.twice = &twice
	}
	return *c.twice || c.ownMoreThanOnce(name)
}

// alone reports whether the browser has a cookie of this name once, and it is ours.
// What is not signed goes with the session.
func (c *Ctx) alone(name string) bool {
	once := func(name string) (raw string, ok bool) {
		first, repeated := c.requestCookies()
		raw, ok = first[name]
		return raw, ok && len(repeated[name]) == 0
	}
	session, ok := once(c.CookieName(cookieSession))
	if !ok {
		return false
	}
	_, ours := c.verified(session)
	_, ok = once(name)
	return ours && ok
}

func (c *Ctx) ownMoreThanOnce(name string) bool {
	_, repeated := c.requestCookies()
	if len(repeated[name]) == 0 {
		return false
	}
	own := 0
	for _, raw := range c.cookiesNamed(name) {
		if _, ok := c.verified(raw); ok {
			own++
		}
	}
	return own > 1
}

// elsewhere lists where else than a says a browser may keep a cookie that it
// sends to this server: for this host alone, for it and for each domain it is in,
// at every path that was ever a default or is configured.
func (c *Ctx) elsewhere(a cookie.Attributes) []cookie.Attributes {
	return c.places(a, []string{"/", a.Path, c.auth.base.Path}, 0)
}

// otherDomains lists those at the same path: for this host alone, or for its
// domains. A host without domains has one place.
func (c *Ctx) otherDomains(a cookie.Attributes) []cookie.Attributes {
	return c.places(a, []string{a.Path}, 1)
}

func (c *Ctx) places(a cookie.Attributes, paths []string, dots int) (others []cookie.Attributes) {
	if c.auth.cfg.Cookies.HostPrefix && c.secureCookies() {
		return nil // there is one place
	}
	domains := []string{""}
	if u, err := url.Parse(c.baseURL); err == nil {
		host := u.Hostname()
		if _, err := netip.ParseAddr(host); err != nil && strings.Count(host, ".") >= dots {
			// A domain that everybody's hosts are in, such as "co.uk", browsers refuse.
			for range maxParents {
				domains = append(domains, host)
				_, parent, _ := strings.Cut(host, ".")
				if host = parent; !strings.Contains(host, ".") {
					break
				}
			}
		}
	}
	for i, path := range paths {
		if path == "" || slices.Contains(paths[:i], path) {
			continue
		}
		for _, domain := range domains {
			if path == a.Path && domain == strings.ToLower(strings.TrimPrefix(a.Domain, ".")) {
				continue
			}
			other := a
			other.Path, other.Domain = path, domain
			others = append(others, other)
		}
	}
	return others
}

// maxParents is how many of the domains that a host is in are looked at.
const maxParents = 5
