package betterauth

import (
	"net/http"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/internal/cors"
	"github.com/better-auth-go/better-auth/internal/origin"
)

// CORSConfig says how scripts of pages on other origins call (CORS: Fetch
// Standard, section 3.3). Those of TrustedPage may, with cookies, and nobody else;
// the base URL's own origin needs nothing. The zero value answers them.
type CORSConfig struct {
	// Disabled leaves it to middleware or a proxy. Default false.
	Disabled bool
	// MaxAge is how long a browser keeps the answer to a preflight, in whole
	// seconds; negative makes it ask every time. Default 10 minutes.
	MaxAge time.Duration
}

// TrustedPage reports whether scripts of the pages at an origin, as browsers send
// it, may call for the user and read the answers: the base URL's own origin, and
// what TrustedOrigins, TrustedOriginsFunc and plugins name. Two kinds of origins
// that Trusted accepts are left out: patterns whose hosts anybody can register,
// such as "https://*.vercel.app" and "chrome-extension://*", and the hosts of
// DynamicBaseURL, each of which is a place of its own.
func (c *Ctx) TrustedPage(from string) bool {
	return c.auth.origins.MayRead(from, c.Origin(), func() []string { return c.trustedFor(c.request) })
}

// CORS lets trusted pages on other origins call handlers that are not the Auth's,
// such as an application's own API, by the rules that hold for its endpoints.
// Put it around the whole router, of whatever framework, so that it sees
// preflights: http.Server{Handler: auth.CORS(router)}. It demands no session and
// refuses nothing; answers to other pages are as they were, and browsers keep
// them from scripts.
func (a *Auth) CORS(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, trusted := a.newCtx(r.Context(), r), false
		if err := safely(func() error {
			var err error
			c.baseURL, err = a.base.Of(r)
			trusted = c.fromTrustedPage()
			return err
		}); err != nil {
			c.answer(w, nil, err)
			return
		}
		if trusted && cors.IsPreflight(r) {
			c.answer(w, preflight{}, nil)
			return
		}
		c.writeHeaders(w.Header())
		next.ServeHTTP(w, r)
	})
}

// preflight is the answer to a browser that asks whether a page may call.
type preflight struct{}

// fromTrustedPage reports whether the request is from a trusted page of another
// origin, and lets it read the answer then. The origin is named, never "*", since
// cookies come along; so the answer depends on it, which caches are told.
func (c *Ctx) fromTrustedPage() bool {
	if c.auth.cfg.CORS.Disabled {
		return false
	}
	if len(c.auth.origins.Pages) > 0 || c.auth.cfg.TrustedOriginsFunc != nil {
		cors.Vary(c.header)
	}
	from := c.request.Header.Get("Origin")
	if from == "" || c.baseURL != "" && from == c.Origin() {
		return false
	}
	if !c.TrustedPage(from) {
		c.noteRefusedPage(from)
		return false
	}
	cors.Allow(c.header, from)
	return true
}

// checkCrossSite reports cookies that no browser keeps: those for pages of other
// sites must be Secure, and Secure ones are set over https or on this machine
// (RFC 6265bis, section 5.7).
func (a *Auth) checkCrossSite() []error {
	host, plain := strings.CutPrefix(origin.Of(a.base.Static), "http://")
	if a.cfg.Cookies.SameSite != "none" || !plain || origin.Loopback(host) {
		return nil
	}
	return []error{problem("", "config Cookies.SameSite", `"none" needs https, but the base URL is %s: browsers refuse such cookies; serve over https, or page and server from one site with "lax"`, a.base.Static)}
}
