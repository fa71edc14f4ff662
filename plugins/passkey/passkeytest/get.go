package passkeytest

import (
	"bytes"
	"fmt"
	"maps"
)

// GetOptions changes one authentication. The zero value is an honest one.
type GetOptions struct {
	// CredentialID picks the credential that answers, even one the options do
	// not allow. Default (nil): the first of allowCredentials that is held,
	// or the newest resident credential when that list is empty.
	CredentialID []byte

	// Flags are sent as they are, even where the options require more; the
	// credential keeps its own. Default (nil): those of the credential.
	Flags *Flags

	// SignCount is sent as it is; the credential's own counter does not move.
	// Default (nil): the credential's counter after its CountStep.
	SignCount *uint32

	// RPID and Origin stand in for those of the options and of the
	// authenticator: what a client would never sign. RPID changes what is
	// signed, not which credential answers; with it set, the options' own is
	// not checked.
	RPID, Origin string

	// Extensions are authenticator extension outputs; nil sends none.
	Extensions map[string]any

	// ClientExtensions are client extension outputs. Default (nil): empty.
	ClientExtensions map[string]any

	// Tamper bends the authentication. Its fields about keys and attestation
	// have no part in it.
	Tamper Tamper
}

// Get answers PublicKeyCredentialRequestOptionsJSON with
// AuthenticationResponseJSON (section 5.1.4). The user handle is present for
// resident credentials only.
//
// It returns [ErrMalformed], [ErrSecurity] or [ErrNotAllowed].
func (a *Authenticator) Get(options []byte, get GetOptions) ([]byte, error) {
	request, err := parseAssertion(options)
	if err != nil {
		return nil, err
	}
	rpID, err := relyingParty(request.RPID, a.options.Origin, a.options.RPID)
	if err != nil {
		if get.RPID == "" {
			return nil, err
		}
		rpID = request.RPID
	}
	credential, flags, count, err := a.use(rpID, request, get)
	if err != nil {
		return nil, err
	}
	signedRPID := orDefault(get.RPID, rpID)
	origin := orDefault(get.Origin, a.options.Origin)

	tamper := get.Tamper
	honest, err := assertionLayers(signedRPID, flags, count, request, get, origin, Tamper{})
	if err != nil {
		return nil, err
	}
	sent, err := assertionLayers(signedRPID, flags, count, request, get, origin, tamper)
	if err != nil {
		return nil, err
	}
	signed := sent
	if tamper.SignOriginal {
		signed = honest
	}
	signature, err := sign(credential.PrivateKey, signedBytes(signed.authData, signed.clientDataJSON))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}

	inner := map[string]any{
		"clientDataJSON":    encodeBase64URL(sent.clientDataJSON),
		"authenticatorData": encodeBase64URL(sent.authData),
		"signature":         encodeBase64URL(applyBytes(tamper.Signature, signature)),
	}
	if credential.Resident {
		inner["userHandle"] = encodeBase64URL(credential.UserHandle)
	}
	extensions := maps.Clone(get.ClientExtensions)
	if extensions == nil {
		extensions = map[string]any{}
	}
	return encodeResponse(credential, inner, extensions, tamper)
}

// use picks the credential and moves its counter.
func (a *Authenticator) use(rpID string, request assertionRequest, get GetOptions) (Credential, Flags, uint32, error) {
	a.mu.Lock()
	defer a.mu.Unlock()

	i := a.choose(rpID, request, get.CredentialID)
	if i < 0 {
		return Credential{}, 0, 0, fmt.Errorf("%w: no credential for %q answers", ErrNotAllowed, rpID)
	}
	c := &a.credentials[i]
	flags := c.Flags
	if get.Flags != nil {
		flags = *get.Flags
	} else if request.UserVerification == "required" && flags&UserVerified == 0 {
		return Credential{}, 0, 0, fmt.Errorf("%w: user verification is required", ErrNotAllowed)
	}
	if get.SignCount != nil {
		return c.clone(), flags, *get.SignCount, nil
	}
	c.SignCount += uint32(c.CountStep)
	return c.clone(), flags, c.SignCount, nil
}

// choose needs the lock.
func (a *Authenticator) choose(rpID string, request assertionRequest, wanted []byte) int {
	if len(wanted) > 0 {
		for i, c := range a.credentials {
			if bytes.Equal(c.ID, wanted) {
				return i
			}
		}
		return -1
	}
	if len(request.AllowCredentials) > 0 {
		for _, allowed := range request.AllowCredentials {
			if i := a.find(rpID, allowed.ID); i >= 0 && allowed.Type == "public-key" {
				return i
			}
		}
		return -1
	}
	for i := len(a.credentials) - 1; i >= 0; i-- {
		if c := a.credentials[i]; c.RPID == rpID && c.Resident {
			return i
		}
	}
	return -1
}

func assertionLayers(rpID string, flags Flags, count uint32, request assertionRequest, get GetOptions, origin string, tamper Tamper) (layers, error) {
	clientDataJSON, err := tamper.clientData(clientDataMembers(typeGet, request.Challenge, origin))
	if err != nil {
		return layers{}, err
	}
	authData, err := authenticatorData(rpID, flags, count, nil, get.Extensions)
	if err != nil {
		return layers{}, err
	}
	return layers{clientDataJSON, applyBytes(tamper.AuthData, authData)}, nil
}
