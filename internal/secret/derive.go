package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"strings"
	"sync"
)

const hkdfInfo = "BetterAuth.js Generated Encryption Key"

// maxDerived is how many keys of one secret are kept: one for each salt that the
// program names, which are few.
const maxDerived = 16

// derivedKeys keeps the keys of a secret, since to derive one takes longer than to use
// it. It is safe for concurrent use.
type derivedKeys struct {
	mu     sync.RWMutex
	bySalt map[string]*derived
}

// derived is a key for one use of a secret.
type derived struct {
	key    []byte  // the 64 bytes of A256CBC-HS512: one half for the tag, one for AES
	kid    string  // its thumbprint in base64url
	header string  // what a token of ours begins with: the header and no encrypted key
	length [8]byte // of the header, in bits
	block  cipher.Block
	macs   sync.Pool // of *tagger
	modes  sync.Pool // of reusableMode, which copies the schedule of the AES key
}

// tagger computes HMAC-SHA512 under the first half of the key.
type tagger struct {
	hash   hash.Hash
	header []byte
	sum    [sha512.Size]byte
}

// reusableMode is a mode that may begin anew; those of the standard library are.
type reusableMode interface {
	cipher.BlockMode
	SetIV(iv []byte)
}

// derive returns the 64-byte key for one use of the secret (HKDF-SHA256, RFC
// 5869) and its thumbprint in base64url.
func (e *entry) derive(salt string) (*derived, error) {
	e.keys.mu.RLock()
	d := e.keys.bySalt[salt]
	e.keys.mu.RUnlock()
	if d != nil {
		return d, nil
	}
	key, err := hkdf.Key(sha256.New, e.material, []byte(salt), hkdfInfo, 64)
	if err != nil {
		return nil, fmt.Errorf("secret: deriving a key: %w", err)
	}
	if d, err = newDerived(key); err != nil {
		return nil, fmt.Errorf("secret: deriving a key: %w", err)
	}
	e.keys.mu.Lock()
	defer e.keys.mu.Unlock()
	if e.keys.bySalt == nil {
		e.keys.bySalt = map[string]*derived{}
	}
	if len(e.keys.bySalt) < maxDerived {
		e.keys.bySalt[salt] = d
	}
	return d, nil
}

func newDerived(key []byte) (*derived, error) {
	encode := base64.RawURLEncoding.EncodeToString
	// go-jose takes no thumbprint of symmetric keys. RFC 7638, section 3.2:
	// the required members alone, in this order, without space.
	d := &derived{key: key, kid: HashURL(`{"k":"` + encode(key) + `","kty":"oct"}`)}
	d.header = encode([]byte(`{"alg":"dir","enc":"A256CBC-HS512","kid":"`+d.kid+`"}`)) + ".."
	var err error
	d.block, err = aes.NewCipher(key[len(key)/2:])
	d.prepareTags()
	return d, err
}

// prepareTags prepares what the tags of all tokens have in common.
func (d *derived) prepareTags() {
	header := []byte(strings.TrimSuffix(d.header, ".."))
	binary.BigEndian.PutUint64(d.length[:], uint64(len(header))*8)
	d.macs.New = func() any {
		return &tagger{hash: hmac.New(sha512.New, d.key[:len(d.key)/2]), header: header}
	}
}

// errSpelling says that a token is spelt otherwise than we would: whether it is one is
// for go-jose to say.
var errSpelling = errors.New("secret: not our spelling")

// canonical refuses a second spelling of the same bytes.
var canonical = base64.RawURLEncoding.Strict()

// open opens the rest of a token behind d.header: initialisation vector, ciphertext and
// tag (RFC 7516, section 5.2; RFC 7518, section 5.2.2.2). Nothing is decrypted before
// the tag is right.
func (d *derived) open(rest string) ([]byte, error) {
	ivText, rest, ok := strings.Cut(rest, ".")
	bodyText, tagText, both := strings.Cut(rest, ".")
	var iv [aes.BlockSize]byte
	var tag [jweTag]byte
	if !ok || !both || !decodeExactly(iv[:], ivText) || !decodeExactly(tag[:], tagText) {
		return nil, errSpelling
	}
	body, err := canonical.DecodeString(bodyText)
	if err != nil {
		return nil, errSpelling
	}
	if !d.tagged(iv[:], body, tag[:]) {
		return nil, ErrAuthentication
	}
	if len(body) == 0 || len(body)%aes.BlockSize != 0 {
		return nil, ErrAuthentication
	}
	d.decrypt(body, iv[:])
	return unpad(body)
}

// decrypt turns ciphertext into padded plaintext, in place.
func (d *derived) decrypt(body, iv []byte) {
	mode, kept := d.modes.Get().(reusableMode)
	if kept {
		mode.SetIV(iv)
	} else if mode, kept = cipher.NewCBCDecrypter(d.block, iv).(reusableMode); !kept {
		cipher.NewCBCDecrypter(d.block, iv).CryptBlocks(body, body)
		return
	}
	mode.CryptBlocks(body, body)
	d.modes.Put(mode)
}

// decodeExactly fills all of dst from text.
func decodeExactly(dst []byte, text string) bool {
	if len(text) != canonical.EncodedLen(len(dst)) {
		return false
	}
	n, err := canonical.Decode(dst, []byte(text))
	return err == nil && n == len(dst)
}

// tagged reports whether tag is the authentication tag (RFC 7518, section 5.2.2.1, steps
// 4 to 6), in constant time. The header is the associated data.
func (d *derived) tagged(iv, body, tag []byte) bool {
	t := d.macs.Get().(*tagger)
	t.hash.Write(t.header)
	t.hash.Write(iv)
	t.hash.Write(body)
	t.hash.Write(d.length[:])
	ok := hmac.Equal(t.hash.Sum(t.sum[:0])[:jweTag], tag)
	t.hash.Reset() // so that nothing of the token stays
	clear(t.sum[:])
	d.macs.Put(t)
	return ok
}

// unpad removes the padding (RFC 5652, section 6.3). Whoever made the tag also made the
// padding, so what it takes to look reveals nothing.
func unpad(padded []byte) ([]byte, error) {
	count := int(padded[len(padded)-1])
	if count == 0 || count > aes.BlockSize {
		return nil, ErrAuthentication
	}
	end := len(padded) - count
	for _, b := range padded[end:] {
		if int(b) != count {
			return nil, ErrAuthentication
		}
	}
	return padded[:end], nil
}
