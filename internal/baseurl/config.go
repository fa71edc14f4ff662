// Package baseurl says where a server is reached: [New] reads the configuration,
// and [Bases.Of] derives the base URL of one request from it, from the host that
// the request names, and from what proxies that are believed say.
//
// Start with request.go.
package baseurl

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/better-auth-go/better-auth/internal/forwarded"
	"github.com/better-auth-go/better-auth/internal/origin"
)

// Config is what an application says.
type Config struct {
	// BaseURL is the origin, perhaps with a path that counts instead of BasePath.
	// Default: Environment, then whatever host a request names.
	BaseURL, Environment string
	// BasePath is the path below which everything is. Default "/api/auth"; "/" is
	// none.
	BasePath string
	// Dynamic derives the base URL from the host. Default nil.
	Dynamic *Dynamic
	// TrustProxyHeaders believes ProxyHeaders, by default X-Forwarded-Proto and
	// X-Forwarded-Host.
	TrustProxyHeaders bool
	ProxyHeaders      []string
}

// Dynamic says which hosts are served; the application's DynamicBaseURL documents
// the members.
type Dynamic struct {
	AllowedHosts []string
	AllowHost    func(ctx context.Context, host string) (bool, error)
	Fallback     string
	Protocol     string
}

// Problem is what is wrong with a member of the configuration.
type Problem struct {
	Member string // "BaseURL", "DynamicBaseURL.Fallback"
	Err    error
}

// Bases says where a server is reached. It is safe for concurrent use.
type Bases struct {
	// Static is origin and base path, "" when derived.
	Static string
	// Path is the base path, without a slash at the end.
	Path string
	// Dynamic is that of the configuration with hosts as requests name them, nil
	// without one.
	Dynamic *Dynamic
	// Broken says that what is configured cannot be read, which is a problem already.
	Broken bool

	forwards bool // believe forwarded headers
	headers  []string
}

// New resolves the configuration. With problems the Bases are good enough to find
// others.
func New(cfg Config) (Bases, []Problem) {
	b := Bases{Path: "/" + strings.Trim(cfg.BasePath, "/"), Dynamic: cfg.Dynamic, forwards: cfg.TrustProxyHeaders}
	if cfg.BasePath == "" {
		b.Path = "/api/auth"
	}
	if b.Path == "/" {
		b.Path = ""
	}
	var problems []Problem
	add := func(member, format string, args ...any) {
		problems = append(problems, Problem{member, fmt.Errorf(format, args...)})
	}
	b.nameHeaders(cfg.ProxyHeaders, add)
	if b.Dynamic != nil {
		b.resolveDynamic(cfg.BaseURL, add)
		return b, problems
	}
	raw := cfg.BaseURL
	if raw == "" {
		raw = cfg.Environment
	}
	if raw == "" {
		return b, problems
	}
	from, path, ok := split(raw)
	if !ok {
		add("BaseURL", "%q is not an http or https URL, or has a query, a fragment or a user; write it like https://example.com", raw)
		// What was meant is good enough to find other problems.
		if from, path, ok = split("https://" + raw); !ok {
			b.Broken = true
			return b, problems
		}
	}
	if path != "" {
		b.Path = path
	}
	b.Static = from + b.Path
	return b, problems
}

type report func(member, format string, args ...any)

// nameHeaders are the headers that are believed.
func (b *Bases) nameHeaders(names []string, add report) {
	b.headers = names
	if len(b.headers) == 0 {
		b.headers = []string{"X-Forwarded-Proto", "X-Forwarded-Host"}
	} else if !b.forwards {
		add("ProxyHeaders", "has no effect without TrustProxyHeaders; turn that on where a proxy sets these headers, or remove them")
	}
	for _, name := range b.headers {
		if !forwarded.Known(name) {
			add("ProxyHeaders", "%q names neither the scheme nor the host; use some of %s", name, strings.Join(forwarded.Names(), ", "))
		}
	}
}

// split returns the origin of a base URL, as browsers write it, and its path,
// without a slash at the end.
func split(raw string) (from, path string, ok bool) {
	u, err := url.Parse(raw)
	if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", "", false
	}
	from, err = origin.Browser(u.Scheme + "://" + u.Host)
	return from, strings.TrimRight(u.Path, "/"), err == nil
}

// resolveDynamic brings the hosts into the form in which requests name them.
func (b *Bases) resolveDynamic(baseURL string, add report) {
	given, d := b.Dynamic, *b.Dynamic // the application's is its own
	if len(d.AllowedHosts) == 0 && d.AllowHost == nil {
		add("DynamicBaseURL", "has neither AllowedHosts nor AllowHost; set one of them to name your hosts")
	}
	switch d.Protocol {
	case "", "auto", "http", "https":
	default:
		add("DynamicBaseURL", "protocol %q is not http, https or auto; use one of them", d.Protocol)
	}
	if baseURL != "" {
		add("BaseURL", "has no effect beside DynamicBaseURL; remove one of them")
	}
	d.AllowedHosts = nil
	for _, pattern := range given.AllowedHosts {
		host, err := origin.NormalizeHost(pattern)
		if err != nil {
			add("DynamicBaseURL.AllowedHosts", "no request names the host %q: %w", pattern, err)
			continue
		}
		d.AllowedHosts = append(d.AllowedHosts, host)
	}
	if d.Fallback != "" {
		from, path, ok := split(d.Fallback)
		if !ok {
			add("DynamicBaseURL.Fallback", "%q is not an http or https URL; write it like https://example.com", d.Fallback)
		}
		d.Fallback = from + path
	}
	b.Dynamic = &d
}
