package oauth_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
)

var (
	rsaKey, _        = rsa.GenerateKey(rand.Reader, 2048)
	p256Key, _       = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p384Key, _       = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	p521Key, _       = ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	p224Key, _       = ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	_, ed25519Key, _ = ed25519.GenerateKey(rand.Reader)
	everyJWT         = []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512, jose.EdDSA, jose.HS256}
	grantedTokens    = `{"access_token":"at","token_type":"bearer"}`
)

// elsewhere is a signer of which nothing but the interface is known, as that of a
// hardware module.
type elsewhere struct{ crypto.Signer }

// assertion exchanges a code and returns the form that came.
func assertion(t *testing.T, p *oauth.Provider) url.Values {
	t.Helper()
	var form url.Values
	c := caller(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		if r.Header.Get("Authorization") != "" {
			t.Error("there is a header Authorization as well")
		}
		form = r.PostForm
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, grantedTokens)
	})
	if _, err := p.Exchange(t.Context(), c, oauth.Callback{Code: "code"}); err != nil {
		t.Fatal(err)
	}
	return form
}

type assertionClaims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Audience string `json:"aud"`
	ID       string `json:"jti"`
	Issued   int64  `json:"iat"`
	Expires  int64  `json:"exp"`
}

// opened verifies an assertion.
func opened(t *testing.T, form url.Values, key any) (header jose.Header, claims assertionClaims) {
	t.Helper()
	if form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" || form.Get("client_id") != "client" || form.Has("client_secret") {
		t.Errorf("the form is %v", form)
	}
	signed, err := jose.ParseSignedCompact(form.Get("client_assertion"), everyJWT)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := signed.Verify(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatalf("%v: %s", err, payload)
	}
	return signed.Signatures[0].Protected, claims
}

func TestPrivateKeyJWT(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		by   oauth.PrivateKeyJWT
		want string
	}{
		"RSA":               {oauth.PrivateKeyJWT{Key: rsaKey}, "RS256"},
		"RSA with PS256":    {oauth.PrivateKeyJWT{Key: rsaKey, Algorithm: "PS256"}, "PS256"},
		"P-256":             {oauth.PrivateKeyJWT{Key: p256Key, KeyID: "k1"}, "ES256"},
		"P-384":             {oauth.PrivateKeyJWT{Key: p384Key}, "ES384"},
		"P-521":             {oauth.PrivateKeyJWT{Key: p521Key, Algorithm: "ES512"}, "ES512"},
		"Ed25519":           {oauth.PrivateKeyJWT{Key: ed25519Key}, "EdDSA"},
		"RSA elsewhere":     {oauth.PrivateKeyJWT{Key: elsewhere{rsaKey}, Algorithm: "PS384"}, "PS384"},
		"P-256 elsewhere":   {oauth.PrivateKeyJWT{Key: elsewhere{p256Key}}, "ES256"},
		"Ed25519 elsewhere": {oauth.PrivateKeyJWT{Key: elsewhere{ed25519Key}}, "EdDSA"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := c.by.Problem(); err != nil {
				t.Fatal(err)
			}
			p := provider()
			p.Client.Authentication = c.by
			header, claims := opened(t, assertion(t, p), c.by.Key.Public())
			if header.Algorithm != c.want || header.KeyID != c.by.KeyID {
				t.Errorf("the header is %+v", header)
			}
			if claims.Issuer != "client" || claims.Subject != "client" || claims.Issued != start.Unix() || claims.Expires != start.Add(time.Minute).Unix() || len(claims.ID) < 20 {
				t.Errorf("the claims are %+v", claims)
			}
			if _, again := opened(t, assertion(t, p), c.by.Key.Public()); again.ID == claims.ID {
				t.Error("two assertions have the same jti")
			}
		})
	}
}

func TestAudienceOfAnAssertion(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ issuer, own, want string }{
		"the issuer":         {"https://issuer.example", "", "https://issuer.example"},
		"the token endpoint": {"", "", "https://provider.example/token"},
		"what is configured": {"https://issuer.example", "https://own.example", "https://own.example"},
	} {
		p := provider()
		p.Issuer, p.Authentication = c.issuer, oauth.PrivateKeyJWT{Key: p256Key, Audience: c.own}
		if _, claims := opened(t, assertion(t, p), p256Key.Public()); claims.Audience != c.want {
			t.Errorf("%s: the audience is %q", name, claims.Audience)
		}
	}
}

func TestSecretJWT(t *testing.T) {
	t.Parallel()
	p := provider()
	p.Authentication, p.Client.Secret = oauth.SecretJWT, "0123456789abcdef0123456789abcdef"
	if header, claims := opened(t, assertion(t, p), []byte(p.Client.Secret)); header.Algorithm != "HS256" || claims.Subject != "client" {
		t.Errorf("%+v %+v", header, claims)
	}
}

func TestKeysThatCannotSign(t *testing.T) {
	t.Parallel()
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	for name, by := range map[string]oauth.Authentication{
		"no key":                     oauth.PrivateKeyJWT{},
		"a short key":                oauth.PrivateKeyJWT{Key: short},
		"a curve that JOSE lacks":    oauth.PrivateKeyJWT{Key: p224Key},
		"the algorithm of another":   oauth.PrivateKeyJWT{Key: p256Key, Algorithm: "RS256"},
		"the algorithm of a secret":  oauth.PrivateKeyJWT{Key: rsaKey, Algorithm: "HS256"},
		"no algorithm":               oauth.PrivateKeyJWT{Key: rsaKey, Algorithm: "none"},
		"a secret too short to sign": oauth.SecretJWT,
	} {
		p := provider()
		p.Authentication = by
		_, err := p.Exchange(t.Context(), caller(func(http.ResponseWriter, *http.Request) { t.Errorf("%s: a request was sent", name) }), oauth.Callback{Code: "c"})
		if err == nil {
			t.Errorf("%s is no error", name)
		}
		if key, ok := by.(oauth.PrivateKeyJWT); ok && key.Problem() == nil {
			t.Errorf("%s is no problem", name)
		}
		keepsSecrets(t, err, "s3cret")
	}
}
