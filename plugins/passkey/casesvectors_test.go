package passkey_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/internal/published"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest/cases"
	"github.com/go-json-experiment/json/jsontext"
)

// Under the default policy the endpoints take the specification's pairs that the
// page of cases says they take, and no others.
func TestVectorsUnderTheDefaultPolicy(t *testing.T) {
	t.Parallel()
	listed := map[string]cases.Vector{}
	for _, v := range cases.Vectors() {
		listed[v.ID] = v
	}
	for _, v := range published.Pairs(t) {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			kit := plugintest.NewWith(t, plugintest.Options{
				Config: betterauth.Config{BaseURL: published.Origin}, Plugins: []betterauth.Plugin{passkey.New(passkey.Config{RPID: published.RPID})},
			})
			alice := kit.SignedIn("alice@example.com")
			alice.SetCookie("__Secure-better-auth.session_token", alice.Session.Token+"."+kit.Host.Sign(alice.Session.Token))
			send := func(kind, path, pairChallenge string, body []byte) *plugintest.Answer {
				t.Helper()
				challenge := `{"type":"` + kind + `","expectedChallenge":"` + pairChallenge + `","userData":{"id":"` + alice.User.ID + `"}}`
				if _, err := kit.Host.Verifications().Create(t.Context(), kind, challenge, time.Minute); err != nil {
					t.Fatal(err)
				}
				alice.SetCookie("__Secure-better-auth.better-auth-passkey", kind+"."+kit.Host.Sign(kind))
				return alice.Post(path, map[string]any{"response": jsontext.Value(body)})
			}
			want, ok := listed[v.ID]
			if !ok {
				t.Fatal("it is not among cases.Vectors")
			}
			answer := send("registration", verifyRegistration, v.Registration.Challenge, v.RegistrationBody(t))
			if want.Unverifiable != "" || want.Declined != "" {
				answer.WantError(passkey.ErrRegistrationFailed)
				return
			}
			answer.Want(http.StatusOK)
			send("authentication", verifyAuthenticate, v.Authentication.Challenge, v.AuthenticationBody(t, "")).Want(http.StatusOK)
		})
	}
}
