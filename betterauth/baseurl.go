package betterauth

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/better-auth-go/better-auth/internal/forwarded"
	"github.com/better-auth-go/better-auth/internal/origin"
)

// baseURLs says where this server is reached.
type baseURLs struct {
	static   string // origin and base path, "" when derived
	path     string // base path, without a slash at the end
	dynamic  *DynamicBaseURL
	forwards bool // believe forwarded headers
	headers  []string
	broken   bool // what is configured cannot be read, which is a problem already
}

// newBaseURLs resolves the configuration. The error says what is wrong with it.
func newBaseURLs(cfg *Config) (baseURLs, []error) {
	b := baseURLs{path: "/" + strings.Trim(cfg.BasePath, "/"), dynamic: cfg.DynamicBaseURL, forwards: cfg.TrustProxyHeaders}
	if cfg.BasePath == "" {
		b.path = "/api/auth"
	}
	if b.path == "/" {
		b.path = ""
	}
	problems := b.nameHeaders(cfg)
	if b.dynamic != nil {
		if len(b.dynamic.AllowedHosts) == 0 && b.dynamic.AllowHost == nil {
			problems = append(problems, problem("", "config DynamicBaseURL", "lists no AllowedHosts and has no AllowHost; say with one of them which hosts are yours"))
		}
		switch b.dynamic.Protocol {
		case "", "auto", "http", "https":
		default:
			problems = append(problems, problem("", "config DynamicBaseURL", "protocol %q is not http, https or auto; use one of them", b.dynamic.Protocol))
		}
		if cfg.BaseURL != "" {
			problems = append(problems, problem("", "config BaseURL", "has no effect beside DynamicBaseURL; remove one of them"))
		}
		return b, append(problems, b.resolveDynamic()...)
	}
	raw := cfg.BaseURL
	if raw == "" {
		raw = os.Getenv("BETTER_AUTH_URL")
	}
	if raw == "" {
		return b, problems
	}
	from, path, ok := parseBaseURL(raw)
	if !ok {
		problems = append(problems, problem("", "config BaseURL", "%q is not an http or https URL, or has a query, a fragment or a user; write it as https://example.com", raw))
		// What was meant is good enough to find other problems.
		if from, path, ok = parseBaseURL("https://" + raw); !ok {
			b.broken = true
			return b, problems
		}
	}
	if path != "" {
		b.path = path
	}
	b.static = from + b.path
	return b, problems
}

// nameHeaders are the headers that are believed.
func (b *baseURLs) nameHeaders(cfg *Config) (problems []error) {
	b.headers = cfg.ProxyHeaders
	if len(b.headers) == 0 {
		b.headers = []string{"X-Forwarded-Proto", "X-Forwarded-Host"}
	} else if !b.forwards {
		problems = append(problems, problem("", "config ProxyHeaders", "has no effect without TrustProxyHeaders; turn that on where a proxy sets these headers, or remove them"))
	}
	for _, name := range b.headers {
		if !forwarded.Known(name) {
			problems = append(problems, problem("", "config ProxyHeaders", "%q says nothing of the scheme or the host; use some of %s", name, strings.Join(forwarded.Names(), ", ")))
		}
	}
	return problems
}

// parseBaseURL returns the origin of a base URL, as browsers write it, and its
// path, without a slash at the end.
func parseBaseURL(raw string) (from, path string, ok bool) {
	u, err := url.Parse(raw)
	if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", "", false
	}
	from, err = origin.Browser(u.Scheme + "://" + u.Host)
	return from, strings.TrimRight(u.Path, "/"), err == nil
}

