package betterauth

import (
	"net/http"
	"strings"
	"sync"

	"github.com/better-auth-go/better-auth/internal/cookie"
)

// told remembers what was logged, so that a page that asks again and again does
// not fill the log. It keeps a few: who is told more than that knows.
type told struct {
	mu   sync.Mutex
	seen map[string]bool
}

const mostTold = 32

// first reports whether text was not told before.
func (t *told) first(text string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen[text] || len(t.seen) >= mostTold {
		return false
	}
	if t.seen == nil {
		t.seen = map[string]bool{}
	}
	t.seen[text] = true
	return true
}

// tellRefusedPage says what a browser shows as no more than "blocked by CORS
// policy". Requests that change something are refused, and told, by the check of
// origins.
func (c *Ctx) tellRefusedPage(from string) {
	if r := c.request; r.Method != http.MethodGet && !isPreflight(r) {
		return
	}
	if from = textFor(from, 200); !c.auth.pagesTold.first(from) {
		return
	}
	c.auth.log.Warn("a page of another origin called and may not read the answer; add the origin to Config.TrustedOrigins if the page is yours",
		"origin", from, "baseURL", c.baseURL, "trusted", strings.Join(c.auth.origins.pages, " "))
}

// tellDroppedCookies says that a browser does not keep the cookies of this answer:
// the page is of another site, and the cookies are not for such pages (RFC 6265bis,
// section 5.7). Browsers themselves say so in Sec-Fetch-Site.
func (c *Ctx) tellDroppedCookies() {
	if len(c.cookies) == 0 || c.request.Header.Get("Sec-Fetch-Site") != "cross-site" || c.attributes(cookieSession).SameSite == cookie.SameSiteNone {
		return
	}
	c.auth.warnings.cookies.Do(func() {
		c.auth.log.Warn(`a page of another site called, and browsers keep no cookies for it: serve both from one site, or set Config.Cookies.SameSite to "none" and serve over https`,
			"origin", textFor(c.request.Header.Get("Origin"), 200), "baseURL", c.baseURL)
	})
}

// tellOpenOrigins says which trusted patterns do not let pages read answers.
func (a *Auth) tellOpenOrigins() {
	if a.cfg.CORS.Disabled {
		return
	}
	for _, pattern := range a.origins.open {
		a.log.Warn("pages of a trusted pattern may not read answers, since anybody can have a host that it matches; list the origins, or return them from Config.TrustedOriginsFunc",
			"pattern", pattern)
	}
}
