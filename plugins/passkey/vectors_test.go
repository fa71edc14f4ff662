package passkey_test

import (
	"crypto/x509"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/internal/published"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/go-webauthn/webauthn/protocol"
)

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

var everyAlgorithm = []int64{-7, -8, -35, -36, -257}

// The statements of WebAuthn Level 3, section 16, lead to a root that the
// specification prints: they pass with it and without any, and not with another.
func TestAttestationsOfTheSpecification(t *testing.T) {
	t.Parallel()
	root := published.Root(t)
	anchored := func(root *x509.Certificate) passkey.Attestation {
		return passkey.Attestation{Conveyance: "direct", Roots: []*x509.Certificate{root}}
	}
	// Those go-webauthn cannot verify are refused under any policy; see TestW3CVectors.
	unsupported := map[string]bool{"tpm-es256": true, "android-key-es256": true, "apple-es256": true}
	for _, v := range published.Pairs(t) {
		for name, policy := range map[string]passkey.Attestation{"no anchor": {}, "its root": anchored(root), "another root": anchored(newCA(t, "Stranger").Root())} {
			t.Run(v.ID+", "+name, func(t *testing.T) {
				t.Parallel()
				certified := strings.HasPrefix(v.ID, "packed-") && v.ID != "packed-self-es256" || v.ID == "fido-u2f-es256"
				want := !unsupported[v.ID] && (name == "no anchor" || name == "its root" && certified)
				cfg := passkey.Config{Algorithms: everyAlgorithm, TopOrigins: []string{published.TopOrigin}, AllowUnknownTopOrigin: true, Attestation: policy}
				kit, answer := replay(t, cfg, published.Origin, v.Registration.Challenge, jsontext.Value(v.RegistrationBody(t)))
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
				rechallenge(t, kit, options.Challenge, v.Authentication.Challenge)
				visitor.Post(verifyAuthenticate, map[string]any{"response": jsontext.Value(v.AuthenticationBody(t, "AAAA"))}).Want(http.StatusOK)
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

// tpmEnds is when the certificates of capture 14 expire. go-webauthn reads the clock of
// the machine for those of TPMs.
var tpmEnds = time.Date(2027, 6, 10, 18, 54, 36, 0, time.UTC)

// captureRefused returns why a recorded registration does not pass now. refused is false
// if it does.
func captureRefused(i int) (reason string, refused bool) {
	if i == 14 && time.Now().After(tpmEnds) {
		return "the certificate has expired", true
	}
	reason, refused = capturesRefused[i]
	return reason, refused
}

// What real authenticators attested: each format passes by itself, and none
// leads to a stranger's root.
func TestCapturedAttestations(t *testing.T) {
	t.Parallel()
	stranger := newCA(t, "Stranger").Root()
	for i, capture := range published.Captures(t) {
		if !capture.Registration {
			continue
		}
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			kit, answer := replay(t, passkey.Config{Algorithms: everyAlgorithm}, capture.Origin, capture.Challenge, capture.Body)
			reason, refused := captureRefused(i)
			if refused != (answer.Status != http.StatusOK) || answer.Status >= 500 {
				t.Errorf("%d %s; refused because %q; log %s", answer.Status, answer.Body, reason, kit.Log)
			}
			policy := passkey.Attestation{Conveyance: "direct", Roots: []*x509.Certificate{stranger}}
			if _, answer := replay(t, passkey.Config{Algorithms: everyAlgorithm, Attestation: policy}, capture.Origin, capture.Challenge, capture.Body); answer.Status < 400 || answer.Status >= 500 {
				t.Errorf("with a stranger's root: %d %s", answer.Status, answer.Body)
			}
		})
	}
}

// The statements of two makers lead to the certificate at the end of what they send,
// by those between, and as TPMs name themselves.
func TestCapturedChains(t *testing.T) {
	t.Parallel()
	captures := published.Captures(t)
	for name, tt := range map[string]struct {
		capture int
		format  string
	}{"a security key and two authorities": {6, "packed"}, "a TPM": {14, "tpm"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			capture := captures[tt.capture]
			parsed, err := protocol.ParseCredentialCreationResponseBytes(capture.Body)
			if err != nil {
				t.Fatal(err)
			}
			object := parsed.Response.AttestationObject
			sent, _ := object.AttStatement["x5c"].([]any)
			if object.Format != tt.format || len(sent) < 2 {
				t.Fatalf("%d certificates in %s", len(sent), object.Format)
			}
			root, err := x509.ParseCertificate(sent[len(sent)-1].([]byte))
			if err != nil {
				t.Fatal(err)
			}
			policy := passkey.Attestation{Conveyance: "direct", Roots: []*x509.Certificate{root}}
			kit, answer := replay(t, passkey.Config{Algorithms: everyAlgorithm, Attestation: policy}, capture.Origin, capture.Challenge, capture.Body)
			reason, refused := captureRefused(tt.capture)
			if refused != (answer.Status != http.StatusOK) || answer.Status >= 500 {
				t.Errorf("%d %s; refused because %q; log %s", answer.Status, answer.Body, reason, kit.Log)
			}
		})
	}
}
