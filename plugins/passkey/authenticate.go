package passkey

import (
	"context"
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
	var used Passkey
	id, err := p.authenticate(c, in, &used)
	if err != nil {
		return nil, p.refused(c, authentication, used.UserID, used.ID, err)
	}
	return id, nil
}

// authenticate also says which passkey was used, as soon as it is known.
func (p *Passkeys) authenticate(c *betterauth.Ctx, in VerifyAuthenticationInput, used *Passkey) (*betterauth.Identity, error) {
	begun, parsed, err := p.takeAssertion(c, authentication, in.Response)
	if err != nil {
		return nil, err
	}
	key, err := p.store.Get(c, database.Eq("credentialID", base64.RawURLEncoding.EncodeToString(parsed.RawID)))
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrPasskeyNotFound
	}
	if err != nil {
		return nil, err
	}
	*used = *key
	if begun.User.ID != "" && begun.User.ID != key.UserID {
		return nil, ErrChallengeNotFound // it was made for another user
	}
	if err := p.verifyAssertion(c, begun, key, parsed); err != nil {
		return nil, err
	}
	verified := !p.cfg.DisableVerification && parsed.Response.AuthenticatorData.Flags.HasUserVerified()
	if err := p.afterAssertion(c, VerifiedAuthentication{Passkey: key, UserVerified: verified, Response: in.Response}); err != nil {
		return nil, err
	}
	if err := p.recordUse(c, key, parsed); err != nil {
		return nil, err
	}
	user, err := p.users.Get(c, database.Eq("id", key.UserID))
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrPasskeyNotFound
	}
	if err != nil {
		return nil, err
	}
	how := betterauth.SignIn{Method: "passkey"}
	if verified {
		how.Assurance = betterauth.MultiFactor
	}
	var session *betterauth.Session
	err = c.Transaction(func(tx *betterauth.Ctx) (err error) {
		if session, err = tx.SignIn(user, how); err != nil {
			return err
		}
		if err := p.stillThere(tx, key); err != nil || !verified {
			return err
		}
		return p.recordProof(tx, session)
	})
	if err != nil {
		return nil, err
	}
	betterauth.Emit(c, p.host, SignedIn{UserID: user.ID, PasskeyID: key.ID, SessionID: session.ID, UserVerified: verified})
	p.extended(c, authentication, user.ID, key.ID, &parsed.ClientExtensionResults)
	return &betterauth.Identity{Session: session, User: user}, nil
}

// stillThere refuses a passkey that was deleted since it was read: what ends
// passkeys ends sessions too, and would not find the one it is about to open. The
// caller holds the user's row.
func (p *Passkeys) stillThere(ctx context.Context, key *Passkey) error {
	there, err := p.store.Exists(ctx, database.Eq("id", key.ID), database.Eq("userId", key.UserID))
	if err == nil && !there {
		err = ErrPasskeyNotFound
	}
	return err
}

// takeAssertion reads an assertion and takes the challenge it answers, whether it
// can be read or not.
func (p *Passkeys) takeAssertion(c *betterauth.Ctx, kind string, response jsontext.Value) (*challenge, *protocol.ParsedCredentialAssertionData, error) {
	parsed, parseErr := protocol.ParseCredentialRequestResponseBytes(response)
	sent := ""
	if parseErr == nil {
		sent = parsed.Response.CollectedClientData.Challenge
		parseErr = wellWritten(response, parsed.Raw.AssertionResponse.ClientDataJSON, parsed.ParsedPublicKeyCredential)
	}
	begun, err := p.take(c, kind, sent)
	if parseErr != nil {
		return nil, nil, ErrInvalidResponse.Because(parseErr)
	}
	return begun, parsed, err
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

// recordUse stores the new signature counter and backup state, in one statement
// that lets the counter only grow (section 7.2, step 22): of two sign-ins with
// one counter value, or a clone and its original, one fails. An authenticator
// without a counter always says zero.
func (p *Passkeys) recordUse(ctx context.Context, key *Passkey, parsed *protocol.ParsedCredentialAssertionData) error {
	data := parsed.Response.AuthenticatorData
	if data.Counter > maxCounter {
		return ErrInvalidResponse.Because(errCounterRange)
	}
	grows := database.Lt("counter", int64(data.Counter))
	if data.Counter == 0 {
		grows = database.Eq("counter", 0)
	}
	set := database.Set{"counter": int64(data.Counter), "backedUp": data.Flags.HasBackupState()}
	if data.Flags.HasBackupEligible() {
		set["deviceType"] = multiDevice
	}
	if p.cfg.TrackLastUse {
		set[lastUsed.Column().Name] = p.host.Now()
	}
	ours := []database.Cond{database.Eq("id", key.ID), database.Eq("userId", key.UserID)}
	now, err := p.store.UpdateOne(ctx, set, append(ours, grows)...)
	if errors.Is(err, database.ErrNotFound) {
		now, err = p.counterStands(ctx, key, int64(data.Counter), set, ours)
	}
	if err == nil && (now.BackedUp != key.BackedUp || now.DeviceType != key.DeviceType) {
		betterauth.Emit(ctx, p.host, BackupChanged{UserID: key.UserID, PasskeyID: key.ID, DeviceType: now.DeviceType, BackedUp: now.BackedUp})
	}
	return err
}

// counterStands decides about a passkey whose counter did not grow, or which was
// deleted or used by another request in the meantime.
func (p *Passkeys) counterStands(ctx context.Context, key *Passkey, received int64, set database.Set, ours []database.Cond) (*Passkey, error) {
	if key.Counter > 0 && received <= key.Counter && p.cfg.CloneDetection != CloneIgnore {
		betterauth.Emit(ctx, p.host, CloneSuspected{UserID: key.UserID, PasskeyID: key.ID, Stored: key.Counter, Received: received})
	}
	refusal := ErrInvalidResponse.Because(fmt.Errorf("the counter of passkey %s did not grow, or it was deleted", key.ID))
	if p.cfg.CloneDetection == CloneFail {
		return nil, refusal
	}
	delete(set, "counter") // the larger one stays
	now, err := p.store.UpdateOne(ctx, set, ours...)
	if errors.Is(err, database.ErrNotFound) {
		return nil, refusal
	}
	return now, err
}
