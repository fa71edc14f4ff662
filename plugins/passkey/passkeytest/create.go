package passkeytest

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
)

// credentialIDSize is the length in bytes of generated credential ids, the
// least section 4 asks for.
const credentialIDSize = 16

// CreateOptions changes one registration. The zero value is an honest one.
type CreateOptions struct {
	// Algorithm is used whether or not the options offer it. Default (0): the
	// first offered that the authenticator knows.
	Algorithm Algorithm

	// PrivateKey is used instead of a new one, and decides the algorithm.
	PrivateKey crypto.Signer

	// CredentialID is used instead of 16 random bytes. At most 65535 bytes.
	CredentialID []byte

	// Attestation is the kind of attestation. Default: AttestationNone.
	Attestation Attestation

	// CA certifies an AttestationPacked. WithoutCertifiedAAGUID leaves the
	// AAGUID out of the certificate.
	CA                     *CA
	WithoutCertifiedAAGUID bool

	// Flags are sent as they are, even where the options require more, and
	// stay with the credential. Default (nil): those of the authenticator.
	Flags *Flags

	// SignCount is the signature counter at registration.
	SignCount uint32

	// CountStep is the credential's CountStep. Default (nil): that of the
	// authenticator.
	CountStep *int32

	// Resident makes the credential resident or not, whatever the options and
	// the authenticator say. Default (nil): resident if the options require
	// or prefer it and the authenticator can.
	Resident *bool

	// AAGUID, Transports and Attachment are those of the credential. Default
	// (nil, nil, ""): those of the authenticator.
	AAGUID     *[16]byte
	Transports []string
	Attachment string

	// RPID and Origin stand in for those of the options and of the
	// authenticator: what a client would never sign. With RPID set, the
	// options' own is not checked.
	RPID, Origin string

	// Extensions are authenticator extension outputs; nil sends none.
	Extensions map[string]any

	// ClientExtensions are client extension outputs. Default (nil): credProps
	// if the options ask for it.
	ClientExtensions map[string]any

	// Tamper bends the registration.
	Tamper Tamper
}

// Create answers PublicKeyCredentialCreationOptionsJSON with
// RegistrationResponseJSON and keeps the new credential (section 5.1.3).
// A resident credential takes the place of an older one for the same RP ID
// and user handle, as CTAP 2.1, section 6.1.2, has it.
//
// It returns [ErrMalformed], [ErrSecurity], [ErrExcluded], [ErrNotSupported],
// [ErrNotAllowed] or [ErrKey], and keeps nothing then.
func (a *Authenticator) Create(options []byte, create CreateOptions) ([]byte, error) {
	request, err := parseCreation(options)
	if err != nil {
		return nil, err
	}
	rpID := create.RPID
	if rpID == "" {
		if rpID, err = relyingParty(request.RP.ID, a.options.Origin, a.options.RPID); err != nil {
			return nil, err
		}
	}
	credential, err := a.newCredential(rpID, request, create)
	if err != nil {
		return nil, err
	}
	origin := orDefault(create.Origin, a.options.Origin)
	response, err := registration(credential, request, create, origin)
	if err != nil {
		return nil, err
	}

	a.mu.Lock()
	defer a.mu.Unlock()
	if credential.Resident {
		a.credentials = slices.DeleteFunc(a.credentials, func(old Credential) bool {
			return old.Resident && old.RPID == rpID && bytes.Equal(old.UserHandle, credential.UserHandle)
		})
	}
	a.store(credential)
	return response, nil
}

