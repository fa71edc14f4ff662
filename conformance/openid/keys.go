package openid

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// signingKey is a key pair of the provider.
type signingKey struct {
	id        string
	algorithm jose.SignatureAlgorithm
	private   crypto.Signer
}

func (k signingKey) ID() string                                  { return k.id }
func (k signingKey) SignatureAlgorithm() jose.SignatureAlgorithm { return k.algorithm }
func (k signingKey) Key() any                                    { return k.private }

// publicKey is the half of it that is published.
type publicKey struct{ signingKey }

var _ op.Key = publicKey{}

func (k publicKey) Algorithm() jose.SignatureAlgorithm { return k.algorithm }
func (k publicKey) Use() string                        { return "sig" }
func (k publicKey) Key() any                           { return k.private.Public() }

// RotateKeys makes a new key that signs from now on. The older ones stay published
// until [Provider.ForgetKeys].
func (p *Provider) RotateKeys() error {
	key := signingKey{id: rand.Text(), algorithm: jose.SignatureAlgorithm(p.config.Algorithm)}
	var err error
	switch key.algorithm {
	case jose.RS256, jose.PS256:
		key.private, err = rsa.GenerateKey(rand.Reader, 2048)
	case jose.ES256:
		key.private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	default:
		err = fmt.Errorf("openid: Config.Algorithm is %q; use RS256, PS256 or ES256", p.config.Algorithm)
	}
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = append([]signingKey{key}, p.keys...)
	return nil
}

// ForgetKeys publishes no key any more but the one that signs.
func (p *Provider) ForgetKeys() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = p.keys[:1]
}

// Sign returns the claims as a JWT, signed as an ID token is. It is for tokens that
// a correct provider never issues; typ is the header's, "JWT" if empty.
func (p *Provider) Sign(claims map[string]any, typ string) (string, error) {
	p.mu.Lock()
	key := p.keys[0]
	p.mu.Unlock()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: key.algorithm, Key: jose.JSONWebKey{Key: key.private, KeyID: key.id}},
		new(jose.SignerOptions).WithType(jose.ContentType(orElse(typ, "JWT"))))
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}
