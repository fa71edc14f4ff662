package published

import (
	"encoding/base64"
	"go/ast"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Capture is what an authenticator once sent through a browser: a registration
// where it has an attestation object, else an assertion.
type Capture struct {
	// Body is the credential as a page sends it, in JSON.
	Body         jsontext.Value
	Registration bool
	// Challenge (base64url) and Origin are those of its client data.
	Challenge, Origin string
}

// Captures returns the captures of the library's tests in the order of their
// files: an assertion and 19 registrations.
func Captures(t testing.TB) []Capture {
	t.Helper()
	var all []Capture
	for _, file := range parse(t, "*_test.go") {
		ast.Inspect(file, func(n ast.Node) bool {
			if body, ok := text(n); ok && strings.HasPrefix(strings.TrimSpace(body), "{") {
				if c, ok := capture(body); ok {
					all = append(all, c)
				}
			}
			return true
		})
	}
	if len(all) != 20 {
		t.Fatalf("%s has %d captures in its tests, want 20: number cases.Captures anew", library, len(all))
	}
	return all
}

// capture decodes a literal; ok is false for JSON that is something else.
func capture(body string) (c Capture, ok bool) {
	var sent struct {
		Response struct {
			AttestationObject string `json:"attestationObject"`
			ClientDataJSON    string `json:"clientDataJSON"`
		} `json:"response"`
	}
	if json.Unmarshal([]byte(body), &sent) != nil {
		return c, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(sent.Response.ClientDataJSON, "="))
	if err != nil {
		return c, false
	}
	var client struct {
		Challenge string `json:"challenge"`
		Origin    string `json:"origin"`
	}
	if json.Unmarshal(raw, &client) != nil {
		return c, false
	}
	return Capture{jsontext.Value(body), sent.Response.AttestationObject != "", client.Challenge, client.Origin}, true
}
