package passkey

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/go-webauthn/webauthn/metadata"
	"github.com/go-webauthn/webauthn/metadata/providers/memory"
	"github.com/go-webauthn/webauthn/protocol"
	"github.com/google/uuid"
)

// Metadata says where the BLOB of a FIDO metadata service is read from
// (https://fidoalliance.org/metadata/). It is used at registration only: passkeys of a
// model that is broken later keep signing in until they are deleted. Make it with
// MetadataFromURL, MetadataFromFile or MetadataFromBLOB.
type Metadata struct {
	source metadataSource
	blob   []byte
	at     string // the path of the file, or the URL
	root   *x509.Certificate
}

type metadataSource int

const (
	fromBLOB metadataSource = iota + 1
	fromFile
	fromURL
)

// MetadataFromURL returns a service whose BLOB is fetched at the first registration and
// whenever the BLOB says that a newer one is due: "https://mds3.fidoalliance.org/".
// Registrations fail with 503 while there is none; an outdated one stays in use, and the
// log says so. url is https, except on loopback.
func MetadataFromURL(url string) *Metadata { return &Metadata{source: fromURL, at: url} }

// MetadataFromFile returns a service whose BLOB is a file, which is read once, at Build.
func MetadataFromFile(path string) *Metadata { return &Metadata{source: fromFile, at: path} }

// MetadataFromBLOB returns a service whose BLOB is this one.
func MetadataFromBLOB(blob []byte) *Metadata {
	return &Metadata{source: fromBLOB, blob: bytes.Clone(blob)}
}

// SignedBy returns a copy of m whose BLOB is signed by root or a certificate that leads to
// it. Without it the trust anchor is that of the FIDO Alliance's own service.
func (m *Metadata) SignedBy(root *x509.Certificate) *Metadata {
	signed := *m
	signed.root = root
	return &signed
}

func (m *Metadata) check() error {
	switch m.source {
	case fromBLOB, fromFile:
		return nil
	case fromURL:
		u, err := url.Parse(m.at)
		if err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
			return fmt.Errorf("URL %q is not an https URL; write it like https://mds3.fidoalliance.org/", m.at)
		}
		return nil
	}
	return errors.New("nothing says where it is; make it with MetadataFromURL, MetadataFromFile or MetadataFromBLOB")
}

const (
	// maxBlob is the largest BLOB in bytes; the FIDO Alliance's has about 10 MB.
	maxBlob = 64 << 20
	// fetchTime is how long fetching one may take.
	fetchTime = 30 * time.Second
	// retryAfter is how long a failure to fetch is not tried again.
	retryAfter = time.Minute
)

// metadataService holds the BLOB in use.
type metadataService struct {
	cfg     Metadata
	host    *betterauth.Host
	decoder *metadata.Decoder

	mu      sync.Mutex
	current *publication
	retry   time.Time // not to be fetched before
}

// publication is a BLOB that was checked.
type publication struct {
	provider metadata.Provider
	number   int
	next     time.Time
}

func newMetadataService(h *betterauth.Host, cfg Metadata) (*metadataService, error) {
	options := []metadata.DecoderOption{metadata.WithIgnoreEntryParsingErrors()}
	if cfg.root != nil {
		options = append(options, metadata.WithRootCertificate(base64.StdEncoding.EncodeToString(cfg.root.Raw)))
	}
	decoder, err := metadata.NewDecoder(options...)
	if err != nil {
		return nil, err
	}
	m := &metadataService{cfg: cfg, host: h, decoder: decoder}
	blob := cfg.blob
	if cfg.source == fromFile {
		if blob, err = os.ReadFile(cfg.at); err != nil {
			return nil, fmt.Errorf("Attestation.Metadata: %w; name a file that the server can read", err)
		}
	}
	if cfg.source != fromURL {
		if m.current, err = m.read(blob); err != nil {
			return nil, fmt.Errorf("Attestation.Metadata: %w; use a BLOB as the service publishes it, and call SignedBy unless that is the FIDO Alliance's own", err)
		}
		if m.outdated() {
			h.Logger().Warn("the metadata of authenticators is outdated: models broken since are not known", "due", m.current.next)
		}
	}
	return m, nil
}

