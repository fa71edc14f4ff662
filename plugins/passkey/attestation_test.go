package passkey_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/google/uuid"
)

var (
	knownModel = uuid.MustParse(model)
	otherModel = uuid.MustParse("ffffffff-0000-4000-8000-000000000001")
)

func newCA(t *testing.T, maker string) *passkeytest.CA {
	t.Helper()
	ca, err := passkeytest.NewCA(maker)
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

func publish(t *testing.T, ca *passkeytest.CA, number int, next string, models ...passkeytest.Model) []byte {
	t.Helper()
	day, err := time.Parse(time.DateOnly, next)
	if err != nil {
		t.Fatal(err)
	}
	blob, err := ca.Metadata(passkeytest.Metadata{Number: number, NextUpdate: day, Models: models})
	if err != nil {
		t.Fatal(err)
	}
	return blob
}

func TestAttestationPolicies(t *testing.T) {
	t.Parallel()
	maker, stranger, service := newCA(t, "Maker"), newCA(t, "Stranger"), newCA(t, "Service")
	// by is a registration by an authenticator of a model.
	by := func(id uuid.UUID, kind passkeytest.Attestation, ca *passkeytest.CA) passkeytest.CreateOptions {
		return passkeytest.CreateOptions{AAGUID: (*[16]byte)(&id), Attestation: kind, CA: ca}
	}
	const none, self, full = passkeytest.AttestationNone, passkeytest.AttestationPackedSelf, passkeytest.AttestationPacked
	anonymous := by(knownModel, full, maker)
	anonymous.WithoutCertifiedAAGUID = true
	certifiedForOther := by(knownModel, full, maker)
	certifiedForOther.Tamper.AuthData = func(d []byte) []byte { copy(d[37:53], otherModel[:]); return d }
	forged := by(knownModel, full, maker)
	forged.Tamper.Signature = func(s []byte) []byte { s[len(s)-1] ^= 1; return s }
	noChain := by(knownModel, full, maker)
	noChain.Tamper.AttestationStatement = func(m map[string]any) { m["x5c"] = []any{} }
	badChain := by(knownModel, full, maker)
	badChain.Tamper.AttestationStatement = func(m map[string]any) { m["x5c"] = []any{m["x5c"].([]any)[0], "text"} }

	metadata := func(models ...passkeytest.Model) *passkey.Metadata {
		return passkey.MetadataFromBLOB(publish(t, service, 1, "2026-02-01", models...)).SignedBy(service.Root())
	}
	certified := passkeytest.Model{AAGUID: knownModel, Root: maker.Root()}
	revoked := certified
	revoked.Status = "REVOKED"
	compromised := certified
	compromised.Status = "ATTESTATION_KEY_COMPROMISE"
	surrogate := passkeytest.Model{AAGUID: knownModel}
	roots := []*x509.Certificate{maker.Root()}

	const ok, no, fail = "", "AUTHENTICATOR_NOT_ALLOWED", "FAILED_TO_VERIFY_REGISTRATION"
	for name, tt := range map[string]struct {
		policy passkey.Attestation
		create passkeytest.CreateOptions
		want   string
	}{
		"nothing asked, none":       {passkey.Attestation{}, by(knownModel, none, nil), ok},
		"nothing asked, packed":     {passkey.Attestation{}, by(knownModel, full, stranger), ok},
		"nothing asked, forged":     {passkey.Attestation{}, forged, fail},
		"nothing asked, other cert": {passkey.Attestation{}, certifiedForOther, fail},
		"asked, not anchored":       {passkey.Attestation{Conveyance: "direct"}, by(knownModel, none, nil), ok},

		"format listed":   {passkey.Attestation{Formats: []string{"packed"}}, by(knownModel, self, nil), ok},
		"format unlisted": {passkey.Attestation{Formats: []string{"packed"}}, by(knownModel, none, nil), no},

		"denied":                   {passkey.Attestation{DenyAAGUIDs: []string{model}}, by(knownModel, none, nil), no},
		"not denied":               {passkey.Attestation{DenyAAGUIDs: []string{model}}, by(otherModel, none, nil), ok},
		"self-declared, allowed":   {passkey.Attestation{AllowAAGUIDs: []string{model}, AllowSelfDeclaredAAGUIDs: true}, by(knownModel, none, nil), ok},
		"self-declared, unlisted":  {passkey.Attestation{AllowAAGUIDs: []string{model}, AllowSelfDeclaredAAGUIDs: true}, by(otherModel, none, nil), no},
		"self-declared, anonymous": {passkey.Attestation{AllowAAGUIDs: []string{model}, AllowSelfDeclaredAAGUIDs: true}, by(uuid.Nil, none, nil), no},
		"allowed and denied":       {passkey.Attestation{AllowAAGUIDs: []string{model}, DenyAAGUIDs: []string{model}, AllowSelfDeclaredAAGUIDs: true}, by(knownModel, none, nil), no},

		"roots":                       {passkey.Attestation{Conveyance: "direct", Roots: roots}, by(knownModel, full, maker), ok},
		"roots, none":                 {passkey.Attestation{Conveyance: "direct", Roots: roots}, by(knownModel, none, nil), no},
		"roots, self":                 {passkey.Attestation{Conveyance: "direct", Roots: roots}, by(knownModel, self, nil), no},
		"roots, stranger":             {passkey.Attestation{Conveyance: "direct", Roots: roots}, by(knownModel, full, stranger), no},
		"roots, empty chain":          {passkey.Attestation{Conveyance: "direct", Roots: roots}, noChain, fail},
		"roots, broken chain":         {passkey.Attestation{Conveyance: "direct", Roots: roots}, badChain, fail},
		"roots, no model certified":   {passkey.Attestation{Conveyance: "direct", Roots: roots}, anonymous, ok},
		"roots and list":              {passkey.Attestation{Conveyance: "direct", Roots: roots, AllowAAGUIDs: []string{model}}, by(knownModel, full, maker), ok},
		"roots and list, unlisted":    {passkey.Attestation{Conveyance: "direct", Roots: roots, AllowAAGUIDs: []string{model}}, by(otherModel, full, maker), no},
		"roots and list, uncertified": {passkey.Attestation{Conveyance: "direct", Roots: roots, AllowAAGUIDs: []string{model}}, anonymous, no},
		"roots and list, self":        {passkey.Attestation{Conveyance: "direct", Roots: roots, AllowAAGUIDs: []string{model}}, by(knownModel, self, nil), no},
		"roots and list, none":        {passkey.Attestation{Conveyance: "direct", Roots: roots, AllowAAGUIDs: []string{model}}, by(knownModel, none, nil), no},

		"roots and denials":              {passkey.Attestation{Conveyance: "direct", Roots: roots, DenyAAGUIDs: []string{otherModel.String()}}, by(knownModel, full, maker), ok},
		"roots and denials, uncertified": {passkey.Attestation{Conveyance: "direct", Roots: roots, DenyAAGUIDs: []string{otherModel.String()}}, anonymous, no},
		"roots and both, uncertified":    {passkey.Attestation{Conveyance: "direct", Roots: roots, AllowAAGUIDs: []string{model}, DenyAAGUIDs: []string{otherModel.String()}}, anonymous, no},

		"metadata":                    {passkey.Attestation{Conveyance: "direct", Metadata: metadata(certified)}, by(knownModel, full, maker), ok},
		"metadata, none":              {passkey.Attestation{Conveyance: "direct", Metadata: metadata(certified)}, by(knownModel, none, nil), no},
		"metadata, self":              {passkey.Attestation{Conveyance: "direct", Metadata: metadata(surrogate)}, by(knownModel, self, nil), no},
		"metadata, stranger":          {passkey.Attestation{Conveyance: "direct", Metadata: metadata(certified)}, by(knownModel, full, stranger), no},
		"metadata, unknown":           {passkey.Attestation{Conveyance: "direct", Metadata: metadata(certified)}, by(otherModel, full, maker), no},
		"metadata, anonymous":         {passkey.Attestation{Conveyance: "direct", Metadata: metadata(certified)}, by(uuid.Nil, full, maker), no},
		"metadata, revoked":           {passkey.Attestation{Conveyance: "direct", Metadata: metadata(revoked)}, by(knownModel, full, maker), no},
		"metadata, compromised":       {passkey.Attestation{Conveyance: "direct", Metadata: metadata(compromised)}, by(knownModel, full, maker), no},
		"metadata, listed":            {passkey.Attestation{Conveyance: "direct", Metadata: metadata(certified), AllowAAGUIDs: []string{model}}, by(knownModel, full, maker), ok},
		"metadata, unlisted":          {passkey.Attestation{Conveyance: "direct", Metadata: metadata(certified), AllowAAGUIDs: []string{otherModel.String()}}, by(knownModel, full, maker), no},
		"metadata, denied":            {passkey.Attestation{Conveyance: "direct", Metadata: metadata(certified), DenyAAGUIDs: []string{model}}, by(knownModel, full, maker), no},
		"metadata and roots, unknown": {passkey.Attestation{Conveyance: "direct", Metadata: metadata(), Roots: roots}, by(knownModel, full, maker), ok},
		"metadata and roots, revoked": {passkey.Attestation{Conveyance: "direct", Metadata: metadata(revoked), Roots: roots}, by(knownModel, full, maker), no},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kit := newKit(t, attesting(tt.policy))
			alice, a := kit.SignedIn("alice@example.com"), newAuthenticator()
			answer := register(t, alice, a, tt.create)
			if answer.Code() != tt.want || answer.Status >= 500 {
				t.Fatalf("%d %s, want %q; log %s", answer.Status, answer.Body, tt.want, kit.Log)
			}
			if tt.want != ok {
				notRegistered(t, kit, answer)
				return
			}
			// Sign-ins ask nobody about the authenticator.
			authenticate(t, kit.Client(), a, passkeytest.GetOptions{}).Want(http.StatusOK)
		})
	}
}

