package cookiecache

import (
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
	if err != nil || input.TooDeep(raw) {
		return Copy{}, expires, false
	}
	var cached compact
	if json.Unmarshal(raw, &cached) != nil || cached.Session.Kind() != '{' {
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
