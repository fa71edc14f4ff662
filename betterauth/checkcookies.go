package betterauth

import (
	"net/url"
	"strings"

	"github.com/better-auth-go/better-auth/internal/cookie"
	"github.com/better-auth-go/better-auth/internal/origin"
)

// checkCookies finds cookies that no browser would keep.
func (a *Auth) checkCookies() (problems []error) {
	cfg := &a.cfg.Cookies
	add := func(field, format string, args ...any) {
		problems = append(problems, problem("", "config Cookies."+field, format, args...))
	}
	attributes := cookie.Attributes{Path: cfg.Path, Domain: cfg.CrossSubDomain.Domain}
	if _, err := cookie.Serialize(cfg.Prefix+"."+cookieSession, "", attributes); err != nil {
		add("Prefix, Path and CrossSubDomain.Domain", "do not make a valid cookie: %w; use names of letters, digits and dashes, a path that starts with a slash, and the name of a host", err)
	}
	for _, key := range sortedKeys(cfg.Names) {
		if _, err := cookie.Serialize(cfg.Names[key], "", cookie.Attributes{}); err != nil {
			add("Names "+key, "is not a valid cookie name: %w; use letters, digits, dots and dashes", err)
		}
	}
	for _, key := range sortedKeys(cfg.Attributes) {
		single := cfg.Attributes[key]
		if _, err := cookie.Serialize("x", "", cookie.Attributes{Path: single.Path, Domain: single.Domain}); err != nil {
			add("Attributes "+key, "does not make a valid cookie: %w; use a path that starts with a slash, and the name of a host", err)
		}
	}
	base, err := url.Parse(a.base.Static)
	if err != nil || a.base.Static == "" {
		return problems
	}
	host := base.Hostname()
	if domain := strings.TrimPrefix(strings.ToLower(cfg.CrossSubDomain.Domain), "."); cfg.CrossSubDomain.Enabled && domain != "" && host != domain && !strings.HasSuffix(host, "."+domain) {
		add("CrossSubDomain.Domain", "browsers refuse a cookie for %q from %q; name that host, or a domain above it", cfg.CrossSubDomain.Domain, host)
	}
	if base.Scheme != "http" {
		return problems
	}
	if cfg.AlwaysSecure && !origin.Loopback(base.Host) {
		add("AlwaysSecure", "browsers drop Secure cookies from %s; use https, or remove AlwaysSecure", a.base.Static)
	}
	if !cfg.AlwaysSecure && !cfg.InsecureNeverSecure {
		if cfg.SameSite == "none" {
			add("SameSite", "browsers refuse SameSite=None without Secure, and the base URL is http; use https, or AlwaysSecure on localhost")
		}
		if cfg.Partitioned {
			add("Partitioned", "browsers refuse Partitioned without Secure, and the base URL is http; use https, or AlwaysSecure on localhost")
		}
	}
	return problems
}