func (m *metadataService) read(blob []byte) (*publication, error) {
	payload, err := m.decoder.DecodeBytes(blob)
	if err != nil {
		return nil, fmt.Errorf("the metadata of authenticators does not hold: %w", err)
	}
	parsed, err := m.decoder.Parse(payload)
	if err != nil {
		return nil, fmt.Errorf("the metadata of authenticators does not hold: %w", err)
	}
	provider, err := memory.New(
		memory.WithMetadata(parsed.ToMap()), memory.WithValidateAAGUID(true),
		memory.WithMetadataKeyIdentifiers(parsed.ToKeyIdentifierMap()), memory.WithValidateEntryKeyIdentifier(true),
	)
	if err != nil {
		return nil, err
	}
	return &publication{provider, parsed.Parsed.Number, parsed.Parsed.NextUpdate}, nil
}

func (m *metadataService) outdated() bool {
	// The day named still belongs to it.
	return !m.host.Now().Before(m.current.next.AddDate(0, 0, 1))
}

// provider is the current BLOB, fetched first if it must be. Whoever comes while
// it is fetched waits.
func (m *metadataService) provider(ctx context.Context) (metadata.Provider, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.current != nil && (m.cfg.source != fromURL || !m.outdated()) {
		return m.current.provider, nil
	}
	err := errors.New("the metadata of authenticators could not be fetched a moment ago")
	if now := m.host.Now(); !now.Before(m.retry) {
		var fetched *publication
		if fetched, err = m.fetch(ctx); err == nil {
			m.current = fetched
			return fetched.provider, nil
		}
		m.retry = now.Add(retryAfter)
	}
	if m.current == nil {
		return nil, err
	}
	m.host.Logger().Error("the metadata of authenticators is outdated", "due", m.current.next, "error", err)
	return m.current.provider, nil
}

func (m *metadataService) fetch(ctx context.Context) (*publication, error) {
	// The client that caused it may go away; others are waiting.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, m.cfg.at, nil)
	if err != nil {
		return nil, err
	}
	response, err := m.host.HTTPClient().Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the metadata of authenticators: %s", response.Status)
	}
	blob, err := io.ReadAll(io.LimitReader(response.Body, maxBlob+1))
	if err != nil {
		return nil, err
	}
	if len(blob) > maxBlob {
		return nil, fmt.Errorf("the metadata of authenticators is over %d bytes", maxBlob)
	}
	fetched, err := m.read(blob)
	if err != nil {
		return nil, err
	}
	if m.current != nil && fetched.number < m.current.number {
		return nil, fmt.Errorf("the metadata of authenticators went back from number %d to %d", m.current.number, fetched.number)
	}
	return fetched, nil
}

// errUnknownModel says that the metadata does not list a model: other anchors may know it.
var errUnknownModel = errors.New("the metadata does not list the model")

// vouches returns nil if the metadata knows the model, errUnknownModel if it does not,
// and refuses a statement that its entry does not bear out.
func (m *metadataService) vouches(ctx context.Context, model uuid.UUID, object *protocol.AttestationObject) error {
	provider, err := m.provider(ctx)
	if err != nil {
		return ErrMetadataUnavailable.Because(err)
	}
	entry, err := provider.GetEntry(ctx, model)
	if err != nil {
		return err
	}
	x5c, _ := object.AttStatement["x5c"].([]any)
	if fault := protocol.ValidateMetadataWithAuthenticatorData(ctx, provider, model, object.Type, object.Format, x5c, &object.AuthData); fault != nil {
		if entry == nil && model != uuid.Nil {
			return errUnknownModel
		}
		return ErrAuthenticatorRefused.Because(fmt.Errorf("%w: %s", fault, fault.DevInfo))
	}
	return nil
}
