package passkey

import (
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"
)

// VerifyRegistrationInput is the input of verifyPasskeyRegistration: a
// RegistrationResponseJSON (section 5.1) and the name that the user gives the passkey.
type VerifyRegistrationInput struct {
	Response jsontext.Value `json:"response"`
	Name     *string        `json:"name" check:"trim"`
	// CreateSession also signs the user in.
	CreateSession *bool `json:"createSession"`
}

// verifyRegistration follows section 7.1.
func (p *Passkeys) verifyRegistration(c *betterauth.Ctx, in VerifyRegistrationInput) (*RegistrationAnswer, error) {
	if p.cfg.DisableVerification && !p.cfg.AllowInsecureUnverifiedAssertion {
		return nil, ErrVerificationDisabled
	}
	id, err := p.registrant(c)
	if err != nil {
		return nil, err
	}
	userID := ""
	if id != nil {
		userID = id.User.ID
	}
	answer, err := p.register(c, id, in, &userID)
	if err != nil {
		return nil, p.refused(c, registration, userID, "", err)
	}
	return answer, nil
}

// register stores a passkey for the session's user, or without a session, when
// id is nil, for whom the challenge was made. of becomes the id of that user, unless
// they are still to be created.
func (p *Passkeys) register(c *betterauth.Ctx, id *betterauth.Identity, in VerifyRegistrationInput, of *string) (*RegistrationAnswer, error) {
	if in.Name != nil {
		if err := checkName("body.name", *in.Name); err != nil {
			return nil, err
		}
	}
	parsed, parseErr := protocol.ParseCredentialCreationResponseBytes(in.Response)
	sent := ""
	if parseErr == nil {
		sent = parsed.Response.CollectedClientData.Challenge
		parseErr = wellWritten(in.Response, parsed.Raw.AttestationResponse.ClientDataJSON, parsed.ParsedPublicKeyCredential)
	}
	begun, err := p.take(c, registration, sent)
	if parseErr != nil {
		// Whatever became of the challenge, the response cannot be read.
		return nil, ErrRegistrationFailed.Because(parseErr)
	}
	if err != nil {
		return nil, err
	}
	if id != nil && begun.User.ID != id.User.ID {
		return nil, ErrNotYours
	}
	if begun.New == nil {
		*of = begun.User.ID
	}
	key, err := p.verifiedCredential(c, begun, parsed)
	if err != nil {
		return nil, p.registrationFailure(c, parsed, err)
	}
	if key.Name = in.Name; key.Name != nil && *key.Name == "" {
		key.Name = nil
	}
	now := c.Now()
	key.CreatedAt = &now
	answer, err := p.enroll(c, id, begun, in, enrolment{
		key: key, verified: !p.cfg.DisableVerification && parsed.Response.AttestationObject.AuthData.Flags.HasUserVerified(),
	})
	if err != nil {
		return nil, err
	}
	p.extended(c, registration, key.UserID, key.ID, &parsed.ClientExtensionResults)
	return answer, nil
}

// verifiedCredential checks the ceremony and returns the credential it made.
func (p *Passkeys) verifiedCredential(c *betterauth.Ctx, begun *challenge, parsed *protocol.ParsedCredentialCreationData) (*Passkey, error) {
	if p.cfg.DisableVerification {
		return p.unverifiedCredential(begun, parsed)
	}
	if err := p.exactOrigin(c, &parsed.Response.CollectedClientData); err != nil {
		return nil, err
	}
	rp, err := p.relyingParty(c, parsed.Response.CollectedClientData.Origin)
	if err != nil {
		return nil, err
	}
	params := make([]protocol.CredentialParameter, len(p.cfg.Algorithms))
	for i, alg := range p.cfg.Algorithms {
		params[i] = protocol.CredentialParameter{Type: protocol.PublicKeyCredentialType, Algorithm: webauthncose.COSEAlgorithmIdentifier(alg)}
	}
	cred, err := rp.CreateCredential(webauthnUser{id: []byte(begun.User.ID)}, webauthn.SessionData{
		Challenge: begun.Expected, RelyingPartyID: rp.Config.RPID, UserID: []byte(begun.User.ID),
		UserVerification: protocol.UserVerificationRequirement(p.userVerification(begun)), CredParams: params,
		Mediation: protocol.CredentialMediationRequirement(begun.Mediation),
	}, parsed)
	if err != nil {
		return nil, err
	}
	if err := checkKey(cred.PublicKey, p.cfg.MinRSABits); err != nil {
		return nil, err
	}
	if err := p.judge(c, parsed); err != nil {
		return nil, err
	}
	if err := checkCertificates(parsed.Response.AttestationObject.AttStatement); err != nil {
		return nil, err
	}
	return credentialRow(cred.ID, cred.PublicKey, parsed)
}

