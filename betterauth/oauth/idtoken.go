package oauth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json/jsontext"
)

// Skew is how much the clocks of a provider and of this server may differ.
const Skew = 30 * time.Second

// maxIDToken is the length of the longest ID token in bytes.
const maxIDToken = 64 << 10

// IDTokens says how a provider's ID tokens are verified (OpenID Connect Core 1.0, section
// 3.1.3.7). What decides comes from here, never from a token.
type IDTokens struct {
	// KeysURL is the provider's key set (RFC 7517), or its discovery document (OpenID
	// Connect Discovery 1.0, section 4), which ends in "/.well-known/openid-configuration"
	// and says where the key set is. Required without Verify.
	KeysURL string
	// Issuers are the issuers that the provider uses: the token's must be one of them.
	// Required without CheckIssuer.
	Issuers []string
	// CheckIssuer replaces Issuers where the issuer depends on other claims, such as a
	// tenant. Default nil.
	CheckIssuer func(claims *Claims) error
	// Audiences replaces the Client's ID and Audiences. Default: these.
	Audiences []string
	// Algorithms are the accepted signature algorithms. Default RS256 alone. Algorithms
	// with a shared secret, and "none", are never accepted.
	Algorithms []string
	// MaxAge is how old a token may be that a client sends, by its time of issue. Default
	// 0: as old as its expiry allows.
	MaxAge time.Duration
	// HashedNonce also accepts the SHA-256 of the nonce in hexadecimal, as Apple's
	// libraries send it. Default false.
	HashedNonce bool
	// OnlyExchanged accepts no tokens that clients send, only those of the token endpoint.
	// Default false.
	OnlyExchanged bool
	// AnyParty accepts a token that a client sends although it was issued to another client
	// for this application, as Google's are for native apps: azp names the app, aud this
	// application. Without it such a token may be an access token that an application of
	// somebody else got for an API of ours. Default false.
	AnyParty bool
	// Check looks at the claims of a token that is otherwise valid. Default nil.
	Check func(claims *Claims) error
	// Verify replaces everything above but Check, for a provider that verifies its tokens
	// itself: it must see to everything that CheckClaims does not. Default nil.
	Verify func(ctx context.Context, c *Caller, p *Provider, token, nonce string) (*Claims, error)
}

// InvalidTokenError says why an ID token or a logout token was refused, for the log. It holds no part of
// the token.
type InvalidTokenError struct {
	Reason string

	err    error // of a check of the provider
	logout bool  // it is a logout token
}

// Error implements error.
func (e *InvalidTokenError) Error() string {
	if e.logout {
		return "oauth: the logout token " + e.Reason
	}
	return "oauth: the ID token " + e.Reason
}

// Unwrap returns what a check of the provider's said.
func (e *InvalidTokenError) Unwrap() error { return e.err }

// refusedBy is the error of a provider's own check of the claims.
func refusedBy(err error) error {
	if _, ok := errors.AsType[*InvalidTokenError](err); ok || err == nil {
		return err
	}
	return &InvalidTokenError{Reason: "is refused by the provider's rules: " + err.Error(), err: err}
}

func invalidToken(format string, args ...any) error {
	return &InvalidTokenError{Reason: fmt.Sprintf(format, args...)}
}

// VerifyIDToken verifies an ID token that a client sends: its signature by a key of the
// provider, issuer, audience, expiry, time of issue and age. nonce must equal the
// token's, unless it is "". If the token is refused, the error is an *InvalidTokenError;
// any other error says that the provider's keys could not be read.
func (p *Provider) VerifyIDToken(ctx context.Context, c *Caller, token, nonce string) (*Claims, error) {
	return p.verify(ctx, c, token, nonce, true)
}

