package passkeytest_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest/cases"
)

// loadVectors reads a file of third-party vectors. Their licences keep them
// out of this repository, so they lie beside the project; the vectors that
// TestGeneratedW3CVectors derives run everywhere.
func loadVectors(t *testing.T, name string, into any) {
	t.Helper()
	path := filepath.Join("..", "..", "..", "..", "shared", "vectors", "webauthn", name)
	data, err := os.ReadFile(path)
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

type w3cFile struct {
	RPID      string `json:"rpId"`
	Origin    string `json:"origin"`
	TopOrigin string `json:"topOrigin"`
	Vectors   []struct {
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

// The pairs of WebAuthn Level 3, section 16, as the specification prints them.
func TestW3CVectors(t *testing.T) {
	t.Parallel()
	var file w3cFile
	loadVectors(t, "w3c-webauthn-l3-vectors.json", &file)
	unverifiable := map[string]string{}
	for _, v := range cases.Vectors() {
		unverifiable[v.ID] = v.Unverifiable
	}
	if len(file.Vectors) != 15 || len(unverifiable) != 15 {
		t.Fatalf("%d vectors of %d listed, want 15", len(file.Vectors), len(unverifiable))
	}
	b64 := func(text string) string {
		data, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(data)
	}
	for _, v := range file.Vectors {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			rp := newRelyingParty(t, acceptCrossOrigin(file.RPID, file.Origin, file.TopOrigin))
			id := b64(v.Registration.CredentialID)
			registration := mustJSON(t, map[string]any{"id": id, "rawId": id, "type": "public-key", "response": map[string]any{
				"clientDataJSON":    b64(v.Registration.ClientDataJSON),
				"attestationObject": b64(v.Registration.AttestationObject),
			}})
			authentication := mustJSON(t, map[string]any{"id": id, "rawId": id, "type": "public-key", "response": map[string]any{
				"clientDataJSON":    b64(v.Authentication.ClientDataJSON),
				"authenticatorData": b64(v.Authentication.AuthenticatorData),
				"signature":         b64(v.Authentication.Signature),
			}})

			rp.session = &webauthn.SessionData{
				Challenge: b64(v.Registration.Challenge), UserID: rp.handle,
				CredParams: credentialParameters(-7, -8, -35, -36, -53, -257),
			}
			_, err := rp.finishCreation(registration)
			reason, listed := unverifiable[v.ID]
			if !listed {
				t.Fatal("it is not among cases.Vectors")
			}
			if reason != "" {
				checkUnsupported(t, err, reason)
				return
			}
			if err != nil {
				t.Fatalf("registration: %s", describe(err))
			}
			rp.session = &webauthn.SessionData{Challenge: b64(v.Authentication.Challenge)}
			if _, err := rp.finishRequest(authentication); err != nil {
				t.Fatalf("authentication: %s", describe(err))
			}
		})
	}
}

func checkUnsupported(t *testing.T, err error, reason string) {
	t.Helper()
	if err == nil {
		t.Fatalf("accepted, although %s", reason)
	}
	t.Logf("refused because %s: %s", reason, describe(err))
}

func acceptCrossOrigin(rpID, origin, topOrigin string) func(*webauthn.Config) {
	return func(c *webauthn.Config) {
		c.RPID = rpID
		c.RPOrigins = []string{origin}
		c.RPTopOrigins = []string{topOrigin}
		c.RPAllowCrossOrigin = true
	}
}

// What real authenticators sent, as go-webauthn's own tests hold it.
func TestCapturesParse(t *testing.T) {
	t.Parallel()
	var file struct {
		Captures []struct {
			File, Func, Kind, Fmt, Parse string
			Body                         jsontext.Value
		} `json:"captures"`
	}
	loadVectors(t, "go-webauthn-v0.18.2-captures.json", &file)
	if len(file.Captures) != 24 {
		t.Fatalf("%d captures, want 24", len(file.Captures))
	}
	for i, c := range file.Captures {
		if c.Kind == "registration" {
			parsed, err := protocol.ParseCredentialCreationResponseBytes(c.Body)
			if err != nil {
				t.Errorf("%d %s: %s", i, c.Func, describe(err))
			} else if got := parsed.Response.AttestationObject.Format; got != c.Fmt {
				t.Errorf("%d %s: format %q, want %q", i, c.Func, got, c.Fmt)
			}
			continue
		}
		_, err := protocol.ParseCredentialRequestResponseBytes(c.Body)
		if c.Parse == "ok" && err != nil {
			t.Errorf("%d %s: %s", i, c.Func, describe(err))
		}
		if c.Parse != "ok" && (err == nil || !strings.Contains(err.Error(), strings.TrimPrefix(c.Parse, "error: "))) {
			t.Errorf("%d %s: error %v, want %q", i, c.Func, err, c.Parse)
		}
	}
}

// A captured registration names its own origin and challenge, so it can be
// verified as it was then. What is refused is refused for the reason the page of
// cases names.
func TestCapturedRegistrationsVerify(t *testing.T) {
	t.Parallel()
	var file struct {
		Captures []struct {
			Func, Kind, Fmt string
			Body            jsontext.Value
		} `json:"captures"`
	}
	loadVectors(t, "go-webauthn-v0.18.2-captures.json", &file)
	registrations := 0
	for _, c := range file.Captures {
		if c.Kind == "registration" {
			registrations++
		}
	}
	if listed := len(cases.Captures()); listed != registrations {
		t.Fatalf("%d registrations, %d are listed", registrations, listed)
	}
	for _, want := range cases.Captures() {
		c := file.Captures[want.Index]
		t.Run(fmt.Sprint(want.Index, " ", c.Fmt), func(t *testing.T) {
			t.Parallel()
			if c.Fmt != want.Format {
				t.Fatalf("format %q, listed as %q", c.Fmt, want.Format)
			}
			err := verifyCaptured(t, c.Body)
			switch {
			case want.Refused != "":
				checkUnsupported(t, err, want.Refused)
			case err != nil && certificateExpired(t, c.Body):
				t.Skipf("its certificate has expired meanwhile; list it so in cases.Captures: %s", describe(err))
			case err != nil:
				t.Error(describe(err))
			}
		})
	}
}

func verifyCaptured(t *testing.T, body []byte) error {
	t.Helper()
	parsed, err := protocol.ParseCredentialCreationResponseBytes(body)
	if err != nil {
		t.Fatal(describe(err))
	}
	client := parsed.Response.CollectedClientData
	origin, err := url.Parse(client.Origin)
	if err != nil {
		t.Fatal(err)
	}
	rp := newRelyingParty(t, func(config *webauthn.Config) {
		config.RPID, config.RPOrigins = origin.Hostname(), []string{client.Origin}
		config.ExtensionsUnsolicitedOutputPolicy = protocol.UnsolicitedOutputPolicyIgnore
	})
	rp.session = &webauthn.SessionData{Challenge: client.Challenge, UserID: rp.handle, CredParams: credentialParameters(-7, -8, -35, -36, -257, -65535)}
	_, err = rp.finishCreation(body)
	return err
}

// certificateExpired reports whether the attestation is signed with a
// certificate that is no longer good today.
func certificateExpired(t *testing.T, body []byte) bool {
	t.Helper()
	parsed, err := protocol.ParseCredentialCreationResponseBytes(body)
	if err != nil {
		t.Fatal(describe(err))
	}
	chain, _ := parsed.Response.AttestationObject.AttStatement["x5c"].([]any)
	for _, der := range chain {
		raw, _ := der.([]byte)
		if certificate, err := x509.ParseCertificate(raw); err == nil && time.Now().After(certificate.NotAfter) {
			return true
		}
	}
	return false
}
