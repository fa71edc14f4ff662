package social_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/plugins/social"
	"github.com/better-auth-go/better-auth/plugins/social/socialtest"
)

// A discovery document cannot lead to keys that anybody on the way could replace.
func TestDiscoveredKeysAreProtected(t *testing.T) {
	t.Parallel()
	const document = "https://idp.paybin.io/.well-known/openid-configuration"
	for keys, asked := range map[string]bool{
		"https://idp.paybin.io/set": true,
		"https://192.0.2.1/set":     true,
		"https://127.0.0.1/set":     false,
		"http://keys.example/set":   false,
		"http://idp.paybin.io/set":  false,
		"file:///etc/keys":          false,
		"":                          false,
	} {
		t.Run(keys, func(t *testing.T) {
			t.Parallel()
			transport := socialtest.NewTransport()
			transport.Handle("GET "+document, func(w http.ResponseWriter, _ *http.Request) {
				_, _ = w.Write([]byte(`{"issuer":"https://idp.paybin.io","jwks_uri":"` + keys + `"}`))
			})
			p := social.Paybin(client)
			p.IDTokens.OnlyExchanged = false
			// A header with RS256 and a key id; the rest does not matter without a key.
			const token = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ.e30.c2ln"
			if _, err := p.VerifyIDToken(t.Context(), oauth.NewCaller(&http.Client{Transport: transport}, socialtest.Now), token, ""); err == nil {
				t.Error("the token is accepted")
			}
			requests := transport.Requests()
			if len(requests) == 0 || requests[0].Address() != "GET "+document {
				t.Fatalf("the requests are %v but the first must be for the document", requests)
			}
			if got := len(requests) > 1 && strings.HasSuffix(requests[1].Address(), keys); got != asked {
				t.Errorf("asking for the keys at %q is %t but must be %t", keys, got, asked)
			}
		})
	}
}
