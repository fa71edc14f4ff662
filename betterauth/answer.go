package betterauth

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/internal/cors"
	"github.com/better-auth-go/better-auth/internal/panics"
	"github.com/better-auth-go/better-auth/internal/weburl"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// jsonOptions write JSON as the official client expects it: dates with
// exactly three fraction digits, nothing escaped that need not be.
var jsonOptions = json.JoinOptions(
	json.WithMarshalers(json.MarshalToFunc(func(enc *jsontext.Encoder, t time.Time) error {
		return enc.WriteValue(database.AppendTime(enc.AvailableBuffer(), t))
	})),
	jsontext.AllowInvalidUTF8(true),
)

// encoded is an answer but for its header.
type encoded struct {
	status      int
	contentType string
	body        []byte
	pooled      *[]byte // what holds body, and is given back once it is sent
}

// answer writes what an operation came to. Whether sessions that the request made stay
// is settled by what the client is told: an answer that cannot be encoded is a failure.
func (c *Ctx) answer(w http.ResponseWriter, value any, err error) {
	said, failed := c.encodeResult(value, err)
	if failed = c.finish(failed); failed != nil && !isAnswer(failed) {
		said.status, said.contentType, said.body = c.encodeError(failed)
	}
	status, contentType, body := said.status, said.contentType, said.body
	h, own := w.Header(), new(ownHeaders)
	cors.Expose(c.header)
	c.writeHeaders(h)
	c.keepFromCaches(h, own, failed != nil && !isAnswer(failed))
	c.writeCookies(h)
	if status == http.StatusNoContent {
		w.WriteHeader(status)
		return
	}
	if contentType != "" && h.Get("Content-Type") == "" {
		own.set(h, "Content-Type", contentType)
	}
	own.set(h, "Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if c.request != nil && c.request.Method == http.MethodHead {
		giveBack(said.pooled)
		return
	}
	if _, err := w.Write(body); err != nil && !canceled(c, err) {
		c.auth.log.Debug("the answer could not be written", "error", err)
	}
	giveBack(said.pooled)
}

// ownHeaders is room for the header lines that every answer has.
type ownHeaders struct {
	values [5]string
	used   int
}

// set is http.Header.Set for a name that is spelt as on the wire.
func (o *ownHeaders) set(h http.Header, name, value string) {
	o.values[o.used] = value
	h[name] = o.values[o.used : o.used+1 : o.used+1]
	o.used++
}

// writeHeaders puts the answer's header into h. Lists that middleware around us
// has begun go on, as one line without repetitions.
func (c *Ctx) writeHeaders(h http.Header) {
	if c.header == nil && c.varies {
		if len(h["Vary"]) > 0 {
			h.Set("Vary", cors.MergeLists(h["Vary"], []string{"Origin"}))
		} else {
			cors.Vary(h)
		}
	}
	for name, values := range c.header {
		switch name {
		case cors.ExposeHeaders, "Vary":
			if len(h[name]) == 0 && cors.IsOne(values) {
				h[name] = values // as nearly always
				continue
			}
			h.Set(name, cors.MergeLists(h[name], values))
		case "Location":
			h[name] = []string{weburl.Header(values[len(values)-1])}
		default:
			h[name] = values
		}
	}
}

// keepFromCaches forbids caches to store an answer, and browsers to guess that it
// is a script or a page. What the handler or middleware around us has said about
// caching stands.
func (c *Ctx) keepFromCaches(h http.Header, own *ownHeaders, failed bool) {
	if h.Get("X-Content-Type-Options") == "" {
		own.set(h, "X-Content-Type-Options", "nosniff")
	}
	if h.Get("Cache-Control") != "" || c.op != nil && c.op.Cacheable && !failed {
		return
	}
	own.set(h, "Cache-Control", "no-store")
	own.set(h, "Pragma", "no-cache") // for caches of HTTP/1.0, as the TypeScript server says it
}

// encodeResult encodes a value, or the body of a step-up. failed is err, or why there is
// nothing to send.
func (c *Ctx) encodeResult(value any, err error) (said encoded, failed error) {
	defer panics.Handler(&failed)
	if step, ok := asStepUp(err); ok {
		if value = step.body; c.navigates() && c.auth.cfg.StepUpURL != "" {
			value = Redirect{URL: c.auth.cfg.StepUpURL}
		}
	} else if err != nil {
		return said, err
	}
	if id, ok := value.(*Identity); ok {
		// The hottest answer is put together directly.
		said.pooled = bodies.Get().(*[]byte)
		if *said.pooled, failed = appendIdentity((*said.pooled)[:0], id); failed != nil {
			return encoded{}, failed
		}
		said.status, said.contentType, said.body = c.successStatus(), "application/json", *said.pooled
		return said, err
	}
	var unfit error
	if said.status, said.contentType, said.body, unfit = c.encode(value); unfit != nil {
		return said, unfit
	}
	return said, err
}

