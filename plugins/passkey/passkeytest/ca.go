package passkeytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"time"
)

// CA certifies authenticators, as their maker does: registrations with
// [AttestationPacked] carry a certificate of its. It is safe for concurrent use.
type CA struct {
	key  *ecdsa.PrivateKey
	root *x509.Certificate
}

// NewCA makes one with a new key. A maker's name tells several apart.
func NewCA(maker string) (*CA, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("passkeytest: %w", err)
	}
	template := certificate(maker, maker+" Root")
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
	root, err := issue(template, template, key, key)
	if err != nil {
		return nil, err
	}
	return &CA{key, root}, nil
}

// Root is the trust anchor.
func (ca *CA) Root() *x509.Certificate { return ca.root }

// aaguidExtension is id-fido-gen-ce-aaguid (section 8.2.1).
var aaguidExtension = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 45724, 1, 1, 4}

// attestation issues a certificate for the model, with its AAGUID unless that
// is left out, as makers of one model may (section 8.2.1).
func (ca *CA) attestation(aaguid [16]byte, anonymous bool) (*ecdsa.PrivateKey, *x509.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("passkeytest: %w", err)
	}
	template := certificate(ca.root.Subject.Organization[0], "Authenticator")
	template.Subject.OrganizationalUnit = []string{"Authenticator Attestation"}
	template.BasicConstraintsValid = true
	if !anonymous {
		value, err := asn1.Marshal(aaguid[:])
		if err != nil {
			return nil, nil, fmt.Errorf("passkeytest: %w", err)
		}
		template.ExtraExtensions = []pkix.Extension{{Id: aaguidExtension, Value: value}}
	}
	cert, err := issue(template, ca.root, key, ca.key)
	return key, cert, err
}

func certificate(maker, name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{Country: []string{"SE"}, Organization: []string{maker}, CommonName: name},
		NotBefore:    time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC),
	}
}

func issue(template, parent *x509.Certificate, key, signer *ecdsa.PrivateKey) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		return nil, fmt.Errorf("passkeytest: %w", err)
	}
	return x509.ParseCertificate(der)
}