// resolveDynamic brings the hosts into the form in which requests name them.
func (b *baseURLs) resolveDynamic() (problems []error) {
	d := *b.dynamic // the application's is its own
	d.AllowedHosts = nil
	for _, pattern := range b.dynamic.AllowedHosts {
		host, err := origin.NormalizeHost(pattern)
		if err != nil {
			problems = append(problems, problem("", "config DynamicBaseURL.AllowedHosts", "no request names the host %q: %w", pattern, err))
			continue
		}
		d.AllowedHosts = append(d.AllowedHosts, host)
	}
	if d.Fallback != "" {
		from, path, ok := parseBaseURL(d.Fallback)
		if !ok {
			problems = append(problems, problem("", "config DynamicBaseURL.Fallback", "%q is not an http or https URL; write it as https://example.com", d.Fallback))
		}
		d.Fallback = from + path
	}
	b.dynamic = &d
	return problems
}

// of derives the base URL for one request; "" when its host is not allowed. The
// error is that of DynamicBaseURL.AllowHost.
func (b baseURLs) of(r *http.Request) (string, error) {
	if b.static != "" {
		return b.static, nil
	}
	if r == nil {
		if b.dynamic != nil && b.dynamic.Fallback != "" {
			return b.fallback(), nil
		}
		return "http://localhost" + b.path, nil
	}
	host, said := r.Host, forwarded.Said{}
	if b.forwards {
		said = forwarded.Read(r.Header, b.headers)
	}
	if origin.ValidHost(said.Host) {
		host = said.Host
	}
	if !origin.ValidHost(host) {
		return "", nil
	}
	scheme := b.schemeOf(host, said.Scheme, r.TLS != nil)
	if said.Port != "" && said.Port != "80" && said.Port != "443" && !hasPort(host) {
		host += ":" + said.Port
	}
	from := origin.Of(scheme + "://" + host)
	if from == "" {
		// A port that there is none of, or an address in an odd notation: such a host
		// has no origin, and no link could lead to it.
		return "", nil
	}
	if b.dynamic == nil {
		return from + b.path, nil
	}
	// As browsers write it: in lower case, without the default port.
	plain := strings.TrimPrefix(from, scheme+"://")
	for _, pattern := range b.dynamic.AllowedHosts {
		if origin.MatchHost(host, pattern) || origin.MatchHost(plain, pattern) {
			return from + b.path, nil
		}
	}
	if b.dynamic.AllowHost != nil {
		if allowed, err := allowHost(r.Context(), b.dynamic.AllowHost, plain); err != nil {
			return "", err
		} else if allowed {
			return from + b.path, nil
		}
	}
	if b.dynamic.Fallback == "" {
		return "", nil
	}
	return b.fallback(), nil
}

// allowHost asks the application; a panic refuses.
func allowHost(ctx context.Context, ask func(context.Context, string) (bool, error), host string) (allowed bool, err error) {
	defer recoverTo(&err, "config DynamicBaseURL.AllowHost")
	if allowed, err = ask(ctx, host); err != nil {
		return false, fmt.Errorf("config DynamicBaseURL.AllowHost: %w", err)
	}
	return allowed, nil
}

func (b baseURLs) fallback() string { return strings.TrimRight(b.dynamic.Fallback, "/") + b.path }

// schemeOf is how a browser reaches a host.
func (b baseURLs) schemeOf(host, forwarded string, tls bool) string {
	switch {
	case b.dynamic != nil && (b.dynamic.Protocol == "http" || b.dynamic.Protocol == "https"):
		return b.dynamic.Protocol
	case forwarded != "":
		return forwarded
	case tls:
		return "https"
	case b.dynamic == nil || isLoopback(host):
		return "http"
	}
	return "https"
}

// hasPort reports whether a valid host names a port.
func hasPort(host string) bool {
	return strings.LastIndexByte(host, ':') > strings.LastIndexByte(host, ']')
}

func isLoopback(host string) bool {
	u, err := url.Parse("http://" + host)
	if err != nil {
		return false
	}
	name := u.Hostname()
	return name == "localhost" || strings.HasSuffix(name, ".localhost") || strings.HasPrefix(name, "127.") || name == "::1"
}

func originOf(baseURL string) string { return origin.Of(baseURL) }
