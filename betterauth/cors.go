package betterauth

import (
	"net/http"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/internal/cors"
	"github.com/better-auth-go/better-auth/internal/origin"
)

// CORSConfig says how scripts on pages of other origins may call (CORS: Fetch Standard,
// section 3.3). Scripts on pages for which TrustedPage is true may call with cookies; no
// others may. The base URL's own origin needs no CORS. The zero value answers scripts on
// trusted pages.
type CORSConfig struct {
	// Disabled leaves CORS to middleware or a proxy. Default false.
	Disabled bool
	// MaxAge is how long a browser keeps the answer to a preflight, in whole seconds;
	// with a negative value it asks every time. Default 10 minutes.
	MaxAge time.Duration
}

// TrustedPage reports whether scripts on the pages of an origin, written as browsers send
// it, may call for the user and read the answers. These are the base URL's own origin and
// the origins of TrustedOrigins, TrustedOriginsFunc and plugins. It is false for two
// kinds of origins that Trusted accepts: patterns whose hosts anybody can register, such
// as "https://*.vercel.app" and "chrome-extension://*"; and the hosts of DynamicBaseURL,
// since each is an application of its own.
func (c *Ctx) TrustedPage(from string) bool {
	return c.auth.origins.MayRead(from, c.Origin(), func() []string { return c.trustedFor(c.request) })
}

// CORS lets trusted pages on other origins call handlers of the application, such as its
// own API, under the same rules as the endpoints. Put it around the whole router, so that
// it sees preflights: http.Server{Handler: auth.CORS(router)}. It requires no session and
// refuses no request. Answers to untrusted pages stay as they were; browsers do not let
// scripts on those pages read them.
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
		if c.varies = true; c.header != nil {
			cors.Vary(c.header)
		}
	}
	from := c.request.Header.Get("Origin")
	if from == "" || c.baseURL != "" && from == c.Origin() {
		return false
	}
	if !c.TrustedPage(from) {
		c.noteRefusedPage(from)
		return false
	}
	cors.Allow(c.Header(), from)
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
	return []error{problem("", "config Cookies.SameSite", `"none" needs https, but the base URL is %s: browsers refuse such cookies; serve over https, or serve page and server from one site and use "lax"`, a.base.Static)}
}
