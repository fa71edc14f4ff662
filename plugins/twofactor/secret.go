package twofactor

import (
	"encoding/base32"
	"errors"
	"strings"
)

// prefixBase32 begins a secret that comes from elsewhere: what follows is the key in
// base32 (RFC 4648, section 6), as apps show it. A secret made here is its own key
// and has no colon.
const prefixBase32 = "base32:"

// totpKey is the key of a stored secret.
func (p *TwoFactor) totpKey(sealed string) (string, error) {
	secret, err := p.host.Decrypt(sealed)
	if err != nil {
		return "", err
	}
	text, ok := strings.CutPrefix(secret, prefixBase32)
	if !ok {
		return secret, nil
	}
	text, _, _ = strings.Cut(strings.ToUpper(text), "=")
	switch len(text) % 8 {
	case 1, 3, 6: // the last character has no bits that make a byte
		text = text[:len(text)-1]
	}
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(text)
	if err != nil || len(key) == 0 {
		return "", errors.New("the text after " + prefixBase32 + " is not base32")
	}
	return string(key), nil
}
