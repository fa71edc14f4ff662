package betterauth

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/better-auth-go/better-auth/internal/input"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// readBody returns the body as JSON, nil without one.
func (c *Ctx) readBody(w http.ResponseWriter, r *http.Request) (jsontext.Value, error) {
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 {
		return nil, nil
	}
	if reads(r.Method) || c.op.IgnoreBody {
		return nil, nil
	}
	limit := c.op.BodyLimit
	if limit <= 0 {
		limit = c.auth.cfg.BodyLimit
	}
	// Room for what is announced, within reason: whoever announces much and sends
	// little is not to cost more than that.
	raw := bytes.NewBuffer(make([]byte, 0, min(max(r.ContentLength, 0), limit, announced)+bytes.MinRead))
	if _, err := raw.ReadFrom(http.MaxBytesReader(w, r.Body, limit)); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return nil, ErrBodyTooLarge.Refuse(Refusal{Reason: "its body is larger than the operation takes", Seen: []slog.Attr{slog.Int64("limit", limit)},
				Configure: "if clients may send that much, raise Config.BodyLimit"})
		}
		return nil, ErrBadJSON.Because(err)
	}
	if raw.Len() == 0 {
		return nil, nil
	}
	return c.parseBody(raw.Bytes(), r.Header.Get("Content-Type"))
}

// announced is how much room a body gets before it is read, in bytes.
const announced = 16 << 10

func (c *Ctx) parseBody(raw []byte, contentType string) (jsontext.Value, error) {
	const jsonType, formType = "application/json", "application/x-www-form-urlencoded"
	media, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	media = strings.TrimSpace(media)
	allowed := []string{jsonType}
	if c.op.FormBody {
		allowed = []string{formType, jsonType}
	}
	switch {
	case media == jsonType:
		value := jsontext.Value(bytes.TrimSpace(raw))
		if input.TooDeep(value) || !value.IsValid() {
			return nil, ErrBadJSON
		}
		return value, nil
	case c.op.FormBody && media == formType:
		return parseForm(raw)
	case media == "":
		return nil, ErrMediaType.Messagef("Content-Type is required. Allowed types: %s", strings.Join(allowed, ", "))
	}
	return nil, ErrMediaType.Messagef("Content-Type %s is not allowed. Allowed types: %s", quote(contentType), strings.Join(allowed, ", "))
}

// parseForm turns a form into a JSON object of strings; of a repeated name the
// last value counts.
func parseForm(raw []byte) (jsontext.Value, error) {
	form, err := url.ParseQuery(string(raw))
	if err != nil {
		return nil, ErrBadJSON.Because(err)
	}
	members := map[string]string{}
	for name, values := range form {
		members[name] = values[len(values)-1]
	}
	value, err := json.Marshal(members, jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return nil, ErrBadJSON.Because(err)
	}
	return value, nil
}

// quote writes s as a JSON string.
func quote(s string) string {
	out, err := jsontext.AppendQuote(nil, s)
	if err != nil { // invalid UTF-8 is replaced; nothing else can fail
		return `"` + strings.ToValidUTF8(string(out), "\uFFFD") + `"`
	}
	return string(out)
}
