package cookiecache

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"time"

	"github.com/better-auth-go/better-auth/internal/input"
	"github.com/better-auth-go/better-auth/internal/secret"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// compact is the compact form: the payload, its expiry in Unix milliseconds and a
// signature over both.
type compact struct {
	Session   jsontext.Value `json:"session"`
	ExpiresAt int64          `json:"expiresAt"`
	Signature string         `json:"signature"`
}

func (c Codec) sealCompact(payload []byte, expires time.Time) string {
	at := expires.UnixMilli()
	signature := c.Ring.SignBytesURL(secret.AddClaim(payload, "expiresAt", at))
	out := append([]byte(`{"session":`), payload...)
	out = strconv.AppendInt(append(out, `,"expiresAt":`...), at, 10)
	out = append(out, `,"signature":"`+signature+`"}`...)
	return base64.RawURLEncoding.EncodeToString(out)
}

func (c Codec) openCompact(value string) (copied Copy, expires time.Time, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		return Copy{}, expires, false
	}
	// Nothing is parsed before the signature is right, but for a copy that is spelt
	// otherwise than we would.
	signed, ok := splitCompact(raw)
	if ok && c.Ring.VerifyWithClaim(signed.Session, "expiresAt", signed.ExpiresAt, signed.Signature) && copied.readOwn(signed.Session) {
		return copied, time.UnixMilli(signed.ExpiresAt), true
	}
	return c.openForeign(raw)
}

// openForeign opens a copy that may be spelt in any way.
func (c Codec) openForeign(raw []byte) (copied Copy, expires time.Time, ok bool) {
	var cached compact
	if input.TooDeep(raw) || json.Unmarshal(raw, &cached) != nil || cached.Session.Kind() != '{' {
		return Copy{}, expires, false
	}
	// The signature covers the received bytes with the expiry spliced in.
	if !c.Ring.VerifyBytesURL(secret.AddClaim(cached.Session, "expiresAt", cached.ExpiresAt), cached.Signature) {
		return Copy{}, expires, false
	}
	if json.Unmarshal(cached.Session, &copied) != nil {
		return Copy{}, expires, false
	}
	return copied, time.UnixMilli(cached.ExpiresAt), true
}

// splitCompact parts a copy as sealCompact writes it, from its end.
func splitCompact(raw []byte) (parts compact, ok bool) {
	rest, ok := bytes.CutPrefix(raw, []byte(`{"session":`))
	if !ok {
		return parts, false
	}
	rest, ok = bytes.CutSuffix(rest, []byte(`"}`))
	if !ok {
		return parts, false
	}
	const between = `,"signature":"`
	at := bytes.LastIndex(rest, []byte(between))
	if at < 0 {
		return parts, false
	}
	parts.Signature = string(rest[at+len(between):])
	rest = rest[:at]
	const before = `,"expiresAt":`
	if at = bytes.LastIndex(rest, []byte(before)); at < 0 {
		return parts, false
	}
	if parts.ExpiresAt, ok = wholeNumber(rest[at+len(before):]); !ok {
		return parts, false
	}
	parts.Session = rest[:at]
	return parts, len(parts.Session) > len("{}") && parts.Session[0] == '{' && parts.Session[len(parts.Session)-1] == '}'
}