// A certificate is for the model that the extension for models names, not for one whose
// id stands elsewhere in it.
func TestWhereACertificateNamesItsModel(t *testing.T) {
	t.Parallel()
	named, err := asn1.Marshal(knownModel[:])
	if err != nil {
		t.Fatal(err)
	}
	id := [16]byte(knownModel)
	for name, tt := range map[string]struct {
		extension asn1.ObjectIdentifier
		value     []byte
		ok        bool
	}{
		"the extension for it": {asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 45724, 1, 1, 4}, named, true},
		"another":              {asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 45724, 1, 1, 5}, named, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root, attest := attestedBy(t, pkix.Extension{Id: tt.extension, Value: tt.value})
			kit := newKit(t, attesting(passkey.Attestation{Conveyance: "direct", Roots: []*x509.Certificate{root}, AllowAAGUIDs: []string{model}}))
			answer := register(t, kit.SignedIn("alice@example.com"), newAuthenticator(), passkeytest.CreateOptions{AAGUID: &id, Tamper: attest})
			if !tt.ok {
				answer.WantError(passkey.ErrAuthenticatorRefused)
				return
			}
			answer.Want(http.StatusOK)
		})
	}
}

// attestedBy is a maker's root and a packed attestation by a certificate of theirs with an
// extension.
func attestedBy(t *testing.T, extension pkix.Extension) (root *x509.Certificate, attest passkeytest.Tamper) {
	t.Helper()
	issue := func(template, parent *x509.Certificate, key, signer *ecdsa.PrivateKey) *x509.Certificate {
		template.SerialNumber, template.BasicConstraintsValid = big.NewInt(1), true
		template.NotBefore, template.NotAfter = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)
		der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
		if err != nil {
			t.Fatal(err)
		}
		made, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	var keys [2]*ecdsa.PrivateKey
	for i := range keys {
		var err error
		if keys[i], err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	template := &x509.Certificate{Subject: pkix.Name{CommonName: "Maker Root"}, IsCA: true, KeyUsage: x509.KeyUsageCertSign}
	root = issue(template, template, keys[0], keys[0])
	leaf := issue(&x509.Certificate{
		Subject:         pkix.Name{Country: []string{"SE"}, Organization: []string{"Maker"}, OrganizationalUnit: []string{"Authenticator Attestation"}, CommonName: "Authenticator"},
		ExtraExtensions: []pkix.Extension{extension},
	}, root, keys[1], keys[0])
	var client []byte
	return root, passkeytest.Tamper{
		ClientDataJSON: func(sent []byte) []byte { client = sent; return sent },
		AttestationObject: func(object map[string]any) {
			hash := sha256.Sum256(client)
			digest := sha256.Sum256(append(slices.Clone(object["authData"].([]byte)), hash[:]...))
			signature, err := ecdsa.SignASN1(rand.Reader, keys[1], digest[:])
			if err != nil {
				t.Fatal(err)
			}
			object["fmt"], object["attStmt"] = "packed", map[string]any{"alg": -7, "sig": signature, "x5c": []any{leaf.Raw}}
		},
	}
}

func TestConveyanceIsAskedFor(t *testing.T) {
	t.Parallel()
	for cfg, want := range map[string]string{"": "none", "direct": "direct", "enterprise": "enterprise"} {
		var options struct {
			Attestation string `json:"attestation"`
		}
		newKit(t, attesting(passkey.Attestation{Conveyance: cfg})).SignedIn("a@example.com").Get(registerOptions).Into(&options)
		if options.Attestation != want {
			t.Errorf("%q asks for %q", cfg, options.Attestation)
		}
	}
}

func TestMetadataOfAStranger(t *testing.T) {
	t.Parallel()
	service, stranger := newCA(t, "Service"), newCA(t, "Stranger")
	blob := publish(t, stranger, 1, "2026-02-01")
	bent := append([]byte(nil), publish(t, service, 1, "2026-02-01")...)
	bent[len(bent)-2] ^= 1
	for name, m := range map[string]*passkey.Metadata{
		"another's": passkey.MetadataFromBLOB(blob).SignedBy(service.Root()),
		"bent":      passkey.MetadataFromBLOB(bent).SignedBy(service.Root()),
		"FIDO's":    passkey.MetadataFromBLOB(blob),
	} {
		_, err := plugintest.Build(t, plugintest.Options{Plugins: []betterauth.Plugin{passkey.New(attesting(passkey.Attestation{Conveyance: "direct", Metadata: m}))}})
		if err == nil || !strings.Contains(err.Error(), "does not hold") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMetadataFromAFile(t *testing.T) {
	t.Parallel()
	maker, service := newCA(t, "Maker"), newCA(t, "Service")
	file := filepath.Join(t.TempDir(), "blob.jwt")
	if err := os.WriteFile(file, publish(t, service, 1, "2025-02-01", passkeytest.Model{AAGUID: knownModel, Root: maker.Root()}), 0o600); err != nil {
		t.Fatal(err)
	}
	kit := newKit(t, attesting(passkey.Attestation{Conveyance: "direct", Metadata: passkey.MetadataFromFile(file).SignedBy(service.Root())}))
	if !strings.Contains(kit.Log.String(), "outdated") {
		t.Error("the log does not say that the file is outdated")
	}
	id := [16]byte(knownModel)
	register(t, kit.SignedIn("alice@example.com"), newAuthenticator(), passkeytest.CreateOptions{AAGUID: &id, Attestation: passkeytest.AttestationPacked, CA: maker}).Want(http.StatusOK)
}

// The BLOB is fetched when it is first needed and when a newer one is due, a
// failure is not repeated at once, and none of it concerns sign-ins.
func TestMetadataFromAURL(t *testing.T) {
	t.Parallel()
	maker, service := newCA(t, "Maker"), newCA(t, "Service")
	certified := passkeytest.Model{AAGUID: knownModel, Root: maker.Root()}
	revoked := certified
	revoked.Status = "REVOKED"
	var fetched atomic.Int32
	var blob atomic.Pointer[[]byte]
	serve := func(b []byte) { blob.Store(&b) }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fetched.Add(1)
		b := *blob.Load()
		if b == nil {
			w.WriteHeader(http.StatusBadGateway)
		}
		_, _ = w.Write(b)
	}))
	t.Cleanup(server.Close)
	serve(nil)
	kit := newKit(t, attesting(passkey.Attestation{Conveyance: "direct", Metadata: passkey.MetadataFromURL(server.URL).SignedBy(service.Root())}))
	id := [16]byte(knownModel)
	create := passkeytest.CreateOptions{AAGUID: &id, Attestation: passkeytest.AttestationPacked, CA: maker}
	a := newAuthenticator()
	attempt := func(wantFetches int32) *plugintest.Answer {
		t.Helper()
		answer := register(t, kit.SignedIn(uuid.NewString()+"@example.com"), a, create)
		if n := fetched.Swap(0); n != wantFetches {
			t.Errorf("fetched %d times, want %d", n, wantFetches)
		}
		return answer
	}
	attempt(1).WantError(passkey.ErrMetadataUnavailable)
	serve(publish(t, service, 5, "2026-01-03", certified))
	attempt(0).WantError(passkey.ErrMetadataUnavailable)
	kit.Clock.Advance(time.Minute)
	attempt(1).Want(http.StatusOK)
	attempt(0).Want(http.StatusOK)

	// A newer one is due: unreachable, older, of a stranger, then there.
	kit.Clock.Advance(48 * time.Hour)
	for _, bad := range [][]byte{nil, publish(t, service, 4, "2026-03-01", revoked), publish(t, maker, 6, "2026-03-01", revoked)} {
		serve(bad)
		attempt(1).Want(http.StatusOK)
		attempt(0).Want(http.StatusOK)
		kit.Clock.Advance(time.Minute)
	}
	if !strings.Contains(kit.Log.String(), "outdated") {
		t.Error("the log does not say that the metadata is outdated")
	}
	// The same one is good for longer once it says so.
	serve(publish(t, service, 5, "2026-01-10", certified))
	for _, fetches := range []int32{1, 0} {
		attempt(fetches).Want(http.StatusOK)
		kit.Clock.Advance(time.Minute)
	}
	kit.Clock.Advance(10 * 24 * time.Hour)
	serve(publish(t, service, 6, "2026-03-01", revoked))
	attempt(1).WantError(passkey.ErrAuthenticatorRefused)
	authenticate(t, kit.Client(), a, passkeytest.GetOptions{CredentialID: a.Credentials()[2].ID}).Want(http.StatusOK)
	if n := fetched.Load(); n != 0 {
		t.Errorf("a sign-in fetched %d times", n)
	}
}

func TestAttestationOnBothEngines(t *testing.T) {
	t.Parallel()
	maker := newCA(t, "Maker")
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{passkey.New(attesting(passkey.Attestation{
			Conveyance: "direct", Roots: []*x509.Certificate{maker.Root()}, AllowAAGUIDs: []string{model}}))}})
		id := [16]byte(knownModel)
		alice := kit.SignedIn("alice@example.com")
		register(t, alice, newAuthenticator(), passkeytest.CreateOptions{AAGUID: &id}).WantError(passkey.ErrAuthenticatorRefused)
		register(t, alice, newAuthenticator(), passkeytest.CreateOptions{AAGUID: &id, Attestation: passkeytest.AttestationPacked, CA: maker}).Want(http.StatusOK)
	})
}
