package passkey

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/go-webauthn/webauthn/protocol"
	"github.com/google/uuid"
)

// Attestation says what authenticators must prove about their model when a passkey is
// registered. The zero value asks for nothing and accepts no claim. That is right unless
// an organisation hands out the authenticators: passkeys of password managers attest
// nothing, and any policy with trust anchors refuses them.
//
// Every statement is checked in itself (section 8). Its signer is checked only if Roots
// or Metadata say whom to trust.
type Attestation struct {
	// Conveyance is what the page asks browsers for: "none", "indirect", "direct" or
	// "enterprise" (section 5.4.7). Default "none".
	Conveyance string
	// Formats are the statement formats that are accepted, such as "packed" and "tpm".
	// Default: all that can be verified, and "none".
	Formats []string
	// AllowAAGUIDs are the only models that are accepted. Since authenticators declare
	// their model themselves, Build then requires Roots or Metadata, or
	// AllowSelfDeclaredAAGUIDs. Default: all models.
	AllowAAGUIDs []string
	// DenyAAGUIDs are models that are refused. The list stops honest authenticators; only
	// trust anchors stop one that lies. Default: none.
	DenyAAGUIDs []string
	// Roots are certificates of makers whose attestations are trusted. With a list of
	// models the maker must also certify the model. Default: none.
	Roots []*x509.Certificate
	// Metadata is a FIDO metadata service: for each model it says whose attestations to
	// trust, and whether the model has been broken. Models that it does not list are
	// refused unless Roots vouch for them. Default: none.
	Metadata *Metadata
	// AllowSelfDeclaredAAGUIDs lets AllowAAGUIDs accept the model that an authenticator
	// declares without proof. It guides honest users and stops no attacker. Default
	// false.
	AllowSelfDeclaredAAGUIDs bool
}

// anchored says that registrations need an attestation that leads to somebody
// who is believed.
func (a *Attestation) anchored() bool { return len(a.Roots) > 0 || a.Metadata != nil }

var (
	conveyances = []string{"none", "indirect", "direct", "enterprise"}
	// chained are the formats that carry their certificates where they can be
	// followed to a root.
	chained = []string{"packed", "tpm", "android-key", "apple", "fido-u2f"}
	formats = append([]string{"none", "android-safetynet", "compound"}, chained...)
)

func (a *Attestation) check() (problems []error) {
	add := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("Attestation."+format, args...))
	}
	if !slices.Contains(conveyances, a.Conveyance) {
		add("Conveyance %q is not none, indirect, direct or enterprise; use one of them", a.Conveyance)
	}
	for _, format := range a.Formats {
		if !slices.Contains(formats, format) {
			add("Formats: %q cannot be verified; use some of %s", format, strings.Join(formats, ", "))
		}
	}
	for name, list := range map[string][]string{"AllowAAGUIDs": a.AllowAAGUIDs, "DenyAAGUIDs": a.DenyAAGUIDs} {
		for _, id := range list {
			if parsed, err := uuid.Parse(id); err != nil || parsed.String() != id {
				add("%s: %q is not a UUID in lower case; write it like 00000000-0000-0000-0000-000000000000", name, id)
			}
		}
	}
	switch {
	case len(a.AllowAAGUIDs) > 0 && !a.anchored() && !a.AllowSelfDeclaredAAGUIDs:
		add("AllowAAGUIDs proves nothing without Roots or Metadata, since authenticators declare their model themselves; add trust anchors, or set AllowSelfDeclaredAAGUIDs")
	case a.AllowSelfDeclaredAAGUIDs && a.anchored():
		add("AllowSelfDeclaredAAGUIDs has no effect beside Roots or Metadata; remove one of them")
	case a.anchored() && a.Conveyance == "none":
		add("Conveyance is none, so no authenticator would prove anything to Roots or Metadata; set it to direct")
	}
	if slices.Contains(a.Roots, nil) {
		add("Roots holds a nil certificate; remove it")
	}
	if a.Metadata != nil {
		if err := a.Metadata.check(); err != nil {
			add("Metadata: %w", err)
		}
	}
	return problems
}

