package passkeytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
)

// Metadata is what a metadata service publishes (FIDO Metadata Service 3.1,
// section 3.1.6).
type Metadata struct {
	// Number grows with each publication.
	Number int
	// NextUpdate is the day by which the next one comes.
	NextUpdate time.Time
	Models     []Model
}

// Model is what is published about one make of authenticators.
type Model struct {
	AAGUID [16]byte
	// Root is the trust anchor of its attestations. Without one the model
	// attests by itself.
	Root *x509.Certificate
	// Status is its last report: "FIDO_CERTIFIED", "REVOKED". Default
	// "FIDO_CERTIFIED".
	Status string
}

// Metadata signs a publication: the BLOB, whose trust anchor is Root.
func (ca *CA) Metadata(m Metadata) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("passkeytest: %w", err)
	}
	signer, err := issue(certificate(ca.root.Subject.Organization[0], "Metadata"), ca.root, key, ca.key)
	if err != nil {
		return nil, err
	}
	entries := make([]any, len(m.Models))
	for i, model := range m.Models {
		entries[i] = model.entry()
	}
	chain := []string{base64.StdEncoding.EncodeToString(signer.Raw), base64.StdEncoding.EncodeToString(ca.root.Raw)}
	header, err := json.Marshal(map[string]any{"alg": "ES256", "typ": "JWT", "x5c": chain})
	if err != nil {
		return nil, fmt.Errorf("passkeytest: %w", err)
	}
	payload, err := json.Marshal(map[string]any{
		"legalHeader": "For tests.", "no": m.Number, "nextUpdate": m.NextUpdate.Format(time.DateOnly), "entries": entries,
	})
	if err != nil {
		return nil, fmt.Errorf("passkeytest: %w", err)
	}
	signed := encodeBase64URL(header) + "." + encodeBase64URL(payload)
	digest := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		return nil, fmt.Errorf("passkeytest: %w", err)
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return []byte(signed + "." + encodeBase64URL(signature)), nil
}

func (m Model) entry() map[string]any {
	aaguid := hex.EncodeToString(m.AAGUID[:])
	aaguid = aaguid[:8] + "-" + aaguid[8:12] + "-" + aaguid[12:16] + "-" + aaguid[16:20] + "-" + aaguid[20:]
	types, roots := []string{"basic_surrogate"}, []string{}
	if m.Root != nil {
		types, roots = []string{"basic_full"}, []string{base64.StdEncoding.EncodeToString(m.Root.Raw)}
	}
	return map[string]any{
		"aaguid": aaguid,
		"metadataStatement": map[string]any{
			"aaguid": aaguid, "description": "A test authenticator", "protocolFamily": "fido2", "schema": 3,
			"attestationTypes": types, "attestationRootCertificates": roots,
		},
		"statusReports":          []any{map[string]any{"status": orDefault(m.Status, "FIDO_CERTIFIED"), "effectiveDate": "2024-01-01"}},
		"timeOfLastStatusChange": "2024-01-01",
	}
}
