package baseurl

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/better-auth-go/better-auth/internal/forwarded"
	"github.com/better-auth-go/better-auth/internal/origin"
	"github.com/better-auth-go/better-auth/internal/panics"
)

// Of derives the base URL for one request, nil for a call in process; "" when its
// host is not allowed. The error is that of Dynamic.AllowHost, or its panic.
func (b Bases) Of(r *http.Request) (string, error) {
	if b.Static != "" {
		return b.Static, nil
	}
	if r == nil {
		if b.Dynamic != nil && b.Dynamic.Fallback != "" {
			return b.fallback(), nil
		}
		return "http://localhost" + b.Path, nil
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
	if b.Dynamic == nil {
		return from + b.Path, nil
	}
	// As browsers write it: in lower case, without the default port.
	plain := strings.TrimPrefix(from, scheme+"://")
	for _, pattern := range b.Dynamic.AllowedHosts {
		if origin.MatchHost(host, pattern) || origin.MatchHost(plain, pattern) {
			return from + b.Path, nil
		}
	}
	if b.Dynamic.AllowHost != nil {
		if allowed, err := allowHost(r.Context(), b.Dynamic.AllowHost, plain); err != nil {
			return "", err
		} else if allowed {
			return from + b.Path, nil
		}
	}
	if b.Dynamic.Fallback == "" {
		return "", nil
	}
	return b.fallback(), nil
}

// allowHost asks the application; a panic refuses.
func allowHost(ctx context.Context, ask func(context.Context, string) (bool, error), host string) (allowed bool, err error) {
	defer panics.Recover(&err, "config DynamicBaseURL.AllowHost")
	if allowed, err = ask(ctx, host); err != nil {
		return false, fmt.Errorf("config DynamicBaseURL.AllowHost: %w", err)
	}
	return allowed, nil
}

func (b Bases) fallback() string { return strings.TrimRight(b.Dynamic.Fallback, "/") + b.Path }

// schemeOf is how a browser reaches a host.
func (b Bases) schemeOf(host, forwarded string, tls bool) string {
	switch {
	case b.Dynamic != nil && (b.Dynamic.Protocol == "http" || b.Dynamic.Protocol == "https"):
		return b.Dynamic.Protocol
	case forwarded != "":
		return forwarded
	case tls:
		return "https"
	case b.Dynamic == nil || origin.Loopback(host):
		return "http"
	}
	return "https"
}

// hasPort reports whether a valid host names a port.
func hasPort(host string) bool {
	return strings.LastIndexByte(host, ':') > strings.LastIndexByte(host, ']')
}
