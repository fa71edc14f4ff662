// Package bearer lets clients without cookies authenticate with a header:
//
//	Authorization: Bearer <session token>
//
// The token is the `token` of a sign-in's answer, or its signed form, which every answer
// that sets a session carries in the header set-auth-token. It follows RFC 6750, section
// 2.1. If a request has both a bearer token and a session cookie, the bearer token
// counts.
//
// Start with [New]: the plugin is one [betterauth.SessionSource] and one hook.
package bearer

import (
	"context"
	"net/url"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
)

// Config says which tokens are accepted.
type Config struct {
	// RequireSignature refuses session tokens without a signature, so that a token that
	// was read from the database alone is useless. Default false, as on the TypeScript
	// server.
	RequireSignature bool
}

// Bearer is the plugin. Make one with New for each Auth.
type Bearer struct {
	cfg  Config
	host *betterauth.Host
}

var (
	_ betterauth.Plugin      = (*Bearer)(nil)
	_ betterauth.Initializer = (*Bearer)(nil)
)

// New makes the plugin.
func New(cfg Config) *Bearer { return &Bearer{cfg: cfg} }

// Manifest implements betterauth.Plugin.
func (b *Bearer) Manifest() betterauth.Manifest {
	return betterauth.Manifest{
		ID:      "bearer",
		Sources: []betterauth.SessionSource{betterauth.TokenSource("authorization header", b.token)},
		After:   []betterauth.AfterHook{betterauth.AfterMatch(betterauth.Every, b.announce)},
	}
}

// Init implements betterauth.Initializer.
func (b *Bearer) Init(_ context.Context, h *betterauth.Host) error {
	b.host = h
	return nil
}

// token reads the header. What is no valid token counts as no header, so that
// a stale one does not keep anybody from signing in again.
func (b *Bearer) token(c *betterauth.Ctx) (token string, ok bool, err error) {
	header := c.Request().Header.Get("Authorization")
	const scheme = "bearer "
	if len(header) <= len(scheme) || !strings.EqualFold(header[:len(scheme)], scheme) {
		return "", false, nil
	}
	sent := strings.TrimSpace(header[len(scheme):])
	token, signature, signed := strings.Cut(sent, ".")
	if !signed {
		return token, token != "" && !b.cfg.RequireSignature, nil
	}
	if strings.Contains(sent, "%") {
		decoded, err := url.PathUnescape(sent)
		if err != nil {
			return "", false, nil
		}
		token, signature, _ = strings.Cut(decoded, ".")
	}
	return token, token != "" && b.host.Verify(token, standardBase64(signature)), nil
}

// standardBase64 rewrites the URL-safe alphabet, which is accepted too.
func standardBase64(s string) string {
	s = strings.NewReplacer("-", "+", "_", "/").Replace(s)
	if !strings.HasSuffix(s, "=") {
		s += "="
	}
	return s
}

// announce hands the signed token of a new session to clients that keep no
// cookies, and lets scripts of other origins read it.
func (b *Bearer) announce(c *betterauth.Ctx, _ *betterauth.Result) error {
	session, ok := c.IssuedSession()
	if !ok {
		return nil
	}
	c.Header().Set("Set-Auth-Token", session.Token+"."+b.host.Sign(session.Token))
	exposed := c.Header().Get("Access-Control-Expose-Headers")
	if exposed != "" {
		exposed += ", "
	}
	c.Header().Set("Access-Control-Expose-Headers", exposed+"set-auth-token")
	return nil
}
