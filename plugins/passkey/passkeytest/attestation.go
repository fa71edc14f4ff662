package passkeytest

import (
	"bytes"
	"fmt"
)

// Attestation is the kind of attestation a registration carries.
type Attestation int

// The kinds of attestation. What the options ask for does not matter here.
const (
	AttestationNone       Attestation = iota // section 8.7
	AttestationPackedSelf                    // section 8.2, signed with the credential's own key
	AttestationPacked                        // section 8.2, certified by CreateOptions.CA
)

func attest(create CreateOptions, c Credential, authData []byte, signed layers, tamper Tamper) ([]byte, error) {
	format, statement, key := "none", map[string]any{}, c.PrivateKey
	if create.Attestation != AttestationNone {
		if create.Attestation == AttestationPacked {
			if create.CA == nil {
				return nil, fmt.Errorf("%w: AttestationPacked needs CreateOptions.CA", ErrKey)
			}
			signer, cert, err := create.CA.attestation(c.AAGUID, create.WithoutCertifiedAAGUID)
			if err != nil {
				return nil, err
			}
			key, statement["x5c"] = signer, []any{cert.Raw}
		}
		algorithm, err := algorithmOf(key)
		if err != nil {
			return nil, err
		}
		signature, err := sign(key, signedBytes(signed.authData, signed.clientDataJSON))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrKey, err)
		}
		format = "packed"
		statement["alg"] = int(algorithm)
		statement["sig"] = applyBytes(tamper.Signature, signature)
	}
	if tamper.AttestationStatement != nil {
		tamper.AttestationStatement(statement)
	}
	object := map[string]any{"fmt": format, "attStmt": statement, "authData": bytes.Clone(authData)}
	if tamper.AttestationObject != nil {
		tamper.AttestationObject(object)
	}
	data, err := encodeCBOR(object)
	if err != nil {
		return nil, err
	}
	return applyBytes(tamper.AttestationObjectBytes, data), nil
}
