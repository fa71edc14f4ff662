package oauth

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/cryptosigner"
	"github.com/go-jose/go-jose/v4/jwt"
)

const (
	assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	// assertionLife is how long an assertion counts: as long as one request takes.
	assertionLife = time.Minute
)

// PrivateKeyJWT authenticates a client by a JWT that its private key signs (RFC 7523,
// section 2.2): "private_key_jwt" of OpenID Connect Core 1.0, section 9. The provider
// knows the public key. Each request gets a new JWT, which lives for a minute. It is safe
// for concurrent use if Key is.
type PrivateKeyJWT struct {
	// Key signs: RSA of 2048 bits or more, ECDSA on P-256, P-384 or P-521, or Ed25519. It
	// may be one that is kept elsewhere, such as in a hardware module. Required.
	Key crypto.Signer
	// KeyID is the header "kid", by which the provider finds the public key. Default
	// none, for a client with one key.
	KeyID string
	// Algorithm is the header "alg". Default by Key: RS256, that of the curve, or EdDSA.
	// An RSA key also has RS384, RS512, PS256, PS384 and PS512.
	Algorithm string
	// Audience is the claim "aud". Default: Provider.Issuer, and without one the token
	// endpoint. The issuer is what the revision of RFC 7523 asks for: a provider that
	// names somebody else's token endpoint as its own then gets nothing that counts there.
	// Set the token endpoint for a provider that accepts nothing else.
	Audience string
}

// Authenticate implements Authentication.
func (k PrivateKeyJWT) Authenticate(_ context.Context, r *TokenRequest) error {
	algorithm, err := k.algorithm()
	if err != nil {
		return err
	}
	return r.assert(jose.SigningKey{Algorithm: algorithm, Key: cryptosigner.Opaque(k.Key)}, k.KeyID, k.Audience)
}

// Problem says what is wrong with the key, for Build; the remedy follows a semicolon. It
// is nil for a key that can be used.
func (k PrivateKeyJWT) Problem() error { _, err := k.algorithm(); return err }

var curves = map[elliptic.Curve]string{elliptic.P256(): "ES256", elliptic.P384(): "ES384", elliptic.P521(): "ES512"}

func (k PrivateKeyJWT) algorithm() (jose.SignatureAlgorithm, error) {
	if k.Key == nil {
		return "", errors.New("has a PrivateKeyJWT without a Key; set the client's private key")
	}
	var able []string
	switch public := k.Key.Public().(type) {
	case *rsa.PublicKey:
		if public.N.BitLen() < 2048 {
			return "", errors.New("has a PrivateKeyJWT with a short RSA key; use one of 2048 bits or more")
		}
		able = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}
	case *ecdsa.PublicKey:
		if name := curves[public.Curve]; name != "" {
			able = []string{name}
		}
	case ed25519.PublicKey:
		able = []string{"EdDSA"}
	}
	switch {
	case len(able) == 0:
		return "", errors.New("has a PrivateKeyJWT with a key of another kind; use RSA, ECDSA on P-256, P-384 or P-521, or Ed25519")
	case k.Algorithm == "":
		return jose.SignatureAlgorithm(able[0]), nil
	case !slices.Contains(able, k.Algorithm):
		return "", fmt.Errorf("has a PrivateKeyJWT with an Algorithm that its key does not have; leave it empty, or use one of %v", able)
	}
	return jose.SignatureAlgorithm(k.Algorithm), nil
}

// SecretJWT authenticates a client by a JWT that its secret signs with HS256, so that the
// secret itself is not sent: "client_secret_jwt" of OpenID Connect Core 1.0, section 9.
// The secret must have 32 bytes or more. The audience is that of PrivateKeyJWT.
var SecretJWT Authentication = AuthenticationFunc(secretJWT)

func secretJWT(_ context.Context, r *TokenRequest) error {
	secret := []byte(r.Provider.Client.Secret)
	if len(secret) < 32 {
		return errors.New("oauth: a client secret that signs needs 32 bytes")
	}
	return r.assert(jose.SigningKey{Algorithm: jose.HS256, Key: secret}, "", "")
}

// assert adds a client assertion (RFC 7523, sections 2.2 and 3).
func (r *TokenRequest) assert(key jose.SigningKey, kid, audience string) error {
	options := &jose.SignerOptions{}
	options.WithType("JWT")
	if kid != "" {
		options.WithHeader("kid", kid)
	}
	signer, err := jose.NewSigner(key, options)
	if err != nil {
		return err
	}
	id := r.Provider.Client.ID
	assertion, err := jwt.Signed(signer).Claims(struct {
		jwt.Claims
		// Audience is text, not a list of one: some providers take no list.
		Audience string `json:"aud"`
	}{jwt.Claims{
		Issuer: id, Subject: id, ID: rand.Text(),
		IssuedAt: jwt.NewNumericDate(r.Now), Expiry: jwt.NewNumericDate(r.Now.Add(assertionLife)),
	}, orElse(audience, orElse(r.Provider.Issuer, r.Provider.TokenURL))}).Serialize()
	if err != nil {
		return err
	}
	// RFC 7521, section 4.2, leaves it out or wants the same id; some providers need it.
	r.Form.Set("client_id", id)
	r.Form.Set("client_assertion_type", assertionType)
	r.Form.Set("client_assertion", assertion)
	return nil
}
