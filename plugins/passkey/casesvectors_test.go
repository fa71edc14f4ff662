package passkey_test

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest/cases"
	"github.com/go-json-experiment/json"
)

// w3cPairs are the test vectors of the specification. Its licence keeps them out
// of this repository.
type w3cPairs struct {
	RPID    string `json:"rpId"`
	Origin  string `json:"origin"`
	Vectors []struct {
		ID           string            `json:"id"`
		Registration map[string]string `json:"registration"`
		// Authentication holds hexadecimal text, as Registration does.
		Authentication map[string]string `json:"authentication"`
	} `json:"vectors"`
}

// Under the default policy the endpoints take the specification's pairs that the
// page of cases says they take, and no others.
func TestVectorsUnderTheDefaultPolicy(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../../shared/vectors/webauthn/w3c-webauthn-l3-vectors.json")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("put the WebAuthn vectors into ../shared/vectors/webauthn beside the project to run this test")
	}
	if err != nil {
		t.Fatal(err)
	}
	var file w3cPairs
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	listed := map[string]cases.Vector{}
	for _, v := range cases.Vectors() {
		listed[v.ID] = v
	}
	for _, v := range file.Vectors {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			kit := plugintest.NewWith(t, plugintest.Options{
				Config: betterauth.Config{BaseURL: file.Origin}, Plugins: []betterauth.Plugin{passkey.New(passkey.Config{RPID: file.RPID})},
			})
			alice := kit.SignedIn("alice@example.com")
			alice.SetCookie("__Secure-better-auth.session_token", alice.Session.Token+"."+kit.Host.Sign(alice.Session.Token))
			id := b64OfHex(t, v.Registration["credential_id"])
			send := func(kind, path string, pair map[string]string, members ...string) *plugintest.Answer {
				t.Helper()
				challenge := `{"type":"` + kind + `","expectedChallenge":"` + b64OfHex(t, pair["challenge"]) + `","userData":{"id":"` + alice.User.ID + `"}}`
				if _, err := kit.Host.Verifications().Create(t.Context(), kind, challenge, time.Minute); err != nil {
					t.Fatal(err)
				}
				alice.SetCookie("__Secure-better-auth.better-auth-passkey", kind+"."+kit.Host.Sign(kind))
				inner := map[string]any{}
				for _, member := range members {
					inner[member] = b64OfHex(t, pair[member])
				}
				return alice.Post(path, map[string]any{"response": map[string]any{"id": id, "rawId": id, "type": "public-key", "response": inner}})
			}
			want := listed[v.ID]
			answer := send("registration", verifyRegistration, v.Registration, "clientDataJSON", "attestationObject")
			if want.Unverifiable != "" || want.Declined != "" {
				answer.WantError(passkey.ErrRegistrationFailed)
				return
			}
			answer.Want(http.StatusOK)
			send("authentication", verifyAuthenticate, v.Authentication, "clientDataJSON", "authenticatorData", "signature").Want(http.StatusOK)
		})
	}
}

func b64OfHex(t *testing.T, text string) string {
	t.Helper()
	raw, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}
