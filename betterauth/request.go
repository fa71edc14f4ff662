package betterauth

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/better-auth-go/better-auth/internal/checkpoint"
	"github.com/better-auth-go/better-auth/internal/cors"
	"github.com/better-auth-go/better-auth/internal/input"
	"github.com/better-auth-go/better-auth/internal/panics"
)

// ServeHTTP answers every request under the base path. Anything else, unknown paths and
// wrong methods included, is 404 NOT_FOUND. HEAD is answered where GET is: with the same
// header, without a body and without effects. Its stages: pages of other origins, whose
// preflights are answered there, request hooks, rate limit, router, body, origin, input,
// before hooks, access, handler, after hooks, answer.
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
	return c.runAfter(c.call(func(in any) error {
		if err := c.op.plan.Decode(src, in); err != nil || !c.op.CheckTargets {
			return err
		}
		return c.checkQueryTargets(src.Query)
	}))
}

// finish settles the sessions that a request made, once it is known what the client is
// told. If that is a success, subscribers are told of them. If it is a failure, such as
// an after hook's, or that a further step is needed, the sessions end: the client was
// told that it is not signed in.
func (c *Ctx) finish(err error) (finished error) {
	err = undoing(err) // or a mark would keep the transaction of whoever calls in process
	defer panics.Handler(&finished)
	switch {
	case len(c.made) == 0:
		return err
	case err == nil:
		c.tellSignIns()
		return nil
	}
	further := isAnswer(err)
	if failed := c.abandonSessions(); failed != nil {
		failed = fmt.Errorf("taking the session back: %w", failed)
		if further {
			return failed
		}
		return errors.Join(err, failed)
	}
	if further {
		c.postponeSession(nil)
	}
	return err
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
	if c.op.SignIn != 0 {
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
