package passkeytest_test

import (
	"crypto/x509"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/better-auth-go/better-auth/plugins/passkey/internal/published"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest/cases"
)

// The pairs of WebAuthn Level 3, section 16, as the specification prints them.
func TestW3CVectors(t *testing.T) {
	t.Parallel()
	pairs := published.Pairs(t)
	unverifiable := map[string]string{}
	for _, v := range cases.Vectors() {
		unverifiable[v.ID] = v.Unverifiable
	}
	if len(unverifiable) != 15 || len(pairs) != len(unverifiable)-1 || unverifiable[published.Missing] == "" {
		t.Fatalf("%d pairs of %d listed, want all 15 but %s, which cannot be verified", len(pairs), len(unverifiable), published.Missing)
	}
	for _, v := range pairs {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			rp := newRelyingParty(t, acceptCrossOrigin(published.RPID, published.Origin, published.TopOrigin))
			rp.session = &webauthn.SessionData{
				Challenge: v.Registration.Challenge, UserID: rp.handle,
				CredParams: credentialParameters(-7, -8, -35, -36, -53, -257),
			}
			_, err := rp.finishCreation(v.RegistrationBody(t))
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
			rp.session = &webauthn.SessionData{Challenge: v.Authentication.Challenge}
			if _, err := rp.finishRequest(v.AuthenticationBody(t, "")); err != nil {
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
	for i, c := range published.Captures(t) {
		parse := func(body []byte) error {
			if c.Registration {
				_, err := protocol.ParseCredentialCreationResponseBytes(body)
				return err
			}
			_, err := protocol.ParseCredentialRequestResponseBytes(body)
			return err
		}
		if err := parse(c.Body); err != nil {
			t.Errorf("%d: %s", i, describe(err))
		}
		bent := decodeObject(t, c.Body)
		bent["id"] = "%[1]s"
		if err := parse(mustJSON(t, bent)); err == nil {
			t.Errorf("%d: an id that is no base64url is accepted", i)
		}
	}
}

// A captured registration names its own origin and challenge, so it can be
// verified as it was then. What is refused is refused for the reason the page of
// cases names.
func TestCapturedRegistrationsVerify(t *testing.T) {
	t.Parallel()
	captures := published.Captures(t)
	registrations := 0
	for _, c := range captures {
		if c.Registration {
			registrations++
		}
	}
	if listed := len(cases.Captures()); listed != registrations {
		t.Fatalf("%d registrations, %d are listed", registrations, listed)
	}
	for _, want := range cases.Captures() {
		c := captures[want.Index]
		t.Run(fmt.Sprint(want.Index, " ", want.Format), func(t *testing.T) {
			t.Parallel()
			parsed, err := protocol.ParseCredentialCreationResponseBytes(c.Body)
			if err != nil {
				t.Fatal(describe(err))
			}
			if format := parsed.Response.AttestationObject.Format; format != want.Format {
				t.Fatalf("format %q, listed as %q", format, want.Format)
			}
			err = verifyCaptured(t, parsed, c)
			switch {
			case want.Refused != "":
				checkUnsupported(t, err, want.Refused)
			case err != nil && certificateExpired(parsed):
				checkUnsupported(t, err, "its certificate has expired meanwhile")
			case err != nil:
				t.Error(describe(err))
			}
		})
	}
}

func verifyCaptured(t *testing.T, parsed *protocol.ParsedCredentialCreationData, c published.Capture) error {
	t.Helper()
	origin, err := url.Parse(c.Origin)
	if err != nil {
		t.Fatal(err)
	}
	rp := newRelyingParty(t, func(config *webauthn.Config) {
		config.RPID, config.RPOrigins = origin.Hostname(), []string{c.Origin}
		config.ExtensionsUnsolicitedOutputPolicy = protocol.UnsolicitedOutputPolicyIgnore
	})
	client := parsed.Response.CollectedClientData
	rp.session = &webauthn.SessionData{Challenge: client.Challenge, UserID: rp.handle, CredParams: credentialParameters(-7, -8, -35, -36, -257, -65535)}
	_, err = rp.finishCreation(c.Body)
	return err
}

// certificateExpired reports whether the attestation is signed with a
// certificate that is no longer good today.
func certificateExpired(parsed *protocol.ParsedCredentialCreationData) bool {
	chain, _ := parsed.Response.AttestationObject.AttStatement["x5c"].([]any)
	for _, der := range chain {
		raw, _ := der.([]byte)
		if certificate, err := x509.ParseCertificate(raw); err == nil && time.Now().After(certificate.NotAfter) {
			return true
		}
	}
	return false
}
