package passkey

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
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

// assertionJSON is AuthenticationResponseJSON (section 5.1), in one pass: the decoder
// refuses a member that is there twice, and Others are those that it does not know.
type assertionJSON struct {
	ID         string          `json:"id"`
	RawID      base64url       `json:"rawId"`
	Type       string          `json:"type"`
	Attachment string          `json:"authenticatorAttachment"`
	Extensions jsontext.Value  `json:"clientExtensionResults"`
	Transports skipped         `json:"transports"`
	Response   assertionInJSON `json:"response"`
	Others     jsontext.Value  `json:",embed"`
}

// assertionInJSON is AuthenticatorAssertionResponseJSON.
type assertionInJSON struct {
	ClientData        base64url      `json:"clientDataJSON"`
	AuthenticatorData base64url      `json:"authenticatorData"`
	Signature         base64url      `json:"signature"`
	UserHandle        base64url      `json:"userHandle"`
	AttestationObject skipped        `json:"attestationObject"`
	Transports        skipped        `json:"transports"`
	PublicKey         skipped        `json:"publicKey"`
	Algorithm         skipped        `json:"publicKeyAlgorithm"`
	Others            jsontext.Value `json:",embed"`
}

// parseAssertion reads an assertion as protocol.ParseCredentialRequestResponseBytes does,
// and refuses what could be read in two ways. sent is its challenge, as far as it can
// be read.
func parseAssertion(response jsontext.Value) (parsed *protocol.ParsedCredentialAssertionData, sent string, err error) {
	var in assertionJSON
	if err := json.Unmarshal(response, &in); err != nil {
		return nil, "", err
	}
	raw := protocol.CredentialAssertionResponse{
		PublicKeyCredential: protocol.PublicKeyCredential{
			Credential: protocol.Credential{ID: in.ID, Type: in.Type}, RawID: protocol.URLEncodedBase64(in.RawID), AuthenticatorAttachment: in.Attachment,
		},
		AssertionResponse: protocol.AuthenticatorAssertionResponse{
			AuthenticatorResponse: protocol.AuthenticatorResponse{ClientDataJSON: protocol.URLEncodedBase64(in.Response.ClientData)},
			AuthenticatorData:     protocol.URLEncodedBase64(in.Response.AuthenticatorData),
			Signature:             protocol.URLEncodedBase64(in.Response.Signature),
			UserHandle:            protocol.URLEncodedBase64(in.Response.UserHandle),
		},
	}
	if len(in.Extensions) > len("{}") && in.Extensions.Kind() != 'n' {
		if err := raw.ClientExtensionResults.UnmarshalJSON(in.Extensions); err != nil {
			return nil, "", err
		}
	} else if kind := in.Extensions.Kind(); len(in.Extensions) > 0 && kind != '{' && kind != 'n' {
		return nil, "", errors.New("the results of extensions are no object")
	}
	if parsed, err = raw.Parse(); err != nil {
		return nil, "", err
	}
	sent = parsed.Response.CollectedClientData.Challenge
	return parsed, sent, errors.Join(
		exactID(parsed.ParsedPublicKeyCredential),
		exactNames(in.Others, responseNames), exactNames(in.Response.Others, innerNames), exactClientData(in.Response.ClientData))
}

// wellWritten reports what could be read in two ways of a registration.
func wellWritten(response, clientData []byte, parsed protocol.ParsedPublicKeyCredential) error {
	var in struct {
		ID       skipped `json:"id"`
		RawID    skipped `json:"rawId"`
		Type     skipped `json:"type"`
		Response struct {
			ClientData        skipped        `json:"clientDataJSON"`
			AttestationObject skipped        `json:"attestationObject"`
			AuthenticatorData skipped        `json:"authenticatorData"`
			Signature         skipped        `json:"signature"`
			UserHandle        skipped        `json:"userHandle"`
			Transports        skipped        `json:"transports"`
			PublicKey         skipped        `json:"publicKey"`
			Algorithm         skipped        `json:"publicKeyAlgorithm"`
			Others            jsontext.Value `json:",embed"`
		} `json:"response"`
		Attachment skipped        `json:"authenticatorAttachment"`
		Extensions skipped        `json:"clientExtensionResults"`
		Transports skipped        `json:"transports"`
		Others     jsontext.Value `json:",embed"`
	}
	if err := json.Unmarshal(response, &in); err != nil {
		return err
	}
	return errors.Join(
		exactID(parsed),
		exactNames(in.Others, responseNames), exactNames(in.Response.Others, innerNames), exactClientData(clientData))
}

// exactID follows section 5, Base64URLString: decoders may skip line breaks and the
// unused bits of the last letter, and whoever compares ids as text does not.
func exactID(parsed protocol.ParsedPublicKeyCredential) error {
	if len(parsed.ID) == base64.RawURLEncoding.EncodedLen(len(parsed.RawID)) {
		var written [1400]byte // of the longest id, 1023 bytes, and a little more
		if text := base64.RawURLEncoding.AppendEncode(written[:0], parsed.RawID); string(text) == parsed.ID {
			return nil
		}
	}
	return errors.New("the credential id is not written as base64url is")
}

// exactClientData demands the members of CollectedClientData as they are written.
func exactClientData(clientData []byte) error {
	var in struct {
		Type         skipped        `json:"type"`
		Challenge    skipped        `json:"challenge"`
		Origin       skipped        `json:"origin"`
		CrossOrigin  skipped        `json:"crossOrigin"`
		TopOrigin    skipped        `json:"topOrigin"`
		TokenBinding skipped        `json:"tokenBinding"`
		Others       jsontext.Value `json:",embed"`
	}
	if err := json.Unmarshal(clientData, &in); err != nil {
		return err
	}
	return exactNames(in.Others, clientDataNames)
}

// exactNames refuses a member that is one of known but for upper and lower case, in the
// object of those that are not known.
func exactNames(others jsontext.Value, known []string) error {
	if len(others) == 0 {
		return nil
	}
	d := jsontext.NewDecoder(bytes.NewReader(others))
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return err
		}
		text := name.String()
		if slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, text) }) {
			return fmt.Errorf("a member is called %q", text)
		}
		if err := d.SkipValue(); err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}

// skipped is a member that is known and not read.
type skipped struct{}

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (*skipped) UnmarshalJSONFrom(d *jsontext.Decoder) error { return d.SkipValue() }

// base64url is bytes as text (RFC 4648, section 5), with or without padding; null is
// none.
type base64url []byte

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (b *base64url) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	value, err := d.ReadValue()
	if err != nil || value.Kind() == 'n' {
		return err
	}
	if value.Kind() != '"' {
		return errors.New("a value is no text in base64url")
	}
	text := value[1 : len(value)-1]
	if bytes.IndexByte(text, '\\') >= 0 {
		if text, err = jsontext.AppendUnquote(nil, value); err != nil {
			return err
		}
	}
	text = bytes.TrimRight(text, "=")
	*b = make([]byte, base64.RawURLEncoding.DecodedLen(len(text)))
	n, err := base64.RawURLEncoding.Decode(*b, text)
	*b = (*b)[:n]
	return err
}
