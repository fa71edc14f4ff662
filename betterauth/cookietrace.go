package betterauth

import (
	"log/slog"
	"net/http"
	"strings"

	"github.com/better-auth-go/better-auth/internal/origin"
)

// Browsers drop cookies that they may not keep without telling anybody: the sign-in
// succeeds, and the next request is nobody's. A request says enough to foresee it.

// traceCookie warns where the browser that made this request will not keep the
// session's cookie, or keeps it where others can read it.
func (c *Ctx) traceCookie() {
	if c.request == nil {
		return
	}
	h := c.request.Header
	// A form of another site that leads here, such as an identity provider's, is
	// a page that the browser leaves: its scheme says nothing of this server, and
	// the browser keeps the cookies of the page that it opens instead.
	if h.Get("Sec-Fetch-Site") == "cross-site" && h.Get("Sec-Fetch-Mode") == "navigate" && h.Get("Sec-Fetch-Dest") == "document" {
		return
	}
	page := h.Get("Origin")
	scheme, host, _ := strings.Cut(page, "://")
	a := c.attributes(cookieSession)
	var r Refusal
	switch {
	case a.Secure && scheme == "http" && !origin.Loopback(host):
		r = Refusal{Reason: "the browser drops a Secure cookie on a page that came by http",
			Configure: "open the application by https, or correct Config.BaseURL"}
	case !a.Secure && scheme == "https" && !c.auth.jar.never:
		r = Refusal{Reason: "the page came by https, and the cookie is not Secure, since the base URL is http",
			Configure: "set Config.BaseURL to the https URL; behind a proxy without one, Config.TrustProxyHeaders"}
	case h.Get("Sec-Fetch-Site") == "cross-site" && a.SameSite != "none" && c.request.Method != http.MethodGet:
		r = Refusal{Reason: "the browser drops the cookie, since the page is on another site than this server",
			Configure: `serve both on one domain, or set Config.Cookies.SameSite to "none" (https only)`}
	default:
		return
	}
	r.Seen = []slog.Attr{slog.String("origin", logOrigin(page)), slog.String("baseURL", c.baseURL)}
	c.auth.note(c, "cookie is not kept", cookieSession, r)
}
