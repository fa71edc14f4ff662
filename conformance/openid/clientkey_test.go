package openid_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/conformance/openid"
	"github.com/go-jose/go-jose/v4"
)

// A client with a key signs people in where no secret would do.
func TestSocialAuthenticatesByAKey(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		by   oauth.Authentication
		want string
	}{
		"its key":              {oauth.PrivateKeyJWT{Key: key, KeyID: "k1"}, "/new"},
		"another key":          {oauth.PrivateKeyJWT{Key: other, KeyID: "k1"}, "/failed?error=invalid_code"},
		"for another provider": {oauth.PrivateKeyJWT{Key: key, KeyID: "k1", Audience: "https://elsewhere.example"}, "/failed?error=invalid_code"},
		"a secret":             {oauth.SecretPost, "/failed?error=invalid_code"},
	} {
		op := openid.New(t, openid.Config{Algorithm: "ES256", Clients: []openid.Client{{ID: "site", Secret: "a secret", Auth: openid.PrivateKeyJWT, RedirectURIs: []string{callback},
			Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k1", Algorithm: "ES256", Use: "sig"}}, RequirePKCE: true}}})
		s := newSiteAt(t, nil, op, oauth.Client{ID: "site", Secret: "a secret", Authentication: c.by})
		if to := s.flow(s.Client(), "/sign-in/social", ada); to != c.want {
			t.Errorf("%s: the sign-in leads to %s but must lead to %s", name, to, c.want)
		}
	}
}