func (c *Ctx) encode(value any) (status int, contentType string, body []byte, err error) {
	status = c.successStatus()
	switch v := value.(type) {
	case preflight:
		cors.AllowPreflight(c.Header(), c.request.Header, c.auth.cfg.CORS.MaxAge)
		return http.StatusNoContent, "", nil, nil
	case None:
		return status, "application/json", nil, nil
	case Redirect:
		c.Header().Set("Location", v.URL)
		return http.StatusFound, "application/json", nil, nil
	case Raw:
		if v.Status != 0 {
			status = v.Status
		}
		if v.ContentType == "" {
			v.ContentType = "text/plain"
		}
		return status, v.ContentType, v.Body, nil
	}
	body, err = json.Marshal(value, jsonOptions)
	return status, "application/json", body, err
}

func (c *Ctx) successStatus() int {
	if c.status != 0 {
		return c.status
	}
	return http.StatusOK
}

// bodies are buffers for sessions with their users.
var bodies = sync.Pool{New: func() any {
	b := make([]byte, 0, identitySize)
	return &b
}}

const (
	// identitySize in bytes holds most sessions with their users, so that putting
	// them together does not grow the buffer again and again.
	identitySize = 768
	// maxPooled is the largest buffer that is kept.
	maxPooled = 8 * identitySize
)

// giveBack keeps a buffer for another answer, without the token that is in it.
func giveBack(b *[]byte) {
	if b == nil || cap(*b) > maxPooled {
		return
	}
	clear(*b)
	bodies.Put(b)
}

// appendIdentity writes {"session":…,"user":…}, or null.
func appendIdentity(dst []byte, id *Identity) ([]byte, error) {
	if id == nil {
		return append(dst, "null"...), nil
	}
	dst = append(dst, `{"session":`...)
	dst, err := database.AppendRow(dst, id.Session)
	if err != nil {
		return nil, err
	}
	dst = append(dst, `,"user":`...)
	if dst, err = database.AppendRow(dst, id.User); err != nil {
		return nil, err
	}
	return append(dst, '}'), nil
}

// encodeError picks what a client sees of an error, and logs what it does not:
// every error that is no ErrorCode is the same 500.
func (c *Ctx) encodeError(err error) (status int, contentType string, body []byte) {
	coded := clientError(err)
	switch {
	case canceled(c, err):
		c.auth.log.Debug("the client went away", "operation", c.Operation().ID)
	case coded.Status >= http.StatusInternalServerError:
		attrs := []any{"operation", c.Operation().ID, "status", coded.Status, "error", err, panics.Stack(err)}
		if refusal := refusalOf(err); refusal != nil {
			refusal.Err = nil // err has it
			for _, attr := range refusal.attrs() {
				attrs = append(attrs, attr)
			}
		}
		c.auth.log.Error("request failed", attrs...)
	default:
		c.logRefusal(coded, err)
	}
	if coded.Message == "" && coded.Code == "" {
		return coded.Status, "application/json", nil
	}
	body = append(body, `{"message":`...)
	body = database.AppendString(body, coded.Message)
	if coded.Code != "" {
		body = append(body, `,"code":`...)
		body = database.AppendString(body, coded.Code)
	}
	return coded.Status, "application/json", append(c.appendMember(body, err), '}')
}

// appendMember adds what ErrorCode.With gave an error's body.
func (c *Ctx) appendMember(body []byte, err error) []byte {
	var custom *codedError
	if !errors.As(err, &custom) || custom.member == "" {
		return body
	}
	value, err := json.Marshal(custom.value, jsonOptions)
	if err != nil {
		c.auth.log.Error("a member of an error could not be encoded", "member", custom.member, "error", err)
		return body
	}
	body = database.AppendString(append(body, ','), custom.member)
	return append(append(body, ':'), value...)
}

// clientError returns the part of err that a client may see.
func clientError(err error) *ErrorCode {
	var code *ErrorCode
	if !errors.As(err, &code) {
		if valueRefused(err) {
			return refusedField(err)
		}
		return ErrInternal
	}
	var custom *codedError
	if errors.As(err, &custom) && custom.message != "" {
		return &ErrorCode{custom.code.Code, custom.message, custom.code.Status}
	}
	return code
}

// valueRefused reports whether err says of a value that no column can hold it,
// and no operation has a word of its own for that. Such values come from
// clients: where the input's checks do not look, in headers, cookies and JSON
// that is kept as it is.
func valueRefused(err error) bool {
	var code *ErrorCode
	return !errors.As(err, &code) && errors.Is(err, database.ErrInvalidValue)
}

// refusedField names the field whose value was refused, if clients know it.
func refusedField(err error) *ErrorCode {
	var refused *database.ValueError
	if !errors.As(err, &refused) || refused.Column == "" || refused.Hidden {
		return ErrValidation
	}
	return &ErrorCode{ErrValidation.Code, refused.Column + " has a value that cannot be stored", ErrValidation.Status}
}

// navigates reports whether the answer replaces the page of a browser, rather than
// being read by a script (Fetch Metadata; an older browser says so by what it accepts).
func (c *Ctx) navigates() bool {
	if c.request == nil || c.request.Method != http.MethodGet {
		return false
	}
	if mode := c.request.Header.Get("Sec-Fetch-Mode"); mode != "" {
		return mode == "navigate"
	}
	return strings.Contains(c.request.Header.Get("Accept"), "text/html")
}
