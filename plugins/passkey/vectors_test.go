package passkey_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// vectors reads a file of third-party vectors. Their licences keep them out of
// this repository, so they lie beside the project.
func vectors(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "vectors", "webauthn", name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not there: put the WebAuthn vectors into ../shared/vectors/webauthn beside the project to run this test", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

// replay sends a recorded registration, with its challenge in place of the one
// that was made for it.
func replay(t *testing.T, cfg passkey.Config, origin, challenge string, response any) (*plugintest.Kit, *plugintest.Answer) {
	t.Helper()
	u, err := url.Parse(origin)
	if err != nil {
		t.Fatal(err)
	}
	cfg.RPID, cfg.Origins = u.Hostname(), []string{origin}
	kit := plugintest.New(t, passkey.New(cfg))
	alice := kit.SignedIn("alice@example.com")
	var options struct {
		Challenge string `json:"challenge"`
	}
	alice.Get(registerOptions).Want(http.StatusOK).Into(&options)
	rechallenge(t, kit, options.Challenge, challenge)
	return kit, alice.Post(verifyRegistration, map[string]any{"response": response})
}

func rechallenge(t *testing.T, kit *plugintest.Kit, made, recorded string) {
	t.Helper()
	store := plugintest.StoreOf[betterauth.Verification](kit)
	row, err := store.Get(t.Context(), database.Contains("value", made))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Update(t.Context(), database.Set{"value": strings.Replace(row.Value, made, recorded, 1)}, database.Eq("id", row.ID)); err != nil {
		t.Fatal(err)
	}
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	data, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

var everyAlgorithm = []int64{-7, -8, -35, -36, -257}

// The statements of WebAuthn Level 3, section 16, lead to a root that the
// specification prints: they pass with it and without any, and not with another.
func TestAttestationsOfTheSpecification(t *testing.T) {
	t.Parallel()
	var file struct {
		Origin    string `json:"origin"`
		TopOrigin string `json:"topOrigin"`
		CA        struct {
			Cert string `json:"attestation_ca_cert"`
		} `json:"attestation_ca"`
		Vectors []struct {
			ID           string `json:"id"`
			Registration struct {
				Challenge         string `json:"challenge"`
				CredentialID      string `json:"credential_id"`
				ClientDataJSON    string `json:"clientDataJSON"`
				AttestationObject string `json:"attestationObject"`
			} `json:"registration"`
			Authentication struct {
				Challenge         string `json:"challenge"`
				ClientDataJSON    string `json:"clientDataJSON"`
				AuthenticatorData string `json:"authenticatorData"`
				Signature         string `json:"signature"`
			} `json:"authentication"`
		} `json:"vectors"`
	}
	vectors(t, "w3c-webauthn-l3-vectors.json", &file)
	root, err := x509.ParseCertificate(unhex(t, file.CA.Cert))
	if err != nil {
		t.Fatal(err)
	}
	anchored := func(root *x509.Certificate) passkey.Attestation {
		return passkey.Attestation{Conveyance: "direct", Roots: []*x509.Certificate{root}}
	}
	// Those go-webauthn cannot verify are refused under any policy; see TestW3CVectors.
	unsupported := map[string]bool{"packed-ed448": true, "tpm-es256": true, "android-key-es256": true, "apple-es256": true}
	b64 := func(text string) string { return base64.RawURLEncoding.EncodeToString(unhex(t, text)) }
	for _, v := range file.Vectors {
		for name, policy := range map[string]passkey.Attestation{"no anchor": {}, "its root": anchored(root), "another root": anchored(newCA(t, "Stranger").Root())} {
			t.Run(v.ID+", "+name, func(t *testing.T) {
				t.Parallel()
				id := b64(v.Registration.CredentialID)
				registration := map[string]any{"id": id, "rawId": id, "type": "public-key", "response": map[string]any{
					"clientDataJSON": b64(v.Registration.ClientDataJSON), "attestationObject": b64(v.Registration.AttestationObject)}}
				certified := strings.HasPrefix(v.ID, "packed-") && v.ID != "packed-self-es256" || v.ID == "fido-u2f-es256"
				want := !unsupported[v.ID] && (name == "no anchor" || name == "its root" && certified)
				cfg := passkey.Config{Algorithms: everyAlgorithm, TopOrigins: []string{file.TopOrigin}, AllowUnknownTopOrigin: true, Attestation: policy}
				kit, answer := replay(t, cfg, file.Origin, b64(v.Registration.Challenge), registration)
				if want != (answer.Status == http.StatusOK) || answer.Status >= 500 {
					t.Fatalf("%d %s, want success %t; log %s", answer.Status, answer.Body, want, kit.Log)
				}
				if !want {
					return
				}
				visitor := kit.Client()
				var options struct {
					Challenge string `json:"challenge"`
				}
				visitor.Get(authenticateOptions).Want(http.StatusOK).Into(&options)
				rechallenge(t, kit, options.Challenge, b64(v.Authentication.Challenge))
				assertion := map[string]any{"id": id, "rawId": id, "type": "public-key", "response": map[string]any{
					"clientDataJSON": b64(v.Authentication.ClientDataJSON), "authenticatorData": b64(v.Authentication.AuthenticatorData),
					"signature": b64(v.Authentication.Signature), "userHandle": "AAAA"}}
				visitor.Post(verifyAuthenticate, map[string]any{"response": assertion}).Want(http.StatusOK)
			})
		}
	}
}

// capturesRefused are recorded registrations that do not pass, with the reason.
var capturesRefused = map[int]string{
	1:  "the certificate does not lead to the Android roots built into the library",
	2:  "the certificate does not lead to the Android roots built into the library",
	4:  "the recorded id is not the one in the authenticator data",
	9:  "the certificate expired in 2019",
	15: "the library does not accept the form of its statement",
	16: "the certificate has expired",
}

// What real authenticators attested: each format passes by itself, and none
// leads to a stranger's root.
func TestCapturedAttestations(t *testing.T) {
	t.Parallel()
	var file struct {
		Captures []struct {
			Func, Kind, Fmt string
			Body            jsontext.Value
		} `json:"captures"`
	}
	vectors(t, "go-webauthn-v0.18.2-captures.json", &file)
	stranger := newCA(t, "Stranger").Root()
	for i, capture := range file.Captures {
		if capture.Kind != "registration" {
			continue
		}
		t.Run(fmt.Sprint(i, capture.Fmt), func(t *testing.T) {
			t.Parallel()
			var body struct {
				Response struct {
					ClientDataJSON string `json:"clientDataJSON"`
				} `json:"response"`
			}
			if err := json.Unmarshal(capture.Body, &body); err != nil {
				t.Fatal(err)
			}
			raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(body.Response.ClientDataJSON, "="))
			if err != nil {
				t.Fatal(err)
			}
			var client struct {
				Challenge string `json:"challenge"`
				Origin    string `json:"origin"`
			}
			if err := json.Unmarshal(raw, &client); err != nil {
				t.Fatal(err)
			}
			kit, answer := replay(t, passkey.Config{Algorithms: everyAlgorithm}, client.Origin, client.Challenge, capture.Body)
			reason, refused := capturesRefused[i]
			if refused != (answer.Status != http.StatusOK) || answer.Status >= 500 {
				t.Errorf("%d %s; refused because %q; log %s", answer.Status, answer.Body, reason, kit.Log)
			}
			policy := passkey.Attestation{Conveyance: "direct", Roots: []*x509.Certificate{stranger}}
			if _, answer := replay(t, passkey.Config{Algorithms: everyAlgorithm, Attestation: policy}, client.Origin, client.Challenge, capture.Body); answer.Status < 400 || answer.Status >= 500 {
				t.Errorf("with a stranger's root: %d %s", answer.Status, answer.Body)
			}
		})
	}
}