// verify verifies a token. sent says that a client sent it, rather than the provider's
// token endpoint.
func (p *Provider) verify(ctx context.Context, c *Caller, token, nonce string, sent bool) (claims *Claims, err error) {
	rules := p.IDTokens
	if rules == nil {
		return nil, invalidToken("is of a provider whose tokens are not verified")
	}
	if sent && rules.OnlyExchanged {
		return nil, invalidToken("is of a provider whose tokens no client may send")
	}
	if len(token) > maxIDToken {
		return nil, invalidToken("is too long")
	}
	if rules.Verify != nil {
		if claims, err = rules.Verify(ctx, c, p, token, nonce); err != nil {
			return nil, err
		}
	} else {
		if claims, err = p.signed(ctx, c, token); err != nil {
			return nil, err
		}
		if sent && isAccessToken(claims) {
			return nil, invalidToken("is an access token")
		}
		if err := p.checkClaims(claims, c.Now(), nonce, sent); err != nil {
			return nil, err
		}
	}
	if !isSubject(claims.Subject) {
		return nil, invalidToken("has no subject")
	}
	if rules.Check != nil {
		if err := rules.Check(claims); err != nil {
			return nil, refusedBy(err)
		}
	}
	return claims, nil
}

// signed returns the claims of a token with a signature of the provider.
func (p *Provider) signed(ctx context.Context, c *Caller, token string) (*Claims, error) {
	claims, header, err := p.signedWith(ctx, c, token)
	if err != nil {
		return nil, err
	}
	return claims, checkKind(claims, header)
}

// checkKind refuses tokens of another kind that a provider signs with the same keys for
// the same audience: access tokens say so in their type (RFC 9068, section 2.1), and
// logout tokens by their type or by their events (OpenID Connect Back-Channel Logout 1.0,
// section 2.4). ID tokens have the type JWT or none.
func checkKind(claims *Claims, header jose.Header) error {
	if typ, ok := header.ExtraHeaders[jose.HeaderType]; ok {
		if text, _ := typ.(string); !strings.EqualFold(text, "JWT") {
			return invalidToken("is a token of another kind")
		}
	}
	var in struct {
		Events jsontext.Value `json:"events"`
	}
	if err := claims.Decode(&in); err != nil || in.Events != nil {
		return invalidToken("tells of events, so it is no ID token")
	}
	return nil
}

// isAccessToken reports whether claims are of a token that resource servers see. Some
// providers sign them with the keys of ID tokens, for the same audience, and do not say so
// in the header. What the token endpoint answers cannot be mistaken for one.
func isAccessToken(claims *Claims) bool {
	var in struct {
		Scope  jsontext.Value `json:"scope"`
		Scopes jsontext.Value `json:"scp"`       // at Entra and Okta
		Use    jsontext.Value `json:"token_use"` // at Cognito
		Type   jsontext.Value `json:"typ"`       // at Keycloak
	}
	if claims.Decode(&in) != nil || in.Scope != nil || in.Scopes != nil || in.Use != nil && asText(in.Use) != "id" {
		return true
	}
	return slices.Contains([]string{"Bearer", "DPoP", "Refresh", "Offline"}, asText(in.Type))
}

// signedWith is signed with the header, which is signed as well.
func (p *Provider) signedWith(ctx context.Context, c *Caller, token string) (claims *Claims, header jose.Header, err error) {
	signed, err := jose.ParseSignedCompact(token, p.algorithms())
	if err != nil {
		return nil, header, invalidToken("is no JWT with an algorithm of this provider")
	}
	header = signed.Signatures[0].Protected
	keys, err := c.find(ctx, p.IDTokens.KeysURL, p.PublicNetworkOnly, header.KeyID, header.Algorithm)
	if errors.Is(err, errUnknownKey) {
		return nil, header, invalidToken("names a key that the provider does not have")
	}
	if err != nil {
		return nil, header, err
	}
	for _, key := range keys {
		if payload, err := signed.Verify(key); err == nil {
			claims, err = ParseClaims(payload)
			return claims, header, err
		}
	}
	return nil, header, invalidToken("has no signature of the provider")
}

