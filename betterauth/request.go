package betterauth

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/better-auth-go/better-auth/internal/checkpoint"
	"github.com/better-auth-go/better-auth/internal/cors"
	"github.com/better-auth-go/better-auth/internal/input"
	"github.com/better-auth-go/better-auth/internal/panics"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// ServeHTTP answers every request under the base path; anything else, unknown
// paths and wrong methods included, is 404 NOT_FOUND. HEAD is answered where
// GET is: with the same header and no body, and without effects. Its stages: pages
// of other origins, whose preflights are answered there, request hooks, rate limit,
// router, body, origin, input, before hooks, access, handler, after hooks, answer.
func (a *Auth) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := a.newCtx(r.Context(), r)
	value, err := c.serve(w, r)
	c.answer(w, value, err)
}

// serve turns a panic anywhere on the way into an error, so that the client
// gets the constant 500 and the log the cause.
func (c *Ctx) serve(w http.ResponseWriter, r *http.Request) (value any, err error) {
	defer panics.Handler(&err)
	var hostErr error
	c.baseURL, hostErr = c.auth.base.Of(r)
	if c.fromTrustedPage() && cors.IsPreflight(r) {
		return preflight{}, nil
	}
	path, ok := c.auth.routes.Relative(r.URL)
	if !ok {
		return nil, ErrNotFound
	}
	if hostErr != nil {
		return nil, hostErr
	}
	if c.baseURL == "" {
		return nil, c.unknownHost()
	}
	if c.auth.routes.Disabled(r.Method, path) {
		return nil, ErrNotFound
	}
	for _, hook := range c.auth.requestHooks {
		if err := hook.run(c); err != nil {
			return nil, err
		}
	}
	var op *operation
	route, params := c.auth.routes.Find(r.Method, path)
	if route != nil {
		op = route.To
	}
	if err := c.checkRate(path, op); err != nil {
		return nil, err
	}
	if op == nil {
		return nil, c.noRoute(path)
	}
	c.op = op
	body, err := c.readBody(w, r)
	if err != nil {
		return nil, err
	}
	if err := c.checkOrigin(body); err != nil {
		return nil, err
	}
	var query url.Values
	if r.URL.RawQuery != "" {
		query = r.URL.Query()
	}
	return c.dispatch(input.Source{Body: body, Query: query, Path: params})
}

// reads reports whether a method only asks. HEAD is GET but for the answer's body.
func reads(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// dispatch runs an operation with its hooks.
func (c *Ctx) dispatch(src input.Source) (any, error) {
	if c.request.Method == http.MethodHead && c.op.headEnds() {
		return None{}, nil
	}
	return c.finish(c.runAfter(c.call(func(in any) error {
		if err := c.op.plan.Decode(src, in); err != nil || !c.op.CheckTargets {
			return err
		}
		return c.checkQueryTargets(src.Query)
	})))
}

// finish takes back the session of a request that failed after it was made,
// such as in an after hook: whoever asked was told that it did not work.
func (c *Ctx) finish(value any, err error) (any, error) {
	if err == nil || isAnswer(err) || c.login.created == nil {
		return value, err
	}
	if revokeErr := c.abandonSession(); revokeErr != nil {
		err = errors.Join(err, fmt.Errorf("taking the session back: %w", revokeErr))
	}
	return nil, err
}

// call runs an operation up to its handler's result. fill puts the input in
// place and checks it.
func (c *Ctx) call(fill func(in any) error) (value any, err error) {
	defer panics.Handler(&err)
	in := c.op.newIn()
	if err := fill(in); err != nil {
		var issues input.Issues
		if errors.As(err, &issues) {
			return nil, &codedError{code: ErrValidation, message: issues.Error(), logged: issues.Logged()}
		}
		return nil, err
	}
	if c.op.SignsIn || c.op.BeginsSignIn {
		if err := c.checkLoginForgery(); err != nil {
			return nil, err
		}
	}
	for _, hook := range c.op.before {
		if err := hook.call(c, in); err != nil {
			return nil, err
		}
	}
	if err := c.demandAccess(); err != nil {
		return nil, err
	}
	checkpoint.Reach(c, checkpoint.Admitted)
	return c.op.run(c, in)
}

func (c *Ctx) runAfter(value any, err error) (any, error) {
	if len(c.op.after) == 0 {
		return value, err
	}
	result := &Result{Value: value, Err: err}
	for _, hook := range c.op.after {
		if err := hook.call(c, result); err != nil {
			result.Value, result.Err = nil, err
		}
	}
	return result.Value, result.Err
}

// demandAccess enforces what the operation declared.
func (c *Ctx) demandAccess() error {
	access := c.op.Access
	switch access {
	case WithStoredSessionOrInProcess:
		access = WithStoredSession
	case WithFreshSessionOrInProcess:
		access = WithFreshSession
	}
	if access != c.op.Access && c.request == nil && c.login.presented == "" {
		return nil // the server itself
	}
	var id *Identity
	var err error
	switch access {
	case Public, ServerOnly:
		return nil
	case WithSession:
		id, err = c.Session()
	default:
		id, err = c.StoredSession()
	}
	if errors.Is(err, ErrNoSession) {
		return ErrUnauthorized
	}
	if err != nil {
		return err
	}
	if access == WithFreshSession && !c.Fresh(id.Session) {
		return ErrSessionNotFresh
	}
	return nil
}

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
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return nil, ErrBodyTooLarge.Refuse(Refusal{Reason: "its body is larger than the operation takes", Seen: []slog.Attr{slog.Int64("limit", limit)},
				Configure: "if clients may send that much, raise Config.BodyLimit"})
		}
		return nil, ErrBadJSON.Because(err)
	}
	if len(raw) == 0 {
		return nil, nil
	}
	return c.parseBody(raw, r.Header.Get("Content-Type"))
}

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
		if tooDeep(value) || !value.IsValid() {
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

// maxDepth is how deep a client's objects and arrays may be nested: far more than
// any operation reads. Past a thousand each level costs the parser much more.
const maxDepth = 500

// tooDeep reports whether JSON is nested deeper than maxDepth. What is no JSON is
// for the parser to refuse.
func tooDeep(raw []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(raw); i++ {
		switch ch := raw[i]; {
		case quoted && ch == '\\':
			i++
		case ch == '"':
			quoted = !quoted
		case quoted:
		case ch == '{' || ch == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case ch == '}' || ch == ']':
			depth--
		}
	}
	return false
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

func (c *Ctx) unknownHost() error {
	return errUnknownHost.Refuse(Refusal{Reason: "it names a host that is not served", Seen: []slog.Attr{slog.String("host", c.request.Host)},
		Configure: "if it is yours, add it to Config.DynamicBaseURL.AllowedHosts; behind a proxy that names it elsewhere, set Config.TrustProxyHeaders"})
}

// noRoute tells of a route that nothing serves. Of the path only the beginning is
// said: what follows may be a token.
func (c *Ctx) noRoute(path string) error {
	if route := c.auth.routes.Match(path); route != nil {
		op := route.To
		return ErrNotFound.Refuse(Refusal{Reason: "the route is served by another method", Seen: []slog.Attr{
			slog.String("route", op.Path), slog.String("method", c.request.Method), slog.String("serves", op.Method)}})
	}
	first, _, more := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if more {
		first += "/…"
	}
	return ErrNotFound.Refuse(Refusal{Reason: "no plugin has this route", Seen: []slog.Attr{slog.String("route", "/"+first), slog.String("method", c.request.Method)}})
}

var errUnknownHost = &ErrorCode{"INVALID_HOST", "This host is not served", http.StatusBadRequest}
