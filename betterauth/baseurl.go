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
	a.base = base
	return problems
}

// BrowserOrigin returns an origin of http or https as browsers send it: lower
// case, without a slash at the end and without the default port, a Unicode host
// in Punycode. The error says why no browser sends it. It is for configuration
// that is compared with what a browser says.
func BrowserOrigin(text string) (string, error) { return origin.Browser(text) }
