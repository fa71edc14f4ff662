package social

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"
	"unicode"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json/jsontext"
)

// A session can ask for the tokens of its account. If one of them signed in as well, whoever
// holds a session for a moment would have a proof of identity of their own: it would make a
// fresh session of an old one, outlive the end of all sessions, and let an administrator
// leave an impersonation as the user. So a token that a session was told signs in nobody.

// handedLife is how long at least a token without a known end is remembered after it was
// told: longer than Facebook's access tokens live, which are 60 days.
const handedLife = 90 * 24 * time.Hour

// handOut remembers tokens that a session is about to be told, if clients may sign in with
// them.
func (s *Social) handOut(ctx context.Context, p *Provider, tokens ...string) error {
	ends := map[string]time.Time{}
	for _, token := range tokens {
		if at, ok := s.provesUntil(p, token); ok {
			ends[handedKey(token)] = at
		}
	}
	if len(ends) == 0 {
		return nil
	}
	names := make([]any, 0, len(ends))
	for name := range ends {
		names = append(names, name)
	}
	rows, err := s.host.VerificationStore().List(ctx, database.Query{Where: []database.Cond{database.In("identifier", names...)}})
	if err != nil {
		return err
	}
	soon := s.host.Now().Add(handedLife)
	for _, row := range rows {
		// What is forgotten before the token's end is remembered anew.
		if at := ends[row.Identifier]; !row.ExpiresAt.Before(at) || !row.ExpiresAt.Before(soon) {
			delete(ends, row.Identifier)
		}
	}
	for name, at := range ends {
		if _, err := s.host.Verifications().Create(ctx, name, "", at.Sub(s.host.Now())); err != nil {
			return err
		}
	}
	return nil
}

// provesUntil says whether and until when a client may sign in with a token.
func (s *Social) provesUntil(p *Provider, token string) (at time.Time, ok bool) {
	byKeys := p.IDTokens != nil && !p.IDTokens.OnlyExchanged && p.IDTokens.Verify == nil
	byFunction := p.IDTokens != nil && !p.IDTokens.OnlyExchanged && p.IDTokens.Verify != nil || p.Client.VerifyIDToken != nil
	if token == "" || !byKeys && !byFunction {
		return at, false
	}
	now := s.host.Now()
	if claims := oauth.StoredClaims(token); claims != nil {
		at = claims.Expires.Add(2 * oauth.Skew)
	}
	if byFunction { // which may take tokens of any kind, and need not look at the end
		if least := now.Add(2 * handedLife); at.Before(least) {
			at = least
		}
	}
	return at, at.After(now)
}

// checkHandedOut refuses a token that a session was told.
func (s *Social) checkHandedOut(ctx context.Context, token string) error {
	if token == "" {
		return nil
	}
	told, err := s.host.VerificationStore().Exists(ctx, database.Eq("identifier", handedKey(token)), database.Gte("expiresAt", s.host.Now()))
	if err == nil && told {
		err = &oauth.InvalidTokenError{Reason: "was told to a session, so it does not say who sends it"}
	}
	return err
}

// handedKey is the same for all spellings of a token: of a JWT the claims count, since its
// segments and its signature can be written in several ways, whatever it is signed with.
func handedKey(token string) string {
	text := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || !unicode.IsGraphic(r) {
			return -1
		}
		return r
	}, token)
	if claims := claimsText(text); claims != nil {
		text = string(claims)
	}
	sum := sha256.Sum256([]byte(text))
	return "oauth-told:" + base64.RawURLEncoding.EncodeToString(sum[:])
}

// claimsText are the claims of a JWT as they were signed, nil for any other token. Who
// verifies it may be a provider that reads base64 in any alphabet, with padding, and
// passes over what belongs to none.
func claimsText(token string) []byte {
	segments := strings.Split(token, ".")
	if len(segments) != 3 {
		return nil
	}
	digits := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		case r == '+':
			return '-'
		case r == '/':
			return '_'
		}
		return -1
	}, segments[1])
	claims, err := base64.RawURLEncoding.DecodeString(digits)
	if err != nil || jsontext.Value(claims).Kind() != '{' {
		return nil
	}
	return claims
}
