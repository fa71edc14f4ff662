package passkeytest

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// Flags are the bits of the authenticator data (WebAuthn Level 3, section
// 6.1). The bits that say which parts follow (AT, ED) are not among them:
// they are set to match what is there.
type Flags byte

// The flags a test chooses.
const (
	UserPresent    Flags = 0x01 // UP
	UserVerified   Flags = 0x04 // UV
	BackupEligible Flags = 0x08 // BE
	BackedUp       Flags = 0x10 // BS
)

// Synced are the flags of a passkey kept by a password manager after the user
// was verified, the default of [Options].
const Synced = UserPresent | UserVerified | BackupEligible | BackedUp

const (
	attestedData  Flags = 0x40 // AT
	extensionData Flags = 0x80 // ED
)

// authenticatorData lays out section 6.1; attested is nil in an assertion.
func authenticatorData(rpID string, flags Flags, count uint32, attested []byte, extensions map[string]any) ([]byte, error) {
	if attested != nil {
		flags |= attestedData
	}
	if extensions != nil {
		flags |= extensionData
	}
	hash := sha256.Sum256([]byte(rpID))
	data := append(hash[:], byte(flags))
	data = binary.BigEndian.AppendUint32(data, count)
	data = append(data, attested...)
	if extensions != nil {
		encoded, err := encodeCBOR(extensions)
		if err != nil {
			return nil, err
		}
		data = append(data, encoded...)
	}
	return data, nil
}

// attestedCredentialData lays out section 6.5.2.
func attestedCredentialData(aaguid [16]byte, id, publicKey []byte) []byte {
	data := append([]byte(nil), aaguid[:]...)
	data = binary.BigEndian.AppendUint16(data, uint16(len(id)))
	data = append(data, id...)
	return append(data, publicKey...)
}

// encodeCBOR uses the canonical form of CTAP2, which WebAuthn requires of
// authenticators (section 6.5.1 and 6.5.4).
func encodeCBOR(v any) ([]byte, error) {
	mode, err := cbor.CTAP2EncOptions().EncMode()
	if err != nil {
		return nil, fmt.Errorf("passkeytest: CBOR: %w", err)
	}
	data, err := mode.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("passkeytest: CBOR: %w", err)
	}
	return data, nil
}
