package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"strings"
)

// Sign returns the HMAC-SHA256 of value under the current secret in standard
// base64 with padding: 44 characters. It is the signature of signed cookies.
func (r *Ring) Sign(value string) string {
	return base64.StdEncoding.EncodeToString(r.MAC(value))
}

// MAC returns the HMAC-SHA256 of the parts, one after the other, under the current
// secret.
func (r *Ring) MAC(parts ...string) []byte {
	e := r.current()
	m := e.macs.Get().(*macer)
	defer e.done(m)
	for _, part := range parts {
		m.write(part)
	}
	return m.hash.Sum(nil)
}

// Verify reports whether signature is what [Ring.Sign] returns for value under
// any secret of the ring. The comparison takes constant time.
func (r *Ring) Verify(value, signature string) bool {
	for i := range r.entries {
		if r.entries[i].verify(value, signature) {
			return true
		}
	}
	return false
}

// VerifyCurrent is [Ring.Verify] with the current secret alone, the rule of
// the reference.
func (r *Ring) VerifyCurrent(value, signature string) bool {
	return r.current().verify(value, signature)
}

// SignBytesURL returns the HMAC-SHA256 of msg under the current secret in
// base64url without padding: 43 characters. The compact session cache and
// trusted devices use it.
func (r *Ring) SignBytesURL(msg []byte) string {
	return base64.RawURLEncoding.EncodeToString(r.current().mac(msg))
}

// VerifyBytesURL reports whether signature is an HMAC-SHA256 of msg under any
// secret of the ring, in base64 or base64url, padded or not. The comparison
// takes constant time.
func (r *Ring) VerifyBytesURL(msg []byte, signature string) bool {
	decoded, err := base64.RawURLEncoding.DecodeString(toURLAlphabet.Replace(signature))
	if err != nil {
		return false
	}
	return r.verifyMAC(msg, decoded)
}

// VerifyWithClaim is VerifyBytesURL for a JSON object to which AddClaim adds a number,
// without putting them together.
func (r *Ring) VerifyWithClaim(object []byte, name string, n int64, signature string) bool {
	var given [sha256.Size]byte
	if !decodeExactly(given[:], signature) {
		return false
	}
	for i := range r.entries {
		if r.entries[i].verifyWithClaim(object, name, n, given[:]) {
			return true
		}
	}
	return false
}

func (e *entry) verifyWithClaim(object []byte, name string, n int64, given []byte) bool {
	m := e.macs.Get().(*macer)
	defer e.done(m)
	m.hash.Write(object[:len(object)-1])
	m.hash.Write(appendClaim(m.text[:0], name, n))
	return hmac.Equal(m.hash.Sum(m.sum[:0]), given)
}

// HashURL returns the SHA-256 of the text in base64url without padding, the
// form in which identifiers and one-time codes are stored hashed.
func HashURL(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// toURLAlphabet is immutable and safe for concurrent use.
var toURLAlphabet = strings.NewReplacer("+", "-", "/", "_", "=", "")

// macer computes HMAC-SHA256. It is reused, because to take in the key is most of the
// work for a message as short as a session token, and it has room of its own for
// messages, which do without the heap.
type macer struct {
	hash hash.Hash
	text [128]byte
	sum  [sha256.Size]byte
}

// write takes in a part of a message.
func (m *macer) write(part string) {
	for len(part) > 0 {
		n := copy(m.text[:], part)
		m.hash.Write(m.text[:n])
		part = part[n:]
	}
}

// done gives m back without what it has seen.
func (e *entry) done(m *macer) {
	m.hash.Reset()
	clear(m.text[:])
	clear(m.sum[:])
	e.macs.Put(m)
}

func (e *entry) mac(msg []byte) []byte {
	m := e.macs.Get().(*macer)
	defer e.done(m)
	m.hash.Write(msg)
	return m.hash.Sum(nil)
}

// verify compares the encoded texts: whoever signs writes the one canonical
// encoding, and comparing texts leaves no second spelling of a signature.
func (e *entry) verify(value, signature string) bool {
	m := e.macs.Get().(*macer)
	defer e.done(m)
	m.write(value)
	m.hash.Sum(m.sum[:0])
	var want, given [signatureLength]byte
	if len(signature) != len(given) {
		return false
	}
	base64.StdEncoding.Encode(want[:], m.sum[:])
	copy(given[:], signature)
	return hmac.Equal(want[:], given[:])
}

// signatureLength is that of a MAC in base64 with padding.
const signatureLength = (sha256.Size + 2) / 3 * 4

func (r *Ring) verifyMAC(msg, mac []byte) bool {
	for i := range r.entries {
		if r.entries[i].verifyMAC(msg, mac) {
			return true
		}
	}
	return false
}

func (e *entry) verifyMAC(msg, mac []byte) bool {
	m := e.macs.Get().(*macer)
	defer e.done(m)
	m.hash.Write(msg)
	return hmac.Equal(m.hash.Sum(m.sum[:0]), mac)
}
