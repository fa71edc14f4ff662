package betterauth

import (
	"errors"
	"fmt"
	"time"

	"github.com/better-auth-go/better-auth/internal/cookie"
	"github.com/better-auth-go/better-auth/internal/secret"
	"github.com/go-json-experiment/json"
)

var (
	// ErrTokenInvalid says that a token was not made by SignToken for this purpose and
	// with this application's secret.
	ErrTokenInvalid = errors.New("betterauth: the token is invalid")
	// ErrTokenExpired says that a token was valid and has expired.
	ErrTokenExpired = errors.New("betterauth: the token has expired")
)

// SignToken makes a JSON Web Token (RFC 7519) of claims, a struct. The token is valid for
// ttl and for one purpose: HS256 with the application's current secret. purpose is in the
// header as the token's type, "<purpose>+jwt" (RFC 8725, section 3.11), so that a token
// for one purpose is refused for any other. It names the plugin and what the token does,
// such as "email-verification.verify". Members keep the struct's order; iat and exp
// follow them.
func (h *Host) SignToken(purpose string, claims any, ttl time.Duration) (string, error) {
	if purpose == "" {
		return "", errors.New("betterauth: a token needs a purpose")
	}
	raw, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("betterauth: claims: %w", err)
	}
	if len(raw) < 3 || raw[0] != '{' {
		return "", errors.New("betterauth: the claims of a token must be a struct with fields")
	}
	now := h.Now()
	raw = secret.AddClaim(raw, "iat", now.Unix())
	return h.auth.ring.SignTypedJWT(purpose+"+jwt", secret.AddClaim(raw, "exp", now.Add(ttl).Unix())), nil
}

// OpenToken checks a token that SignToken made for the same purpose and fills claims. The
// error is ErrTokenExpired or ErrTokenInvalid.
func (h *Host) OpenToken(purpose, token string, claims any) error {
	if purpose == "" {
		return ErrTokenInvalid
	}
	return h.openToken(purpose+"+jwt", token, claims)
}

// OpenUntypedToken is OpenToken for a token without a purpose, as the TypeScript server
// makes them. It accepts every token that server signs, for whatever purpose, so the
// caller must check by the claims that the token is of the right kind.
func (h *Host) OpenUntypedToken(token string, claims any) error {
	return h.openToken("", token, claims)
}

func (h *Host) openToken(typ, token string, claims any) error {
	raw, err := h.auth.ring.VerifyTypedJWT(typ, token)
	if err != nil {
		return ErrTokenInvalid
	}
	var life struct {
		Expires float64 `json:"exp"`
	}
	if json.Unmarshal(raw, &life) != nil || json.Unmarshal(raw, claims) != nil {
		return ErrTokenInvalid
	}
	if !time.Unix(int64(life.Expires), 0).After(h.Now()) {
		return ErrTokenExpired
	}
	return nil
}

// EncodeURIComponent escapes s for a query value as the JavaScript function of that name
// does: a space is "%20".
func EncodeURIComponent(s string) string { return cookie.Encode(s) }
