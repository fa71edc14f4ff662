package passkeytest

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	typeCreate = "webauthn.create"
	typeGet    = "webauthn.get"
)

// clientDataOrder is the order of section 5.8.1.1, which every client writes
// and the limited verification algorithm depends on.
var clientDataOrder = [...]string{"type", "challenge", "origin", "crossOrigin", "topOrigin"}

func clientDataMembers(typ string, challenge []byte, origin string) map[string]any {
	return map[string]any{
		"type":        typ,
		"challenge":   encodeBase64URL(challenge),
		"origin":      origin,
		"crossOrigin": false,
	}
}

func encodeClientData(members map[string]any) ([]byte, error) {
	names := make([]string, 0, len(members))
	for _, name := range clientDataOrder {
		if _, ok := members[name]; ok {
			names = append(names, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if !slices.Contains(clientDataOrder[:], name) {
			names = append(names, name)
		}
	}

	var buffer bytes.Buffer
	encoder := jsontext.NewEncoder(&buffer)
	if err := encoder.WriteToken(jsontext.BeginObject); err != nil {
		return nil, fmt.Errorf("passkeytest: client data: %w", err)
	}
	for _, name := range names {
		if err := encoder.WriteToken(jsontext.String(name)); err != nil {
			return nil, fmt.Errorf("passkeytest: client data: %w", err)
		}
		if err := json.MarshalEncode(encoder, members[name], json.Deterministic(true)); err != nil {
			return nil, fmt.Errorf("passkeytest: client data member %q: %w", name, err)
		}
	}
	if err := encoder.WriteToken(jsontext.EndObject); err != nil {
		return nil, fmt.Errorf("passkeytest: client data: %w", err)
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n")), nil
}

// signedBytes is what both an assertion and a packed attestation sign:
// authenticator data and the hash of the client data.
func signedBytes(authData, clientDataJSON []byte) []byte {
	hash := sha256.Sum256(clientDataJSON)
	return append(append([]byte(nil), authData...), hash[:]...)
}

func encodeBase64URL(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }
