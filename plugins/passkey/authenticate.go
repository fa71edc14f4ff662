package passkey

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"
)

// VerifyAuthenticationInput is the input of verifyPasskeyAuthentication: an
// AuthenticationResponseJSON (section 5.1).
type VerifyAuthenticationInput struct {
	Response jsontext.Value `json:"response" check:"object"`
}

// verifyAuthentication follows section 7.2.
func (p *Passkeys) verifyAuthentication(c *betterauth.Ctx, in VerifyAuthenticationInput) (*betterauth.Identity, error) {
	if p.cfg.DisableVerification && !p.cfg.AllowInsecureUnverifiedAssertion {
		return nil, ErrVerificationDisabled
	}
	a := assertion{key: &Passkey{}}
	return p.answered(c, authentication, &a, func() (*betterauth.Identity, error) { return p.authenticate(c, in, &a) })
}

func (p *Passkeys) authenticate(c *betterauth.Ctx, in VerifyAuthenticationInput, a *assertion) (*betterauth.Identity, error) {
	if err := p.readAssertion(c, authentication, in.Response, a); err != nil {
		return nil, err
	}
	key, err := p.store.Get(c, database.Eq("credentialID", base64.RawURLEncoding.EncodeToString(a.parsed.RawID)))
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrPasskeyNotFound
	}
	if err != nil {
		return nil, err
	}
	a.key = key
	if a.begun.User.ID != "" && a.begun.User.ID != key.UserID {
		return nil, ErrChallengeNotFound // it was made for another user
	}
	if err := p.verifyAssertion(c, &a.begun, key, a.parsed); err != nil {
		return nil, err
	}
	verified := !p.cfg.DisableVerification && a.parsed.Response.AuthenticatorData.Flags.HasUserVerified()
	if err := p.afterAssertion(c, VerifiedAuthentication{Passkey: key, UserVerified: verified, Response: in.Response}); err != nil {
		return nil, err
	}
	a.holds = true
	how := betterauth.SignIn{Method: "passkey", Confirm: p.confirm(a)}
	if verified {
		how.Assurance = betterauth.MultiFactor
	}
	err = p.transact(c, a, func(tx *betterauth.Ctx) error {
		session, err := tx.SignIn(&betterauth.User{ID: key.UserID}, how)
		if err := p.stillThere(tx, a, err); err != nil || !verified {
			return err
		}
		return p.recordProof(tx, session)
	})
	if errors.Is(err, betterauth.ErrFailedToCreateSession) && errors.Is(err, database.ErrNotFound) {
		err = ErrPasskeyNotFound // with its user
	}
	if err != nil {
		return nil, err
	}
	id, _ := c.NewIdentity()
	betterauth.Emit(c, p.host, SignedIn{UserID: id.User.ID, PasskeyID: key.ID, SessionID: id.Session.ID, UserVerified: verified})
	p.extended(c, authentication, id.User.ID, key.ID, &a.parsed.ClientExtensionResults)
	return id, nil
}

// verifyAssertion checks the ceremony against the stored credential.
func (p *Passkeys) verifyAssertion(c *betterauth.Ctx, begun *challenge, key *Passkey, parsed *protocol.ParsedCredentialAssertionData) error {
	if p.cfg.DisableVerification {
		return unverifiedAssertion(begun, parsed)
	}
	client, hash := &parsed.Response.CollectedClientData, parsed.Response.AuthenticatorData.RPIDHash
	if err := p.exactOrigin(c, client); err != nil {
		return p.refuse(c, ErrInvalidResponse, client, hash, err)
	}
	if err := checkHandle(begun, parsed.Response.UserHandle); err != nil {
		return ErrInvalidResponse.Because(err)
	}
	rp, err := p.relyingParty(c, parsed.Response.CollectedClientData.Origin)
	if err != nil {
		return err
	}
	cred, err := p.credential(key, parsed)
	if err != nil {
		return err
	}
	// The handle is not signed and was never stored, so it is taken as it is:
	// the credential id has already found the user.
	handle := parsed.Response.UserHandle
	_, err = rp.ValidateLogin(webauthnUser{id: handle, cred: []webauthn.Credential{cred}}, webauthn.SessionData{
		Challenge: begun.Expected, RelyingPartyID: rp.Config.RPID, UserID: handle,
		UserVerification: protocol.UserVerificationRequirement(p.userVerification(begun)),
	}, parsed)
	var fault *protocol.Error
	if errors.As(err, &fault) && fault.Type == protocol.ErrAssertionSignature.Type {
		return p.refuse(c, ErrAuthenticationFailed, client, hash, err)
	}
	if err != nil {
		return p.refuse(c, ErrInvalidResponse, client, hash, err)
	}
	return nil
}

// checkHandle bounds the user handle (section 5.4.3), and demands one where the
// authenticator had to find the credential by itself (section 7.2, step 6).
func checkHandle(begun *challenge, handle []byte) error {
	if len(handle) > 64 {
		return fmt.Errorf("a user handle of %d bytes", len(handle))
	}
	if len(handle) == 0 && begun.User.ID == "" {
		return errors.New("no user handle, though no credentials had been listed")
	}
	return nil
}

// credential is a row as go-webauthn knows credentials. The backup eligibility
// policy is applied here, since the library knows only the strict one.
func (p *Passkeys) credential(key *Passkey, parsed *protocol.ParsedCredentialAssertionData) (webauthn.Credential, error) {
	publicKey, err := decodeKey(key.PublicKey)
	if err != nil {
		return webauthn.Credential{}, fmt.Errorf("the stored key of passkey %s cannot be read", key.ID)
	}
	eligible := key.DeviceType == multiDevice
	now := parsed.Response.AuthenticatorData.Flags.HasBackupEligible()
	switch p.cfg.BackupEligibility {
	case BackupUpgrade:
		eligible = eligible || now
	case BackupIgnore:
		eligible = now
	}
	cred := webauthn.Credential{
		ID: parsed.RawID, PublicKey: publicKey, AttestationFormat: "none",
		Flags:         webauthn.CredentialFlags{BackupEligible: eligible},
		Authenticator: webauthn.Authenticator{SignCount: uint32(key.Counter)},
	}
	if key.AAGUID != nil {
		if id, err := uuid.Parse(*key.AAGUID); err == nil {
			cred.Authenticator.AAGUID = id[:]
		}
	}
	return cred, nil
}

// decodeKey reads what is written as base64 with padding, and forgives rows
// written by others in the URL alphabet or without padding.
func decodeKey(s string) ([]byte, error) {
	s = strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(s), "=")
	return base64.RawStdEncoding.DecodeString(s)
}
