package betterauth

import (
	"os"

	"github.com/better-auth-go/better-auth/internal/baseurl"
	"github.com/better-auth-go/better-auth/internal/origin"
)

// configureBase reads where this server is reached.
func (a *Auth) configureBase() (problems []error) {
	cfg := &a.cfg
	base, wrong := baseurl.New(baseurl.Config{
		BaseURL: cfg.BaseURL, Environment: os.Getenv("BETTER_AUTH_URL"), BasePath: cfg.BasePath, Dynamic: (*baseurl.Dynamic)(cfg.DynamicBaseURL),
		TrustProxyHeaders: cfg.TrustProxyHeaders, ProxyHeaders: cfg.ProxyHeaders,
	})
	for _, p := range wrong {
		problems = append(problems, &Problem{Item: "config " + p.Member, Err: p.Err})
	}
	a.base, a.staticOrigin = base, origin.Of(base.Static)
	return problems
}

// BrowserOrigin returns an http or https origin in the form that browsers send: lower
// case, no slash at the end, no default port, and a Unicode host in Punycode. The error
// says why no browser sends text. Use it for configuration that is compared with what a
// browser sends.
func BrowserOrigin(text string) (string, error) { return origin.Browser(text) }
