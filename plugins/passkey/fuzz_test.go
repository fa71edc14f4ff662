package passkey_test

import (
	"net/http"
	"testing"

	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/go-json-experiment/json/jsontext"
)

// Whatever an authenticator or somebody in its place sends, the answer is a
// 4xx and nothing is stored. The seeds are honest responses to other challenges.

func FuzzVerifyRegistration(f *testing.F) {
	kit := newKit(f, passkey.Config{})
	alice := kit.SignedIn("alice@example.com")
	options := alice.Get(registerOptions).Want(http.StatusOK).Body
	for _, alg := range []passkeytest.Algorithm{passkeytest.ES256, passkeytest.EdDSA, passkeytest.RS256} {
		for _, attestation := range []passkeytest.Attestation{passkeytest.AttestationNone, passkeytest.AttestationPackedSelf} {
			response, err := newAuthenticator().Create(options, passkeytest.CreateOptions{Algorithm: alg, Attestation: attestation})
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(response))
		}
	}
	f.Fuzz(func(t *testing.T, response string) {
		if !jsontext.Value(response).IsValid() {
			return
		}
		c := kit.With(t).SignedIn("alice@example.com")
		c.Get(registerOptions).Want(http.StatusOK)
		answer := c.Post(verifyRegistration, `{"response":`+response+`}`)
		if answer.Status < 400 || answer.Status > 499 {
			t.Errorf("%d %s", answer.Status, answer.Body)
		}
	})
}

func FuzzVerifyAuthentication(f *testing.F) {
	kit := newKit(f, passkey.Config{})
	alice := kit.SignedIn("alice@example.com")
	for _, alg := range []passkeytest.Algorithm{passkeytest.ES256, passkeytest.EdDSA, passkeytest.RS256} {
		a := newAuthenticator()
		response, err := a.Create(alice.Get(registerOptions).Want(http.StatusOK).Body, passkeytest.CreateOptions{Algorithm: alg})
		if err != nil {
			f.Fatal(err)
		}
		alice.Post(verifyRegistration, map[string]any{"response": jsontext.Value(response)}).Want(http.StatusOK)
		response, err = a.Get(kit.Client().Post(authenticateOptions, nil).Want(http.StatusOK).Body, passkeytest.GetOptions{})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(response))
	}
	f.Fuzz(func(t *testing.T, response string) {
		if !jsontext.Value(response).IsValid() {
			return
		}
		c := kit.With(t).Client()
		c.Header.Set("Sec-Fetch-Site", "same-origin")
		c.Post(authenticateOptions, nil).Want(http.StatusOK)
		answer := c.Post(verifyAuthenticate, `{"response":`+response+`}`)
		if answer.Status < 400 || answer.Status > 499 {
			t.Errorf("%d %s", answer.Status, answer.Body)
		}
	})
}
