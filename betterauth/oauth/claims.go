package oauth

import (
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"hash"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

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
