package secret

import (
	"errors"
	"fmt"
	"io"
)

// Alphabets of the random strings the wire format knows.
const (
	Digits       = "0123456789"                         // one-time codes
	Lower        = "abcdefghijklmnopqrstuvwxyz"         // building block
	Letters      = Lower + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" // magic links, bodies of API keys
	LowerNumeric = Lower + Digits                       // delete-account tokens, passkey user handles
	Alphanumeric = Letters + Digits                     // ids, session and reset tokens, backup codes
	URLSafe      = Alphanumeric + "-_"                  // OAuth state, nonces, code verifiers, TOTP secrets
	UserCode     = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"   // codes people type: no I, O, 0 or 1
)

// Random returns n characters, each drawn evenly from the alphabet of 1 to 256
// single-byte characters by rejection sampling. random must be
// cryptographically secure; its failure and a bad argument are the errors.
func Random(random io.Reader, n int, alphabet string) (string, error) {
	if n < 0 || len(alphabet) == 0 || len(alphabet) > 256 {
		return "", errors.New("secret: bad length or alphabet of a random string")
	}
	// Bytes at or over the largest multiple of the alphabet's size would make
	// its first characters likelier.
	limit := 256 - 256%len(alphabet)
	out := make([]byte, 0, n)
	buffer := make([]byte, n+n/4+8)
	for len(out) < n {
		if err := readRandom(random, buffer); err != nil {
			return "", err
		}
		for _, b := range buffer {
			if int(b) < limit && len(out) < n {
				out = append(out, alphabet[int(b)%len(alphabet)])
			}
		}
	}
	return string(out), nil
}

// UUID makes a random UUID (RFC 9562, version 4). Its error is that of random.
func UUID(random io.Reader) (string, error) {
	var b [16]byte
	if err := readRandom(random, b[:]); err != nil {
		return "", err
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}
