package passkey

import (
	"crypto/subtle"
	"errors"

	"github.com/go-webauthn/webauthn/protocol"
)

// What stands in for verification when it is switched off for development:
// only the challenge must come back. Build keeps it on loopback.

func roundTrip(begun *challenge, data protocol.CollectedClientData, ceremony protocol.CeremonyType) error {
	if data.Type != ceremony {
		return errors.New("the response is of the other ceremony")
	}
	if subtle.ConstantTimeCompare([]byte(data.Challenge), []byte(begun.Expected)) != 1 {
		return errors.New("the challenge does not match")
	}
	return nil
}

func (p *Passkeys) unverifiedCredential(begun *challenge, parsed *protocol.ParsedCredentialCreationData) (*Passkey, error) {
	if err := roundTrip(begun, parsed.Response.CollectedClientData, protocol.CreateCeremony); err != nil {
		return nil, err
	}
	key := parsed.Response.AttestationObject.AuthData.AttData.CredentialPublicKey
	return credentialRow(parsed.RawID, key, parsed)
}

func unverifiedAssertion(begun *challenge, parsed *protocol.ParsedCredentialAssertionData) error {
	if err := roundTrip(begun, parsed.Response.CollectedClientData, protocol.AssertCeremony); err != nil {
		return ErrInvalidResponse.Because(err)
	}
	return nil
}
