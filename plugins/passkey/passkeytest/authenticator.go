package passkeytest

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"fmt"
	"io"
	"slices"
	"sync"
)

// Options configures [New]. Only Origin is needed.
type Options struct {
	// Origin is where the page runs that the client answers for, for example
	// "https://example.com". It goes into the client data.
	Origin string

	// RPID is the relying party served when the options name none, and one
	// the client accepts although the origin could not claim it (section
	// 5.11, related origins). Default: the host of Origin.
	RPID string

	// Rand is where credential ids and the private keys of ES256 and EdDSA
	// come from. Default: crypto/rand. Reads happen under a lock.
	Rand io.Reader

	// Algorithms are the algorithms the authenticator knows, in any order:
	// the server's preference decides. Default: all of [Algorithm].
	Algorithms []Algorithm

	// AAGUID names the make of the authenticator. Default: all zero.
	AAGUID [16]byte

	// Transports are reported at registration. Default (nil): internal and
	// hybrid. An empty slice reports none.
	Transports []string

	// Attachment is "platform" (default) or "cross-platform".
	Attachment string

	// Flags are the flags of new credentials. Default (0): [Synced]. For a
	// credential without any flag use CreateOptions.Flags.
	Flags Flags

	// CountStep is added to a new credential's signature counter before each
	// assertion. Default: 0, the counter stays 0 as it does for synced keys.
	CountStep int32

	// NoResidentKeys makes an authenticator that stores nothing, like a U2F
	// security key: it finds a key only when allowCredentials names it, and
	// answers without a user handle.
	NoResidentKeys bool
}

// Credential is one key pair and what the authenticator keeps with it
// (section 4, "public key credential source").
type Credential struct {
	// ID is the credential id.
	ID []byte
	// RPID is the relying party the credential is for.
	RPID string
	// UserHandle is the user.id of the registration, at most 64 bytes.
	UserHandle []byte
	// PrivateKey is of a type listed at [Algorithm].
	PrivateKey crypto.Signer
	// Resident says that the credential is discoverable: it answers requests
	// without allowCredentials, and its answers carry UserHandle.
	Resident bool
	// Flags are sent in assertions.
	Flags Flags
	// SignCount is the last signature counter sent.
	SignCount uint32
	// CountStep is added to SignCount before each assertion. 0 keeps it, a
	// negative step makes it regress; it wraps at 32 bits.
	CountStep int32
	// AAGUID and Transports were reported at registration.
	AAGUID     [16]byte
	Transports []string
	// Attachment is reported in assertions; omitted when empty.
	Attachment string
}

func (c Credential) clone() Credential {
	c.ID = bytes.Clone(c.ID)
	c.UserHandle = bytes.Clone(c.UserHandle)
	c.Transports = slices.Clone(c.Transports)
	return c
}

// Authenticator is a client and the authenticator attached to it. It is safe
// for concurrent use.
type Authenticator struct {
	options Options

	mu          sync.Mutex
	credentials []Credential // oldest first
}

// New returns an authenticator without credentials.
func New(options Options) *Authenticator {
	if options.Rand == nil {
		options.Rand = rand.Reader
	}
	if options.Algorithms == nil {
		options.Algorithms = []Algorithm{ES256, EdDSA, RS256}
	}
	if options.Transports == nil {
		options.Transports = []string{"internal", "hybrid"}
	}
	if options.Attachment == "" {
		options.Attachment = "platform"
	}
	if options.Flags == 0 {
		options.Flags = Synced
	}
	options.Algorithms = slices.Clone(options.Algorithms)
	options.Transports = slices.Clone(options.Transports)
	return &Authenticator{options: options}
}

// Credentials returns copies of the credentials held, oldest first. The
// private keys are shared, not copied.
func (a *Authenticator) Credentials() []Credential {
	a.mu.Lock()
	defer a.mu.Unlock()
	list := make([]Credential, len(a.credentials))
	for i, c := range a.credentials {
		list[i] = c.clone()
	}
	return list
}

// Import adds a credential, or replaces the one with the same RP ID and id,
// which is how a test changes flags or counter of a credential. It returns
// [ErrKey] for a private key that cannot sign here.
func (a *Authenticator) Import(c Credential) error {
	if _, err := algorithmOf(c.PrivateKey); err != nil {
		return err
	}
	if len(c.ID) == 0 || c.RPID == "" {
		return fmt.Errorf("%w: a credential needs ID and RPID", ErrMalformed)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.store(c.clone())
	return nil
}

// Remove forgets the credentials with this id and reports whether there were
// any.
func (a *Authenticator) Remove(id []byte) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	before := len(a.credentials)
	a.credentials = slices.DeleteFunc(a.credentials, func(c Credential) bool { return bytes.Equal(c.ID, id) })
	return len(a.credentials) != before
}

// store needs the lock.
func (a *Authenticator) store(c Credential) {
	if i := a.find(c.RPID, c.ID); i >= 0 {
		a.credentials[i] = c
		return
	}
	a.credentials = append(a.credentials, c)
}

// find needs the lock.
func (a *Authenticator) find(rpID string, id []byte) int {
	return slices.IndexFunc(a.credentials, func(c Credential) bool {
		return c.RPID == rpID && bytes.Equal(c.ID, id)
	})
}
