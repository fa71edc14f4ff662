package betterauth

import (
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/better-auth-go/better-auth/internal/origin"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// trustedOrigins are who may call with cookies and be redirected to.
type trustedOrigins struct {
	static   []string
	perCall  func(*http.Request) []string
	disabled bool
}

func newTrustedOrigins(cfg *Config, base baseURLs, plugins []string) trustedOrigins {
	t := trustedOrigins{perCall: cfg.TrustedOriginsFunc, disabled: cfg.InsecureDisableOriginCheck}
	if base.static != "" {
		t.static = append(t.static, origin.Of(base.static))
	}
	if d := base.dynamic; d != nil {
		for _, host := range d.AllowedHosts {
			if d.Protocol != "http" {
				t.static = append(t.static, "https://"+host)
			}
			if d.Protocol == "http" || d.Protocol != "https" && isLoopback(strings.TrimSuffix(host, ":*")) {
				t.static = append(t.static, "http://"+host)
			}
		}
		if d.Fallback != "" {
			t.static = append(t.static, origin.Of(d.Fallback))
		}
	}
	t.static = append(t.static, cfg.TrustedOrigins...)
	t.static = append(t.static, plugins...)
	for o := range strings.SplitSeq(os.Getenv("BETTER_AUTH_TRUSTED_ORIGINS"), ",") {
		if o = strings.TrimSpace(o); o != "" {
			t.static = append(t.static, o)
		}
	}
	return t
}

// trusts reports whether target matches a trusted origin.
func (c *Ctx) trusts(target string, allowRelative bool) bool {
	if c.auth.origins.disabled {
		return true
	}
	if c.origins == nil {
		c.origins = c.auth.origins.static
		if c.auth.base.static == "" {
			c.origins = append([]string{originOf(c.baseURL)}, c.origins...)
		}
		if c.auth.origins.perCall != nil && c.request != nil {
			c.origins = append(c.origins[:len(c.origins):len(c.origins)], c.auth.origins.perCall(c.request)...)
		}
	}
	for _, pattern := range c.origins {
		if origin.Match(target, pattern, allowRelative) {
			return true
		}
	}
	return false
}

// checkOrigin refuses state-changing requests that carry cookies from a page
// that is not trusted, and targets of redirects that are not.
func (c *Ctx) checkOrigin(body jsontext.Value) error {
	r := c.request
	if c.auth.origins.disabled || r.Method == http.MethodGet {
		return nil
	}
	if len(r.Header["Cookie"]) > 0 {
		if err := c.demandOrigin(); err != nil {
			return err
		}
	}
	return c.checkTargets(body)
}

// demandOrigin wants an Origin or Referer that is trusted.
func (c *Ctx) demandOrigin() error {
	from := c.request.Header.Get("Origin")
	if from == "" {
		from = c.request.Header.Get("Referer")
	}
	if from == "null" && c.request.Header.Get("Sec-Fetch-Site") == "same-origin" {
		from = c.Origin()
	}
	if from == "" || from == "null" {
		return ErrMissingOrigin
	}
	if !c.trusts(from, false) {
		return ErrInvalidOrigin
	}
	return nil
}

// checkLoginForgery keeps another site from signing a browser in: a browser's
// request to a sign-in must come from a trusted origin even without a cookie.
// Clients that are no browsers send none of these headers and pass. So do links:
// one in a mail is followed from another site, and its secret is what counts.
func (c *Ctx) checkLoginForgery() error {
	if c.request == nil || c.request.Method == http.MethodGet || c.auth.origins.disabled || len(c.request.Header["Cookie"]) > 0 {
		return nil // with a cookie the general check has decided
	}
	h := c.request.Header
	site, mode := h.Get("Sec-Fetch-Site"), h.Get("Sec-Fetch-Mode")
	if site == "cross-site" && mode == "navigate" {
		return ErrCrossSiteLogin
	}
	// Every browser that sends Sec-Fetch-Site also sends Origin with a POST.
	// Sec-Fetch-Mode alone is no sign of a browser: server runtimes send it too.
	if site != "" || h.Get("Origin") != "" || h.Get("Referer") != "" {
		return c.demandOrigin()
	}
	return nil
}

// redirectTargets are the members of a body that name a place to send the
// browser to.
var redirectTargets = []struct {
	member, label string
	code          *ErrorCode
}{
	{"callbackURL", "callbackURL", ErrInvalidCallbackURL},
	{"redirectTo", "redirectURL", ErrInvalidRedirectURL},
	{"errorCallbackURL", "errorCallbackURL", ErrInvalidErrorURL},
	{"newUserCallbackURL", "newUserCallbackURL", ErrInvalidNewUserURL},
}

func (c *Ctx) checkTargets(body jsontext.Value) error {
	members := Members{}
	if body.Kind() == '{' {
		if err := json.Unmarshal(body, &members); err != nil {
			return ErrBadJSON.Because(err)
		}
	}
	for _, target := range redirectTargets {
		raw := members[target.member]
		if raw == nil && target.member == "callbackURL" {
			if q := c.request.URL.Query().Get("callbackURL"); q != "" {
				raw = jsontext.Value(quote(q))
			}
		}
		switch raw.Kind() {
		case 0, 'n', 'f':
			continue
		case '"':
			var text string
			if err := json.Unmarshal(raw, &text); err != nil {
				return ErrBadJSON.Because(err)
			}
			if text != "" && !c.trusts(text, true) {
				return target.code
			}
		default:
			if string(raw) == "0" {
				continue
			}
			return (&ErrorCode{Status: http.StatusBadRequest}).Messagef("Invalid %s: expected a string", target.label)
		}
	}
	return nil
}

// checkQueryTargets refuses a link that would send the browser to a place that
// is not trusted, whether its handler takes the target as it is or decodes it
// once more. The target's own query is left alone: it does not say where.
func (c *Ctx) checkQueryTargets(query url.Values) error {
	for _, name := range []string{"callbackURL", "newUserCallbackURL", "errorCallbackURL"} {
		for _, target := range query[name] {
			if target == "" {
				continue
			}
			if !c.trusts(target, true) {
				return ErrInvalidCallbackURL
			}
			place, rest := target, ""
			if end := strings.IndexAny(target, "?#"); end >= 0 {
				place, rest = target[:end], target[end:]
			}
			if decoded, err := url.PathUnescape(place); err == nil && !c.trusts(decoded+rest, true) {
				return ErrInvalidCallbackURL
			}
		}
	}
	return nil
}
