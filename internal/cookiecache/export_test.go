package cookiecache

import (
	"encoding/base64"
	"time"

	"github.com/go-json-experiment/json"
)

// OpenForeign opens a compact copy by the general way alone.
func (c Codec) OpenForeign(value string) (copied Copy, expires time.Time, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		return Copy{}, expires, false
	}
	return c.openForeign(raw)
}

// ReadOwn and ReadAny read claims.
func ReadOwn(claims []byte) (c Copy, ok bool) { return c, c.readOwn(claims) }

func ReadAny(claims []byte) (c Copy, ok bool) {
	ok = json.Unmarshal(claims, &c) == nil
	return c, ok
}
