package passkey

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/go-webauthn/webauthn/protocol"
)

// What a response means must not depend on who reads it. A member in other
// letters, a member that is there twice and base64url that nobody would write are
// refused, since decoders differ in what they make of them.

var (
	responseNames   = []string{"id", "rawId", "type", "response", "authenticatorAttachment", "clientExtensionResults", "transports"}
	innerNames      = []string{"clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle", "transports", "publicKey", "publicKeyAlgorithm"}
	clientDataNames = []string{"type", "challenge", "origin", "crossOrigin", "topOrigin", "tokenBinding"}
)

// wellWritten reports what could be read in two ways.
func wellWritten(response, clientData []byte, parsed protocol.ParsedPublicKeyCredential) error {
	// Section 5, Base64URLString: decoders may skip line breaks and the unused bits
	// of the last letter, and whoever compares ids as text does not.
	if parsed.ID != base64.RawURLEncoding.EncodeToString(parsed.RawID) {
		return errors.New("the credential id is not written as base64url is")
	}
	inner, err := exactNames(response, responseNames, "response")
	if err != nil {
		return err
	}
	if _, err := exactNames(inner, innerNames, ""); err != nil {
		return err
	}
	_, err = exactNames(clientData, clientDataNames, "")
	return err
}

// exactNames demands an object without a member twice, and none that is one of
// known but for upper and lower case. It returns the value of the member wanted.
func exactNames(object []byte, known []string, wanted string) (value jsontext.Value, err error) {
	d := jsontext.NewDecoder(bytes.NewReader(object))
	if d.PeekKind() != '{' {
		return nil, errors.New("a part of the response is no object")
	}
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		text := name.String()
		if slices.ContainsFunc(known, func(k string) bool { return k != text && strings.EqualFold(k, text) }) {
			return nil, fmt.Errorf("a member is called %q", text)
		}
		if text != wanted {
			if err := d.SkipValue(); err != nil {
				return nil, err
			}
			continue
		}
		read, err := d.ReadValue()
		if err != nil {
			return nil, err
		}
		value = read.Clone()
	}
	_, err = d.ReadToken()
	return value, err
}
