package passkeytest_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"os"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

// recording is one passkey made and used at the reference server.
type recording struct {
	Origin        string `json:"origin"`
	PrivateKeyJWK struct {
		D string `json:"d"`
	} `json:"privateKeyJwk"`
	RegisterOptions     jsontext.Value `json:"registerOptions"`
	Registration        jsontext.Value `json:"registration"`
	AuthenticateOptions jsontext.Value `json:"authenticateOptions"`
	Authentication      jsontext.Value `json:"authentication"`
	PasskeyRow          struct {
		PublicKey    string `json:"publicKey"`
		CredentialID string `json:"credentialID"`
	} `json:"passkeyRow"`
}

func loadRecording(t *testing.T) (recording, *ecdsa.PrivateKey) {
	t.Helper()
	data, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	var r recording
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), fromBase64URL(t, r.PrivateKeyJWK.D))
	if err != nil {
		t.Fatal(err)
	}
	return r, key
}

func TestRecordedPasskey(t *testing.T) {
	t.Parallel()
	r, key := loadRecording(t)
	rp := newRelyingParty(t, func(c *webauthn.Config) {
		c.RPID = "localhost"
		c.RPOrigins = []string{r.Origin}
	})

	creation := decodeObject(t, r.RegisterOptions)
	rp.handle = fromBase64URL(t, creation["user"].(map[string]any)["id"].(string))
	rp.session = &webauthn.SessionData{
		Challenge: creation["challenge"].(string), UserID: rp.handle,
		CredParams: credentialParameters(passkeytest.ES256),
	}
	recorded, err := rp.finishCreation(r.Registration)
	if err != nil {
		t.Fatal(describe(err))
	}
	if got := base64.StdEncoding.EncodeToString(recorded.PublicKey); got != r.PasskeyRow.PublicKey {
		t.Errorf("public key %s, the row has %s", got, r.PasskeyRow.PublicKey)
	}
	recordedParsed, err := protocol.ParseCredentialCreationResponseBytes(r.Registration)
	if err != nil {
		t.Fatal(err)
	}

	// The same key, id and options give the same bytes here.
	a := passkeytest.New(passkeytest.Options{Origin: r.Origin, CountStep: 1})
	response, err := a.Create(r.RegisterOptions, passkeytest.CreateOptions{
		PrivateKey: key, CredentialID: recorded.ID, AAGUID: (*[16]byte)(recorded.Authenticator.AAGUID),
	})
	if err != nil {
		t.Fatal(err)
	}
	ownParsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		t.Fatal(describe(err))
	}
	if !bytes.Equal(ownParsed.Raw.AttestationResponse.AttestationObject, recordedParsed.Raw.AttestationResponse.AttestationObject) {
		t.Error("attestation object differs from the recorded one")
	}
	if !bytes.Equal(ownParsed.Raw.AttestationResponse.ClientDataJSON, recordedParsed.Raw.AttestationResponse.ClientDataJSON) {
		t.Error("client data of the registration differ from the recorded ones")
	}

	rp.session = &webauthn.SessionData{Challenge: decodeObject(t, r.AuthenticateOptions)["challenge"].(string)}
	if _, err := rp.finishRequest(r.Authentication); err != nil {
		t.Fatal(describe(err))
	}
	response, err = a.Get(r.AuthenticateOptions, passkeytest.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	own := decodeObject(t, response)["response"].(map[string]any)
	theirs := decodeObject(t, r.Authentication)["response"].(map[string]any)
	for _, member := range []string{"clientDataJSON", "authenticatorData", "userHandle"} {
		if own[member] != theirs[member] {
			t.Errorf("%s %v, recorded %v", member, own[member], theirs[member])
		}
	}
}

func TestRecordedKeySignsInAfterImport(t *testing.T) {
	t.Parallel()
	r, key := loadRecording(t)
	rp := newRelyingParty(t, func(c *webauthn.Config) {
		c.RPID = "localhost"
		c.RPOrigins = []string{r.Origin}
	})
	publicKey, err := base64.StdEncoding.DecodeString(r.PasskeyRow.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	id := fromBase64URL(t, r.PasskeyRow.CredentialID)
	row := webauthn.Credential{ID: id, PublicKey: publicKey}
	row.Flags.BackupEligible = true
	rp.rows = []webauthn.Credential{row}

	a := passkeytest.New(passkeytest.Options{Origin: r.Origin})
	if err := a.Import(passkeytest.Credential{
		ID: id, RPID: "localhost", UserHandle: []byte("any"), PrivateKey: key,
		Resident: true, Flags: passkeytest.Synced,
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := rp.login(a, passkeytest.GetOptions{}); err != nil {
		t.Fatal(describe(err))
	}
}
