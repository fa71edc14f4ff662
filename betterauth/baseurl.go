package betterauth

import (
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/better-auth-go/better-auth/internal/origin"
)

// baseURLs says where this server is reached.
type baseURLs struct {
	static   string // origin and base path, "" when derived
	path     string // base path, without a slash at the end
	dynamic  *DynamicBaseURL
	forwards bool // believe forwarded headers
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
	var problems []error
	if b.dynamic != nil {
		if len(b.dynamic.AllowedHosts) == 0 {
			problems = append(problems, problem("", "config DynamicBaseURL", "lists no AllowedHosts"))
		}
		switch b.dynamic.Protocol {
		case "", "auto", "http", "https":
		default:
			problems = append(problems, problem("", "config DynamicBaseURL", "protocol %q is not http, https or auto", b.dynamic.Protocol))
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
		return b, nil
	}
	from, path, ok := parseBaseURL(raw)
	if !ok {
		problems = append(problems, problem("", "config BaseURL", "%q is not an http or https URL; write it as https://example.com", raw))
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
			problems = append(problems, problem("", "config DynamicBaseURL.Fallback", "%q is not an http or https URL", d.Fallback))
		}
		d.Fallback = from + path
	}
	b.dynamic = &d
	return problems
}

// of derives the base URL for one request; "" when its host is not allowed.
func (b baseURLs) of(r *http.Request) string {
	if b.static != "" {
		return b.static
	}
	if r == nil {
		if b.dynamic != nil && b.dynamic.Fallback != "" {
			return strings.TrimRight(b.dynamic.Fallback, "/") + b.path
		}
		return "http://localhost" + b.path
	}
	host, proto := r.Host, "http"
	if r.TLS != nil {
		proto = "https"
	}
	forwardedProto := ""
	if b.forwards {
		fh, fp := r.Header.Get("X-Forwarded-Host"), r.Header.Get("X-Forwarded-Proto")
		if b.dynamic != nil {
			if origin.ValidHost(fh) {
				host = fh
			}
			if origin.ValidProto(fp) {
				forwardedProto = fp
			}
		} else if origin.ValidHost(fh) && origin.ValidProto(fp) {
			host, proto = fh, fp
		}
	}
	if !origin.ValidHost(host) {
		return ""
	}
	if b.dynamic == nil {
		return origin.Of(proto+"://"+host) + b.path
	}
	for _, pattern := range b.dynamic.AllowedHosts {
		if origin.MatchHost(host, pattern) {
			return origin.Of(b.dynamicProto(host, forwardedProto, r)+"://"+host) + b.path
		}
	}
	if b.dynamic.Fallback == "" {
		return ""
	}
	return strings.TrimRight(b.dynamic.Fallback, "/") + b.path
}

func (b baseURLs) dynamicProto(host, forwarded string, r *http.Request) string {
	switch {
	case b.dynamic.Protocol == "http", b.dynamic.Protocol == "https":
		return b.dynamic.Protocol
	case forwarded != "":
		return forwarded
	case r.TLS != nil:
		return "https"
	case isLoopback(host):
		return "http"
	}
	return "https"
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
