package passkeytest

import (
	"fmt"

	"github.com/go-json-experiment/json"
)

// layers are the two byte strings every WebAuthn signature covers.
type layers struct {
	clientDataJSON, authData []byte
}

// encodeResponse wraps what both ceremonies return (section 5.1, toJSON).
func encodeResponse(c Credential, inner, extensions map[string]any, tamper Tamper) ([]byte, error) {
	id := encodeBase64URL(c.ID)
	response := map[string]any{
		"id":                     id,
		"rawId":                  id,
		"type":                   "public-key",
		"response":               inner,
		"clientExtensionResults": extensions,
	}
	if c.Attachment != "" {
		response["authenticatorAttachment"] = c.Attachment
	}
	if tamper.Response != nil {
		tamper.Response(response)
	}
	data, err := json.Marshal(response, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("passkeytest: response: %w", err)
	}
	return applyBytes(tamper.ResponseJSON, data), nil
}
