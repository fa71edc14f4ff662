package passkeytest_test

import (
	"encoding/base64"
	"errors"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

const (
	testOrigin = "https://example.org"
	testRPID   = "example.org"
)

// relyingParty is a server that keeps of a credential what a passkey table
// keeps: id, public key, counter, backup eligibility.
type relyingParty struct {
	t       *testing.T
	w       *webauthn.WebAuthn
	handle  []byte
	session *webauthn.SessionData
	rows    []webauthn.Credential
}

func newRelyingParty(t *testing.T, change func(*webauthn.Config)) *relyingParty {
	t.Helper()
	config := &webauthn.Config{RPID: testRPID, RPDisplayName: "Example", RPOrigins: []string{testOrigin}}
	if change != nil {
		change(config)
	}
	w, err := webauthn.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return &relyingParty{t: t, w: w, handle: []byte("handle-of-the-user")}
}

// account answers for the one user handle a ceremony is about.
type account struct {
	handle []byte
	rows   []webauthn.Credential
}

func (a account) WebAuthnID() []byte                         { return a.handle }
func (a account) WebAuthnName() string                       { return "user" }
func (a account) WebAuthnDisplayName() string                { return "User" }
func (a account) WebAuthnCredentials() []webauthn.Credential { return a.rows }

func credentialParameters(algorithms ...passkeytest.Algorithm) []protocol.CredentialParameter {
	list := make([]protocol.CredentialParameter, len(algorithms))
	for i, a := range algorithms {
		list[i] = protocol.CredentialParameter{
			Type: protocol.PublicKeyCredentialType, Algorithm: webauthncose.COSEAlgorithmIdentifier(a),
		}
	}
	return list
}

func (rp *relyingParty) creationOptions(opts ...webauthn.RegistrationOption) []byte {
	rp.t.Helper()
	opts = append([]webauthn.RegistrationOption{
		webauthn.WithCredentialParameters(credentialParameters(passkeytest.EdDSA, passkeytest.ES256, passkeytest.RS256)),
		webauthn.WithResidentKeyRequirement(protocol.ResidentKeyRequirementPreferred),
		webauthn.WithExtensions(webauthn.WithExtensionCredProps()),
	}, opts...)
	creation, session, err := rp.w.BeginRegistration(account{handle: rp.handle}, opts...)
	if err != nil {
		rp.t.Fatal(err)
	}
	rp.session = session
	return mustJSON(rp.t, creation.Response)
}

func (rp *relyingParty) finishCreation(response []byte) (*webauthn.Credential, error) {
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return nil, err
	}
	credential, err := rp.w.CreateCredential(account{handle: rp.handle}, *rp.session, parsed)
	if err != nil {
		return nil, err
	}
	if _, err := webauthncose.ParsePublicKey(credential.PublicKey); err != nil {
		return nil, err
	}
	rp.rows = append(rp.rows, columns(credential))
	return credential, nil
}

func columns(c *webauthn.Credential) webauthn.Credential {
	row := webauthn.Credential{ID: c.ID, PublicKey: c.PublicKey}
	row.Flags.BackupEligible = c.Flags.BackupEligible
	row.Authenticator.SignCount = c.Authenticator.SignCount
	return row
}

func (rp *relyingParty) requestOptions(opts ...webauthn.LoginOption) []byte {
	rp.t.Helper()
	assertion, session, err := rp.w.BeginDiscoverableLogin(opts...)
	if err != nil {
		rp.t.Fatal(err)
	}
	rp.session = session
	return mustJSON(rp.t, assertion.Response)
}

func (rp *relyingParty) finishRequest(response []byte) (*webauthn.Credential, error) {
	parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return nil, err
	}
	for i, row := range rp.rows {
		if string(row.ID) != string(parsed.RawID) {
			continue
		}
		session := *rp.session
		session.UserID = parsed.Response.UserHandle
		session.AllowedCredentialIDs = nil
		who := account{handle: parsed.Response.UserHandle, rows: []webauthn.Credential{row}}
		credential, err := rp.w.ValidateLogin(who, session, parsed)
		if err != nil {
			return nil, err
		}
		if credential.Authenticator.CloneWarning {
			return nil, errors.New("signature counter did not grow")
		}
		rp.rows[i] = columns(credential)
		return credential, nil
	}
	return nil, errors.New("no such credential")
}

// register is an honest registration that has to succeed.
func (rp *relyingParty) register(a *passkeytest.Authenticator, create passkeytest.CreateOptions, opts ...webauthn.RegistrationOption) *webauthn.Credential {
	rp.t.Helper()
	response, err := a.Create(rp.creationOptions(opts...), create)
	if err != nil {
		rp.t.Fatal(err)
	}
	credential, err := rp.finishCreation(response)
	if err != nil {
		rp.t.Fatalf("registration refused: %v\n%s", describe(err), response)
	}
	return credential
}

func (rp *relyingParty) login(a *passkeytest.Authenticator, get passkeytest.GetOptions, opts ...webauthn.LoginOption) (*webauthn.Credential, error) {
	rp.t.Helper()
	response, err := a.Get(rp.requestOptions(opts...), get)
	if err != nil {
		rp.t.Fatal(err)
	}
	return rp.finishRequest(response)
}

// describe adds what the library keeps out of Error().
func describe(err error) string {
	var perr *protocol.Error
	if errors.As(err, &perr) {
		return perr.Type + ": " + perr.Details + ": " + perr.DevInfo
	}
	return err.Error()
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func decodeObject(t *testing.T, data []byte) map[string]any {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal(data, &object); err != nil {
		t.Fatal(err)
	}
	return object
}

func fromBase64URL(t *testing.T, text string) []byte {
	t.Helper()
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func newAuthenticator(change func(*passkeytest.Options)) *passkeytest.Authenticator {
	options := passkeytest.Options{Origin: testOrigin}
	if change != nil {
		change(&options)
	}
	return passkeytest.New(options)
}