// registrationFailure is what a registration that does not hold is answered
// with. A policy's own code says more.
func (p *Passkeys) registrationFailure(c *betterauth.Ctx, parsed *protocol.ParsedCredentialCreationData, err error) error {
	var code *betterauth.ErrorCode
	if errors.As(err, &code) {
		return err
	}
	return p.refuse(c, ErrRegistrationFailed, &parsed.Response.CollectedClientData, parsed.Response.AttestationObject.AuthData.RPIDHash, err)
}

// credentialRow is a credential in the reference's columns.
func credentialRow(credentialID, publicKey []byte, parsed *protocol.ParsedCredentialCreationData) (*Passkey, error) {
	if len(credentialID) == 0 || len(credentialID) > 1023 {
		return nil, fmt.Errorf("a credential id of %d bytes", len(credentialID)) // section 7.1, step 25
	}
	data := parsed.Response.AttestationObject.AuthData
	if data.Counter > maxCounter {
		return nil, errCounterRange
	}
	aaguid, err := uuid.FromBytes(data.AttData.AAGUID)
	if err != nil {
		return nil, err
	}
	model, transports := aaguid.String(), joinTransports(parsed.Response.Transports)
	return &Passkey{
		PublicKey:    base64.StdEncoding.EncodeToString(publicKey),
		CredentialID: base64.RawURLEncoding.EncodeToString(credentialID),
		Counter:      int64(data.Counter),
		DeviceType:   deviceType(data.Flags.HasBackupEligible()),
		BackedUp:     data.Flags.HasBackupState(),
		Transports:   &transports,
		AAGUID:       &model,
	}, nil
}

// add stores a passkey unless its credential id is taken, by whomever (section
// 7.1, step 26). The reference's table has no unique index for that, so the
// check and the insertion hold a lock on the id, and on the user for the limit.
func (p *Passkeys) add(c *betterauth.Ctx, key *Passkey) error {
	return c.Transaction(func(tx *betterauth.Ctx) error {
		for _, name := range []string{"passkey user " + key.UserID, "passkey credential " + key.CredentialID} {
			if err := p.host.Lock(tx, name); err != nil {
				return err
			}
		}
		taken, err := p.store.Exists(tx, database.Eq("credentialID", key.CredentialID))
		if err != nil {
			return err
		}
		if taken {
			return ErrPreviouslyRegistered
		}
		n, err := p.store.Count(tx, database.Eq("userId", key.UserID))
		if err != nil {
			return err
		}
		if n >= p.cfg.MaxPerUser {
			return ErrTooMany
		}
		return p.store.Create(tx, key)
	})
}

// checkCertificates demands that an x5c, if there is one, is a list of byte
// strings (section 8): a statement with any other is no self attestation.
func checkCertificates(statement map[string]any) error {
	x5c, there := statement["x5c"]
	if !there {
		return nil
	}
	list, ok := x5c.([]any)
	if !ok || len(list) == 0 {
		return errors.New("the certificates are not a list")
	}
	for _, certificate := range list {
		if _, ok := certificate.([]byte); !ok {
			return errors.New("a certificate is not a byte string")
		}
	}
	return nil
}

var transportName = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

// joinTransports keeps what can be a transport (section 5.8.4), once each and
// not too many: the client chooses the text, and commas separate.
func joinTransports(transports []protocol.AuthenticatorTransport) string {
	var kept []string
	for _, t := range transports {
		if s := string(t); transportName.MatchString(s) && !slices.Contains(kept, s) && len(kept) < 8 {
			kept = append(kept, s)
		}
	}
	return strings.Join(kept, ",")
}

func splitTransports(joined *string) []string {
	if joined == nil {
		return nil
	}
	return slices.DeleteFunc(strings.Split(*joined, ","), func(s string) bool { return s == "" })
}

func deviceType(backupEligible bool) string {
	if backupEligible {
		return multiDevice
	}
	return singleDevice
}

func isNoSession(err error) bool { return errors.Is(err, betterauth.ErrNoSession) }

// webauthnUser is what go-webauthn wants to know of a user: one handle and at
// most one credential, since it is looked up before.
type webauthnUser struct {
	id   []byte
	cred []webauthn.Credential
}

func (u webauthnUser) WebAuthnID() []byte                         { return u.id }
func (u webauthnUser) WebAuthnName() string                       { return "" }
func (u webauthnUser) WebAuthnDisplayName() string                { return "" }
func (u webauthnUser) WebAuthnCredentials() []webauthn.Credential { return u.cred }