func (p *Provider) algorithms() []jose.SignatureAlgorithm {
	names := p.IDTokens.Algorithms
	if len(names) == 0 {
		return []jose.SignatureAlgorithm{jose.RS256}
	}
	var accepted []jose.SignatureAlgorithm
	for _, name := range names {
		if asymmetric(name) {
			accepted = append(accepted, jose.SignatureAlgorithm(name))
		}
	}
	return accepted
}

func asymmetric(name string) bool {
	return slices.Contains([]string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}, name)
}

// CheckClaims compares claims of a token that a client sends with IDTokens: issuer,
// audience, expiry, time of issue and age, and the nonce unless that is "". If one is not
// as it must be, the error is an *InvalidTokenError. It is for IDTokens.Verify.
func (p *Provider) CheckClaims(c *Caller, claims *Claims, nonce string) error {
	return p.checkClaims(claims, c.Now(), nonce, true)
}

func (p *Provider) checkClaims(claims *Claims, now time.Time, nonce string, sent bool) error {
	switch {
	case claims.Issuer == "":
		return invalidToken("has no issuer")
	case p.IDTokens.CheckIssuer == nil && !slices.Contains(p.IDTokens.Issuers, claims.Issuer):
		return invalidToken("is of another issuer")
	case claims.Expires.IsZero():
		return invalidToken("has no expiry")
	case claims.IssuedAt.IsZero():
		return invalidToken("has no time of issue")
	case !now.Add(-Skew).Before(claims.Expires):
		return invalidToken("has expired")
	case claims.IssuedAt.After(now.Add(Skew)):
		return invalidToken("is from the future")
	case claims.notBefore != nil && *claims.notBefore > float64(now.Add(Skew).Unix()):
		return invalidToken("is not valid yet")
	case p.IDTokens.MaxAge > 0 && now.Sub(claims.IssuedAt) > p.IDTokens.MaxAge+Skew:
		return invalidToken("is too old")
	}
	if p.IDTokens.CheckIssuer != nil {
		if err := p.IDTokens.CheckIssuer(claims); err != nil {
			return refusedBy(err)
		}
	}
	if err := p.checkAudience(claims, sent); err != nil {
		return err
	}
	if nonce != "" && !p.nonceMatches(claims.Nonce, nonce) {
		return invalidToken("has another nonce, or none")
	}
	return nil
}

// checkAudience wants this application among the audiences, and nobody else whom it does
// not know (section 3.1.3.7, 3 to 5). A token that a client sends may have been issued to
// another client of the same application: Google names the app in azp and the server in
// aud.
func (p *Provider) checkAudience(claims *Claims, sent bool) error {
	ours := p.IDTokens.Audiences
	if len(ours) == 0 {
		ours = append([]string{p.Client.ID}, p.Client.Audiences...)
	}
	if len(claims.Audience) == 0 {
		return invalidToken("has no audience")
	}
	for _, audience := range claims.Audience {
		if audience == "" || !slices.Contains(ours, audience) {
			return invalidToken("is for another client")
		}
	}
	party := claims.AuthorizedParty
	if party == "" && len(claims.Audience) > 1 {
		return invalidToken("is for several clients and does not say to which it was issued")
	}
	if anyParty := sent && p.IDTokens.AnyParty && len(claims.Audience) == 1; party != "" && !anyParty && !slices.Contains(ours, party) {
		return invalidToken("was issued to another client")
	}
	return nil
}

func (p *Provider) nonceMatches(has, want string) bool {
	if subtle.ConstantTimeCompare([]byte(has), []byte(want)) == 1 {
		return true
	}
	if !p.IDTokens.HashedNonce {
		return false
	}
	sum := sha256.Sum256([]byte(want))
	return subtle.ConstantTimeCompare([]byte(has), []byte(hex.EncodeToString(sum[:]))) == 1
}
