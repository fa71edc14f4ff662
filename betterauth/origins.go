package betterauth

import (
	"log/slog"
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
	pages    []string // of static, those whose pages may read answers; see TrustedPage
	open     []string // of static, those that are not, since their hosts are anybody's
	perCall  func(*http.Request) []string
	disabled bool
}

// newTrustedOrigins are those of the application. The problems name what no
// browser can send.
func newTrustedOrigins(cfg *Config, base baseURLs) (t trustedOrigins, problems []error) {
	t = trustedOrigins{perCall: cfg.TrustedOriginsFunc, disabled: cfg.InsecureDisableOriginCheck}
	if base.static != "" {
		t.static = append(t.static, origin.Of(base.static))
	}
	if d := base.dynamic; d != nil {
		for _, host := range d.AllowedHosts {
			if d.Protocol != "http" {
				t.trustHost("https://" + host)
			}
			if d.Protocol == "http" || d.Protocol != "https" && isLoopback(strings.TrimSuffix(host, ":*")) {
				t.trustHost("http://" + host)
			}
		}
		if d.Fallback != "" {
			t.static = append(t.static, origin.Of(d.Fallback))
		}
	}
	problems = t.trust("", "config TrustedOrigins", cfg.TrustedOrigins)
	var environment []string
	for o := range strings.SplitSeq(os.Getenv("BETTER_AUTH_TRUSTED_ORIGINS"), ",") {
		if o = strings.TrimSpace(o); o != "" {
			environment = append(environment, o)
		}
	}
	return t, append(problems, t.trust("", "environment BETTER_AUTH_TRUSTED_ORIGINS", environment)...)
}

// trust adds patterns in the form in which browsers send origins.
func (t *trustedOrigins) trust(plugin, item string, patterns []string) (problems []error) {
	for _, pattern := range patterns {
		normal, err := origin.Normalize(pattern)
		if err != nil {
			problems = append(problems, problem(plugin, item, "no browser sends the origin %q: %w", pattern, err))
			continue
		}
		t.static = append(t.static, normal)
		if origin.Open(normal) {
			t.open = append(t.open, normal)
		} else {
			t.pages = append(t.pages, normal)
		}
	}
	return problems
}

// trustHost adds the origin of an allowed host, which was checked as a host.
func (t *trustedOrigins) trustHost(pattern string) {
	if normal, err := origin.Normalize(pattern); err == nil {
		t.static = append(t.static, normal)
	}
}

// BrowserOrigin returns an origin of http or https as browsers send it: lower
// case, without a slash at the end and without the default port, a Unicode host
// in Punycode. The error says why no browser sends it. It is for configuration
// that is compared with what a browser says.
func BrowserOrigin(text string) (string, error) { return origin.Browser(text) }

// trustedFor are the origins of one request alone. What no browser sends among
// them has no effect, which is said in the log once.
func (c *Ctx) trustedFor(r *http.Request) []string {
	if c.perCall.asked || c.auth.origins.perCall == nil || r == nil {
		return c.perCall.origins
	}
	c.perCall.asked = true
	for _, pattern := range c.auth.origins.perCall(r) {
		normal, err := origin.Normalize(pattern)
		if err != nil {
			c.auth.warnings.origin.Do(func() {
				c.auth.log.Warn("Config.TrustedOriginsFunc returned what no browser sends as an origin", "origin", pattern, "error", err)
			})
			continue
		}
		c.perCall.origins = append(c.perCall.origins, normal)
	}
	return c.perCall.origins
}

// trusts reports whether target matches a trusted origin.
func (c *Ctx) trusts(target string, allowRelative bool) bool {
	if c.auth.origins.disabled || c.op != nil && c.op.anyTarget {
		return true
	}
	if c.origins == nil {
		c.origins = c.auth.origins.static
		if c.auth.base.static == "" {
			c.origins = append([]string{originOf(c.baseURL)}, c.origins...)
		}
		c.origins = append(c.origins[:len(c.origins):len(c.origins)], c.trustedFor(c.request)...)
	}
	return origin.MatchAny(target, c.origins, allowRelative)
}

