package betterauth

import (
	"errors"
	"fmt"
	"time"

	"github.com/better-auth-go/better-auth/internal/cookie"
	"github.com/go-json-experiment/json"
)

var (
	// ErrTokenInvalid says that a token was not made by SignToken, or not with
	// this application's secret.
	ErrTokenInvalid = errors.New("betterauth: the token is invalid")
	// ErrTokenExpired says that a token was good once.
	ErrTokenExpired = errors.New("betterauth: the token has expired")
)

// SignToken makes a JSON Web Token (RFC 7519) of claims, a struct, that is good
// for ttl: HS256 with the application's current secret. Members keep the
// struct's order; iat and exp follow them.
func (h *Host) SignToken(claims any, ttl time.Duration) (string, error) {
	raw, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("betterauth: claims: %w", err)
	}
	if len(raw) < 3 || raw[0] != '{' {
		return "", errors.New("betterauth: claims are a struct with members")
	}
	now := h.Now()
	raw = withMember(raw, "iat", now.Unix())
	return h.auth.ring.SignJWT(withMember(raw, "exp", now.Add(ttl).Unix())), nil
}

// OpenToken checks a token made by SignToken and fills claims. The error is
// ErrTokenExpired or ErrTokenInvalid.
func (h *Host) OpenToken(token string, claims any) error {
	raw, err := h.auth.ring.VerifyJWT(token)
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

// EncodeURIComponent escapes s for a query value as JavaScript's function of
// that name does: a space is "%20".
func EncodeURIComponent(s string) string { return cookie.Encode(s) }
