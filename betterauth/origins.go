package betterauth

import (
	"log/slog"
	"net/http"
	"os"
	"strings"

	"github.com/better-auth-go/better-auth/internal/origin"
	"github.com/go-json-experiment/json/jsontext"
)

// trustConfigured trusts the origins of the application. The problems name what no
// browser can send.
func (a *Auth) trustConfigured() (problems []error) {
	if a.base.Static != "" {
		a.origins.AddBase(a.base.Static)
	}
	if d := a.base.Dynamic; d != nil {
		for _, host := range d.AllowedHosts {
			a.origins.AddHost(host, d.Protocol)
		}
		if d.Fallback != "" {
			a.origins.AddBase(d.Fallback)
		}
	}
	problems = a.trust("", "config TrustedOrigins", a.cfg.TrustedOrigins)
	var environment []string
	for o := range strings.SplitSeq(os.Getenv("BETTER_AUTH_TRUSTED_ORIGINS"), ",") {
		if o = strings.TrimSpace(o); o != "" {
			environment = append(environment, o)
		}
	}
	return append(problems, a.trust("", "environment BETTER_AUTH_TRUSTED_ORIGINS", environment)...)
}

func (a *Auth) trust(plugin, item string, patterns []string) (problems []error) {
	for _, pattern := range patterns {
		if err := a.origins.Add(pattern); err != nil {
			problems = append(problems, problem(plugin, item, "no browser sends the origin %q: %w", pattern, err))
		}
	}
	return problems
}

// trustedFor are the origins of one request alone. What no browser sends among
// them has no effect, which is said in the log once.
func (c *Ctx) trustedFor(r *http.Request) []string {
	if c.perCall.asked || c.auth.cfg.TrustedOriginsFunc == nil || r == nil {
		return c.perCall.origins
	}
	c.perCall.asked = true
	for _, pattern := range c.auth.cfg.TrustedOriginsFunc(r) {
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
	if c.auth.cfg.InsecureDisableOriginCheck || c.op != nil && c.op.anyTarget {
		return true
	}
	if c.origins == nil {
		var own []string
		if c.auth.base.Static == "" {
			own = []string{c.Origin()}
		}
		c.origins = c.auth.origins.For(own, c.trustedFor(c.request))
	}
	return origin.MatchAny(target, c.origins, allowRelative)
}

// checkOrigin refuses state-changing requests that carry cookies from a page
// that is not trusted, and targets of redirects that are not.
func (c *Ctx) checkOrigin(body jsontext.Value) error {
	r := c.request
	if reads(r.Method) || c.auth.cfg.InsecureDisableOriginCheck || c.op.anyTarget {
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
	return c.auth.cfg.InsecureDisableOriginCheck || c.auth.cfg.InsecureDisableCSRFCheck || c.op != nil && (c.op.AnyOrigin || c.op.anyOrigin || c.op.anyTarget)
}

// demandOrigin wants an Origin or Referer that is trusted.
func (c *Ctx) demandOrigin() error {
	from := origin.Sender(c.request.Header, c.stated, c.Origin())
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
	if origin.CrossSiteForm(h) {
		return ErrCrossSiteLogin.Refuse(Refusal{Reason: "a form of another site leads to a sign-in", Seen: []slog.Attr{slog.String("origin", logOrigin(h.Get("Origin")))}})
	}
	if origin.FromPage(h, c.stated) {
		return c.demandOrigin()
	}
	return nil
}

// tellOpenHosts says which patterns let a host that is somebody else's name this server.
// Whoever reaches it past the proxy that knows its hosts could ask for a link to somebody's
// account that leads to a host of their own.
func (a *Auth) tellOpenHosts() {
	if a.base.Dynamic == nil || a.cfg.Mailer == nil {
		return
	}
	for _, pattern := range a.base.Dynamic.AllowedHosts {
		if origin.Open(pattern) {
			a.log.Warn("links in mails lead to the host that a request names, and anybody can have one that an allowed pattern matches; list your hosts, "+
				"or let requests in only through a proxy that sends no host but yours", "pattern", pattern)
		}
	}
}