// checkOrigin refuses state-changing requests that carry cookies from a page
// that is not trusted, and targets of redirects that are not.
func (c *Ctx) checkOrigin(body jsontext.Value) error {
	r := c.request
	if reads(r.Method) || c.auth.origins.disabled || c.op.anyTarget {
		return nil
	}
	if len(r.Header["Cookie"]) > 0 && !c.fromAnywhere() {
		if err := c.demandOrigin(); err != nil {
			return err
		}
	}
	return c.checkTargets(body)
}

// fromAnywhere reports whether the application lets any page send this request.
func (c *Ctx) fromAnywhere() bool {
	return c.auth.origins.disabled || c.auth.cfg.InsecureDisableCSRFCheck || c.op != nil && (c.op.anyOrigin || c.op.anyTarget)
}

// demandOrigin wants an Origin or Referer that is trusted.
func (c *Ctx) demandOrigin() error {
	from := c.request.Header.Get("Origin")
	if from == "" {
		from = c.request.Header.Get("Referer")
	}
	if from == "" {
		from = c.stated
	}
	if from == "null" && c.request.Header.Get("Sec-Fetch-Site") == "same-origin" {
		from = c.Origin()
	}
	if from == "" || from == "null" {
		return ErrMissingOrigin.Refuse(Refusal{Reason: "it has cookies, and neither Origin nor Referer says which page sent it", Seen: []slog.Attr{slog.String("origin", from)},
			Configure: "browsers send Origin by themselves; a client that is none sends no cookies (see the plugin bearer), or an Origin that is trusted; an app made with Expo needs the plugin expo"})
	}
	if !c.trusts(from, false) {
		return c.untrusted(ErrInvalidOrigin, "a page of an origin that is not trusted sent it", from)
	}
	return nil
}

// untrusted is the refusal of what comes from, or leads to, an origin that is not
// trusted.
func (c *Ctx) untrusted(code *ErrorCode, reason, target string) error {
	return code.Refuse(Refusal{Reason: reason, Configure: "if it is yours, add it to Config.TrustedOrigins, or correct Config.BaseURL",
		Seen: []slog.Attr{slog.String("origin", logOrigin(target)), slog.Any("trusted", c.origins)}})
}

// checkLoginForgery keeps another site from signing a browser in: a browser's
// request to a sign-in must come from a trusted origin even without a cookie.
// Clients that are no browsers send none of these headers and pass. So do links:
// one in a mail is followed from another site, and its secret is what counts.
func (c *Ctx) checkLoginForgery() error {
	if c.request == nil || reads(c.request.Method) || c.fromAnywhere() || len(c.request.Header["Cookie"]) > 0 {
		return nil // with a cookie the general check has decided
	}
	h := c.request.Header
	site, mode := h.Get("Sec-Fetch-Site"), h.Get("Sec-Fetch-Mode")
	if site == "cross-site" && mode == "navigate" {
		return ErrCrossSiteLogin.Refuse(Refusal{Reason: "a form of another site leads to a sign-in", Seen: []slog.Attr{slog.String("origin", logOrigin(h.Get("Origin")))}})
	}
	// Every browser that sends Sec-Fetch-Site also sends Origin with a POST.
	// Sec-Fetch-Mode alone is no sign of a browser: server runtimes send it too.
	if site != "" || h.Get("Origin") != "" || h.Get("Referer") != "" || c.stated != "" {
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
			switch sent := c.request.URL.Query()["callbackURL"]; {
			case len(sent) > 1: // one of them would be a way around the check
				return (&ErrorCode{"VALIDATION_ERROR", "", http.StatusBadRequest}).Messagef("Invalid %s: expected a string", target.label)
			case len(sent) == 1 && sent[0] != "":
				raw = jsontext.Value(quote(sent[0]))
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
				return c.untrusted(target.code, target.label+" leads to an origin that is not trusted", text)
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
// is not trusted. What the query says was decoded once, and is meant as it is then.
func (c *Ctx) checkQueryTargets(query url.Values) error {
	for _, name := range []string{"callbackURL", "newUserCallbackURL", "errorCallbackURL"} {
		for _, target := range query[name] {
			if target != "" && !c.trusts(target, true) {
				return c.untrusted(ErrInvalidCallbackURL, name+" of a link leads to an origin that is not trusted", target)
			}
		}
	}
	return nil
}
