package oauth

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
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

// Claims are the claims of an ID token that was verified.
type Claims struct {
	Issuer   string
	Subject  string
	Audience []string
	// AuthorizedParty is "azp", Nonce "nonce", SessionID "sid": "" if the token has none.
	AuthorizedParty, Nonce, SessionID string
	// Expires, IssuedAt and AuthTime are times of the token; AuthTime is zero if unknown.
	Expires, IssuedAt, AuthTime time.Time
	// Class is "acr", the authentication context class; Methods is "amr".
	Class   string
	Methods []string
	// Raw are all claims as JSON.
	Raw jsontext.Value

	notBefore *float64
}

// Decode fills into, a pointer to a struct, with the claims.
func (c *Claims) Decode(into any) error { return json.Unmarshal(c.Raw, into) }

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

// rawClaims are the registered claims as they are on the wire. Times must be numbers.
type rawClaims struct {
	Issuer    string         `json:"iss"`
	Subject   string         `json:"sub"`
	Audience  jsontext.Value `json:"aud"`
	Azp       string         `json:"azp"`
	Nonce     string         `json:"nonce"`
	SessionID string         `json:"sid"`
	Expires   *float64       `json:"exp"`
	IssuedAt  *float64       `json:"iat"`
	NotBefore *float64       `json:"nbf"`
	AuthTime  *float64       `json:"auth_time"`
	Class     string         `json:"acr"`
	Methods   []string       `json:"amr"`
}

// ParseClaims reads the claims of a token whose signature was verified, such as a provider
// answers that verifies its tokens itself. If they are none, the error is an
// *InvalidTokenError.
func ParseClaims(payload jsontext.Value) (*Claims, error) {
	var in rawClaims
	if err := json.Unmarshal(payload, &in); err != nil {
		return nil, invalidToken("has claims of the wrong type")
	}
	claims := &Claims{
		Issuer: in.Issuer, Subject: in.Subject, AuthorizedParty: in.Azp, Nonce: in.Nonce, SessionID: in.SessionID,
		Expires: numericDate(in.Expires), IssuedAt: numericDate(in.IssuedAt), AuthTime: numericDate(in.AuthTime),
		Class: in.Class, Methods: in.Methods, Raw: payload, notBefore: in.NotBefore,
	}
	var err error
	switch in.Audience.Kind() {
	case '"':
		claims.Audience = []string{asText(in.Audience)}
	case '[':
		err = json.Unmarshal(in.Audience, &claims.Audience)
	}
	if err != nil {
		return nil, invalidToken("has an audience of the wrong type")
	}
	return claims, nil
}

// numericDate is a NumericDate of RFC 7519; absurd ones are the zero time, which no check
// accepts.
func numericDate(n *float64) time.Time {
	if n == nil || *n < 1 || *n > 1e11 {
		return time.Time{}
	}
	return time.Unix(int64(*n), 0)
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

// CheckAccessToken compares an access token that came with the ID token of these claims
// with at_hash, if the ID token has one (section 3.1.3.6). The error is an
// *InvalidTokenError.
func (c *Claims) CheckAccessToken(idToken, accessToken string) error {
	var in struct {
		Hash jsontext.Value `json:"at_hash"`
	}
	if err := c.Decode(&in); err != nil || in.Hash == nil || accessToken == "" {
		return err
	}
	signed, err := jose.ParseSignedCompact(idToken, []jose.SignatureAlgorithm{
		jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512, jose.EdDSA})
	if err != nil {
		return invalidToken("has no known algorithm")
	}
	var h hash.Hash
	switch algorithm := signed.Signatures[0].Protected.Algorithm; {
	case strings.HasSuffix(algorithm, "256"):
		h = sha256.New()
	case strings.HasSuffix(algorithm, "384"):
		h = sha512.New384()
	default:
		h = sha512.New()
	}
	h.Write([]byte(accessToken))
	sum := h.Sum(nil)
	want := base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
	if subtle.ConstantTimeCompare([]byte(strings.TrimRight(asText(in.Hash), "=")), []byte(want)) != 1 {
		return invalidToken("belongs to another access token")
	}
	return nil
}

// StoredClaims reads the claims of an ID token that was verified before it was stored,
// and whose signature and times therefore are not looked at again. It is nil for what is
// no such token.
func StoredClaims(token string) *Claims {
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{
		jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512, jose.EdDSA})
	if err != nil {
		return nil
	}
	claims, err := ParseClaims(signed.UnsafePayloadWithoutVerification())
	if err != nil {
		return nil
	}
	return claims
}
