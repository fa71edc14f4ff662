package passkey_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/go-json-experiment/json/jsontext"
)

// Whatever a visitor claims or sends, the answer is never a 5xx, and nobody is
// created by options alone.

func FuzzRegistrationContext(f *testing.F) {
	kit := newKit(f, open(nil))
	for _, context := range []string{"Ada", "ada@example.com", "", "\x00", "\xff", passkey.ContextConditional, "a\u202eb", `{"id":1}`, "@", "x@passkey.placeholder.invalid"} {
		f.Add(context, "", "")
	}
	f.Add("Ada", "conditional", "platform")
	f.Fuzz(func(t *testing.T, context, mediation, name string) {
		c := kit.With(t).Client()
		query := url.Values{"context": {context}, "name": {name}}
		if mediation != "" {
			query.Set("mediation", mediation)
		}
		if answer := c.Get(registerOptions + "?" + query.Encode()); answer.Status >= 500 {
			t.Errorf("%d %s", answer.Status, answer.Body)
		}
		if n, err := kit.With(t).Users().Count(t.Context()); n != 0 || err != nil {
			t.Errorf("%d users, %v", n, err)
		}
	})
}

func FuzzVerifyStepUp(f *testing.F) {
	kit := newKit(f, passkey.Config{})
	alice, a := kit.SignedIn("alice@example.com"), newAuthenticator()
	made, err := a.Create(alice.Get(registerOptions).Want(http.StatusOK).Body, passkeytest.CreateOptions{})
	if err != nil {
		f.Fatal(err)
	}
	alice.Post(verifyRegistration, map[string]any{"response": jsontext.Value(made)}).Want(http.StatusOK)
	proof, err := a.Get(alice.Get(stepUpOptions).Want(http.StatusOK).Body, passkeytest.GetOptions{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(proof))
	f.Add(string(made))
	f.Add(`{}`)
	f.Fuzz(func(t *testing.T, response string) {
		if !jsontext.Value(response).IsValid() {
			return
		}
		c := kit.With(t).SignedIn("alice@example.com")
		c.Get(stepUpOptions).Want(http.StatusOK)
		answer := c.Post(verifyStepUp, `{"response":`+response+`}`)
		if answer.Status < 400 || answer.Status > 499 {
			t.Errorf("%d %s", answer.Status, answer.Body)
		}
	})
}
