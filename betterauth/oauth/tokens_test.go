package oauth_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"maps"
	"net/http"
	"sync"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
)

const keysURL = "https://provider.example/keys"

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// Two keys of a kind: the provider's and another's.
var (
	rsaKeys = sync.OnceValue(func() [2]crypto.Signer {
		return [2]crypto.Signer{must(rsa.GenerateKey(rand.Reader, 2048)), must(rsa.GenerateKey(rand.Reader, 2048))}
	})
	ecKey = sync.OnceValue(func() crypto.Signer { return must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader)) })
	edKey = sync.OnceValue(func() crypto.Signer { _, key, err := ed25519.GenerateKey(rand.Reader); return must(key, err) })
)

type claims map[string]any

// valid are the claims of a token that nothing is wrong with, changed by others; nil
// removes one.
func valid(changes claims) claims {
	all := claims{"iss": "https://provider.example", "sub": "subject", "aud": "client", "iat": start.Unix(), "exp": start.Unix() + 600}
	maps.Copy(all, changes)
	maps.DeleteFunc(all, func(_ string, value any) bool { return value == nil })
	return all
}

func sign(t testing.TB, key any, kid string, algorithm jose.SignatureAlgorithm, c any) string {
	t.Helper()
	options := &jose.SignerOptions{}
	if kid != "" {
		options = options.WithHeader("kid", kid)
	}
	payload, ok := c.([]byte)
	if !ok {
		payload = must(json.Marshal(c))
	}
	signer := must(jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, options))
	return must(must(signer.Sign(payload)).CompactSerialize())
}

// token is one of the provider's.
func token(t testing.TB, changes claims) string {
	t.Helper()
	return sign(t, rsaKeys()[0], "one", jose.RS256, valid(changes))
}

// keySet is a set of public keys, as it is on the wire.
func keySet(keys ...jose.JSONWebKey) string {
	return string(must(json.Marshal(jose.JSONWebKeySet{Keys: keys})))
}

func publicKey(kid string, key crypto.Signer, algorithm string) jose.JSONWebKey {
	return jose.JSONWebKey{Key: key.Public(), KeyID: kid, Algorithm: algorithm}
}

// verifier is a provider with ID tokens, and a Caller that gets its keys.
func verifier() (*oauth.Provider, *oauth.Caller) {
	p := provider()
	p.IDTokens = &oauth.IDTokens{KeysURL: keysURL, Issuers: []string{"https://provider.example"}}
	p.User = claimed
	set := keySet(publicKey("one", rsaKeys()[0], "RS256"), publicKey("ec", ecKey(), "ES384"), publicKey("ed", edKey(), ""))
	return p, caller(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.String() != keysURL {
			http.NotFound(w, r)
			return
		}
		answering(200, "application/json", set)(w, r)
	})
}