// newCredential checks the request against what is held and makes the key.
func (a *Authenticator) newCredential(rpID string, request creationRequest, create CreateOptions) (Credential, error) {
	a.mu.Lock()
	defer a.mu.Unlock()

	for _, excluded := range request.ExcludeCredentials {
		if a.find(rpID, excluded.ID) >= 0 {
			return Credential{}, ErrExcluded
		}
	}
	resident := request.prefersResident() && !a.options.NoResidentKeys
	if create.Resident != nil {
		resident = *create.Resident
	} else if request.requiresResident() && !resident {
		return Credential{}, fmt.Errorf("%w: a resident key is required", ErrNotAllowed)
	}
	flags := a.options.Flags
	if create.Flags != nil {
		flags = *create.Flags
	} else if request.AuthenticatorSelection.UserVerification == "required" && flags&UserVerified == 0 {
		return Credential{}, fmt.Errorf("%w: user verification is required", ErrNotAllowed)
	}

	key, err := a.privateKey(request, create)
	if err != nil {
		return Credential{}, err
	}
	id := bytes.Clone(create.CredentialID)
	if len(id) == 0 {
		id = make([]byte, credentialIDSize)
		if _, err := io.ReadFull(a.options.Rand, id); err != nil {
			return Credential{}, fmt.Errorf("passkeytest: read randomness: %w", err)
		}
	}
	if len(id) > math.MaxUint16 {
		return Credential{}, fmt.Errorf("%w: credential id of %d bytes", ErrMalformed, len(id))
	}
	c := Credential{
		ID:         id,
		RPID:       rpID,
		UserHandle: request.User.ID,
		PrivateKey: key,
		Resident:   resident,
		Flags:      flags,
		SignCount:  create.SignCount,
		CountStep:  a.options.CountStep,
		AAGUID:     a.options.AAGUID,
		Transports: slices.Clone(a.options.Transports),
		Attachment: orDefault(create.Attachment, a.options.Attachment),
	}
	if create.CountStep != nil {
		c.CountStep = *create.CountStep
	}
	if create.AAGUID != nil {
		c.AAGUID = *create.AAGUID
	}
	if create.Transports != nil {
		c.Transports = slices.Clone(create.Transports)
	}
	return c, nil
}

func (a *Authenticator) privateKey(request creationRequest, create CreateOptions) (crypto.Signer, error) {
	if create.PrivateKey != nil {
		_, err := algorithmOf(create.PrivateKey)
		return create.PrivateKey, err
	}
	algorithm := create.Algorithm
	if algorithm == 0 {
		var err error
		if algorithm, err = request.algorithm(a.options.Algorithms); err != nil {
			return nil, err
		}
	}
	return generateKey(algorithm, a.options.Rand)
}

func registration(c Credential, request creationRequest, create CreateOptions, origin string) ([]byte, error) {
	tamper := create.Tamper
	honest, err := registrationLayers(c, request, create, origin, Tamper{})
	if err != nil {
		return nil, err
	}
	sent, err := registrationLayers(c, request, create, origin, tamper)
	if err != nil {
		return nil, err
	}
	signed := sent
	if tamper.SignOriginal {
		signed = honest
	}
	attestationObject, err := attest(create, c, sent.authData, signed, tamper)
	if err != nil {
		return nil, err
	}

	algorithm, err := algorithmOf(c.PrivateKey)
	if err != nil {
		return nil, err
	}
	publicKey, err := x509.MarshalPKIXPublicKey(c.PrivateKey.Public())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	extensions := maps.Clone(create.ClientExtensions)
	if extensions == nil {
		extensions = map[string]any{}
		if request.Extensions.CredProps {
			extensions["credProps"] = map[string]any{"rk": c.Resident}
		}
	}
	return encodeResponse(c, map[string]any{
		"clientDataJSON":     encodeBase64URL(sent.clientDataJSON),
		"attestationObject":  encodeBase64URL(attestationObject),
		"authenticatorData":  encodeBase64URL(sent.authData),
		"publicKey":          encodeBase64URL(publicKey),
		"publicKeyAlgorithm": int(algorithm),
		"transports":         slices.Clone(c.Transports),
	}, extensions, tamper)
}

func registrationLayers(c Credential, request creationRequest, create CreateOptions, origin string, tamper Tamper) (layers, error) {
	clientDataJSON, err := tamper.clientData(clientDataMembers(typeCreate, request.Challenge, origin))
	if err != nil {
		return layers{}, err
	}
	members, err := coseKey(c.PrivateKey)
	if err != nil {
		return layers{}, err
	}
	publicKey, err := tamper.coseKey(members)
	if err != nil {
		return layers{}, err
	}
	attested := attestedCredentialData(c.AAGUID, c.ID, publicKey)
	authData, err := authenticatorData(c.RPID, c.Flags, c.SignCount, attested, create.Extensions)
	if err != nil {
		return layers{}, err
	}
	return layers{clientDataJSON, applyBytes(tamper.AuthData, authData)}, nil
}

func orDefault(value, fallback string) string {
	if value != "" {
		return value
	}
	return fallback
}