// judge applies the policy to a registration whose statement holds in itself.
func (p *Passkeys) judge(c *betterauth.Ctx, parsed *protocol.ParsedCredentialCreationData) error {
	a, object := &p.cfg.Attestation, &parsed.Response.AttestationObject
	if len(a.Formats) > 0 && !slices.Contains(a.Formats, object.Format) {
		return ErrAuthenticatorRefused.Because(fmt.Errorf("attestation format %q", object.Format))
	}
	model, err := uuid.FromBytes(object.AuthData.AttData.AAGUID)
	if err != nil {
		return err
	}
	if len(a.AllowAAGUIDs) > 0 && !slices.Contains(a.AllowAAGUIDs, model.String()) || slices.Contains(a.DenyAAGUIDs, model.String()) {
		return ErrAuthenticatorRefused.Because(fmt.Errorf("model %s", model))
	}
	if !a.anchored() {
		return nil
	}
	chain, err := certificates(object)
	if err != nil {
		return ErrAuthenticatorRefused.Because(err)
	}
	if a.Metadata != nil {
		if err := p.metadata.vouches(c, model, object); !errors.Is(err, errUnknownModel) {
			return err
		}
	}
	if err := a.vouch(c, object, chain); err != nil {
		return ErrAuthenticatorRefused.Because(err)
	}
	return nil
}

// certificates are those of the statement, the authenticator's own first. A
// statement without any, such as one that the new key signed for itself, proves
// nothing about who made the authenticator.
func certificates(object *protocol.AttestationObject) ([]*x509.Certificate, error) {
	if !slices.Contains(chained, object.Format) {
		return nil, fmt.Errorf("attestation format %q leads to no trust anchor", object.Format)
	}
	raw, _ := object.AttStatement["x5c"].([]any)
	if len(raw) == 0 {
		return nil, errors.New("the attestation carries no certificate")
	}
	chain := make([]*x509.Certificate, len(raw))
	for i, der := range raw {
		bytes, _ := der.([]byte)
		cert, err := x509.ParseCertificate(bytes)
		if err != nil {
			return nil, err
		}
		chain[i] = cert
	}
	return chain, nil
}

var subjectAltName = asn1.ObjectIdentifier{2, 5, 29, 17}

// vouch follows the chain to Roots.
func (a *Attestation) vouch(c *betterauth.Ctx, object *protocol.AttestationObject, chain []*x509.Certificate) error {
	if len(a.Roots) == 0 {
		return errors.New("no trust anchor knows the model")
	}
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	for _, root := range a.Roots {
		roots.AddCert(root)
	}
	for _, cert := range chain[1:] {
		between.AddCert(cert)
	}
	leaf := chain[0]
	if object.Format == "tpm" {
		// TPMs name themselves in a critical extension of a kind that
		// crypto/x509 leaves to others; go-webauthn has checked it.
		leaf.UnhandledCriticalExtensions = slices.DeleteFunc(leaf.UnhandledCriticalExtensions, subjectAltName.Equal)
	}
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: c.Now(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil {
		return err
	}
	if len(a.AllowAAGUIDs)+len(a.DenyAAGUIDs) > 0 && !certifiesModel(leaf, object.AuthData.AttData.AAGUID) {
		return errors.New("the certificate does not say which model it is for")
	}
	return nil
}

// modelExtension is id-fido-gen-ce-aaguid (section 8.2.1).
var modelExtension = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 45724, 1, 1, 4}

func certifiesModel(cert *x509.Certificate, model []byte) bool {
	return slices.ContainsFunc(cert.Extensions, func(e pkix.Extension) bool {
		var value []byte
		rest, err := asn1.Unmarshal(e.Value, &value)
		return e.Id.Equal(modelExtension) && err == nil && len(rest) == 0 && slices.Equal(value, model)
	})
}
