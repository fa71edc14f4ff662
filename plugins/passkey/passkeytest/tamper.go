package passkeytest

// Tamper bends a ceremony. The zero value bends nothing. Each function gets
// what an honest ceremony would hold at that layer, in a copy it may change,
// and every later layer is built from what it leaves: a changed public key is
// inside the authenticator data that gets signed.
//
// Functions run without the authenticator's lock, so they may call it.
type Tamper struct {
	// ClientData changes the members of the client data (section 5.8.1):
	// type, challenge, origin, crossOrigin. Members it adds are encoded after
	// these, in the order of their names.
	ClientData func(map[string]any)

	// ClientDataJSON changes the encoded client data, after ClientData.
	ClientDataJSON func([]byte) []byte

	// COSEKey changes the members of the public key of a registration, by
	// COSE label: 1 kty, 3 alg, -1 crv (or n), -2 x (or e), -3 y.
	COSEKey func(map[int]any)

	// COSEKeyBytes changes the encoded public key, after COSEKey.
	COSEKeyBytes func([]byte) []byte

	// AuthData changes the authenticator data (section 6.1): 32 bytes RP ID
	// hash, 1 byte flags, 4 bytes counter, then the attested credential data
	// of a registration, then extensions.
	AuthData func([]byte) []byte

	// Signature changes the signature of an assertion, or of a packed
	// attestation.
	Signature func([]byte) []byte

	// AttestationStatement changes the members of attStmt: none for
	// AttestationNone; alg and sig for AttestationPackedSelf; x5c, too, for
	// AttestationPacked.
	AttestationStatement func(map[string]any)

	// AttestationObject changes the members of the attestation object
	// (section 6.5.4): fmt, attStmt, authData.
	AttestationObject func(map[string]any)

	// AttestationObjectBytes changes the encoded attestation object, after
	// AttestationObject.
	AttestationObjectBytes func([]byte) []byte

	// Response changes the JSON object that is returned. Its member "response"
	// is a map[string]any, binary members are base64url.
	Response func(map[string]any)

	// ResponseJSON changes the encoded response, last of all: for what no
	// encoder writes, such as a member that is there twice.
	ResponseJSON func([]byte) []byte

	// SignOriginal signs the client data and authenticator data as they were
	// before tampering, as when somebody changes them on the way: the
	// signature no longer fits.
	SignOriginal bool
}

func (t Tamper) clientData(members map[string]any) ([]byte, error) {
	if t.ClientData != nil {
		t.ClientData(members)
	}
	data, err := encodeClientData(members)
	if err != nil {
		return nil, err
	}
	return applyBytes(t.ClientDataJSON, data), nil
}

func (t Tamper) coseKey(members map[int]any) ([]byte, error) {
	if t.COSEKey != nil {
		t.COSEKey(members)
	}
	data, err := encodeCBOR(members)
	if err != nil {
		return nil, err
	}
	return applyBytes(t.COSEKeyBytes, data), nil
}

func applyBytes(f func([]byte) []byte, data []byte) []byte {
	if f == nil {
		return data
	}
	return f(append([]byte(nil), data...))
}
