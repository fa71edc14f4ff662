package betterauth

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/better-auth-go/better-auth/internal/cookie"
	"github.com/better-auth-go/better-auth/internal/cors"
	"github.com/better-auth-go/better-auth/internal/origin"
)

// Ctx is one call of an operation: the request's context, input and session, and the
// headers and cookies of the answer. It belongs to one request and is not safe for
// concurrent use; its context may be passed on.
type Ctx struct {
	context.Context
	*exchange
}

// exchange is what the Ctx values of one request share; a Ctx for a
// transaction differs only in its context.
type exchange struct {
	auth        *Auth
	op          *operation
	request     *http.Request // nil in process
	header      http.Header   // nil until somebody asks for it
	varies      bool          // the answer depends on the header Origin; see fromTrustedPage
	status      int
	cookies     []setCookie
	cookieList  cookie.List // of the request, once cookiesRead; see sent
	cookiesRead bool
	jar         cookie.Jar          // the first of each name
	repeated    map[string][]string // the others
	twice       *bool               // the browser has several sessions; see scattered
	misplaced   bool                // cookies may be in another place than they are set now
	baseURL     string
	own         struct{ of, origin string } // the origin of a base URL that is the request's own
	origins     []string
	perCall     struct { // what Config.TrustedOriginsFunc adds, once it was asked
		asked   bool
		origins []string
	}
	ip     *string
	values map[any]any
	login  loginState
	// signIns are the sessions that were made, to be told of; see tellSignIns.
	signIns []SignedIn
	// made are the ids of the sessions that were made, whatever became of them since: a
	// request that fails takes them back.
	made  []string
	claim string // the sign-up that this request is; see ClaimFor
	// stated is the origin that a client says which cannot send Origin; see SetOrigin.
	stated string
	// serverOnly says that the input is the application's own; see FromClient.
	serverOnly bool
}

// exchangeKey finds the exchange in a context.
type exchangeKey struct{}

// call is what every request needs, as one piece of memory.
type call struct {
	ctx      Ctx
	exchange exchange
	context  exchangeContext
}

// exchangeContext is the context of a call, in which the exchange is found.
type exchangeContext struct {
	context.Context
	exchange *exchange
}

// Value implements context.Context.
func (c *exchangeContext) Value(key any) any {
	if _, ok := key.(exchangeKey); ok {
		return c.exchange
	}
	return c.Context.Value(key)
}

func (a *Auth) newCtx(ctx context.Context, r *http.Request) *Ctx {
	c := &call{exchange: exchange{auth: a, request: r, serverOnly: r == nil}}
	c.context = exchangeContext{ctx, &c.exchange}
	c.ctx = Ctx{Context: &c.context, exchange: &c.exchange}
	return &c.ctx
}

// CtxFrom returns the call that ctx belongs to, for row hooks that need the request. ok
// is false if ctx belongs to no call.
func CtxFrom(ctx context.Context) (c *Ctx, ok bool) {
	x, ok := ctx.Value(exchangeKey{}).(*exchange)
	if !ok {
		return nil, false
	}
	return &Ctx{Context: ctx, exchange: x}, true
}

// Operation describes the operation that is called. It is the zero value in a
// RequestHook, which runs before routing, and when a session is read for a handler of the
// application.
func (c *Ctx) Operation() Operation {
	if c.op == nil {
		return Operation{}
	}
	return c.op.Operation
}

// Request is the HTTP request, nil when the call is in process. Its body is
// already consumed.
func (c *Ctx) Request() *http.Request { return c.request }

// FromClient reports whether a client may have sent the operation's input: over HTTP, and
// in process if CallOptions.Request is set without AllowServerOnly. Check it before you
// accept members that only the server may set.
func (c *Ctx) FromClient() bool { return !c.serverOnly }

// Header is the header of the answer. Headers that were set are sent even if the request
// fails.
func (c *Ctx) Header() http.Header {
	if c.header == nil {
		c.header = http.Header{}
		if c.varies {
			cors.Vary(c.header)
		}
	}
	return c.header
}

// SetStatus sets the status of a successful answer. Default 200.
func (c *Ctx) SetStatus(status int) { c.status = status }

// Now is the current time in UTC, in whole milliseconds.
func (c *Ctx) Now() time.Time { return c.auth.now() }

// Random is the source of tokens and keys.
func (c *Ctx) Random() io.Reader { return c.auth.cfg.Random }

// ClientIP is the client's address, read as ClientIPConfig says. An IPv6 address is cut
// to its subnet. It is "" if the address is unknown.
func (c *Ctx) ClientIP() string {
	if c.ip == nil {
		ip := ""
		if c.request != nil {
			ip = c.auth.clientIP.Of(c.request)
		}
		c.ip = &ip
	}
	return *c.ip
}

// UserAgent is the request's User-Agent as text that can be stored: at most 1024
// characters, without NUL, and with U+FFFD for bytes that are not UTF-8.
func (c *Ctx) UserAgent() string {
	if c.request == nil {
		return ""
	}
	return textFor(c.request.UserAgent(), 1024)
}

// BaseURL is this server's URL with the base path, such as
// "https://example.com/api/auth", without a slash at the end.
func (c *Ctx) BaseURL() string { return c.baseURL }

// Origin is the origin of the base URL, such as "https://example.com".
func (c *Ctx) Origin() string {
	if c.baseURL == c.auth.base.Static {
		return c.auth.staticOrigin
	}
	if c.own.of != c.baseURL {
		c.own.of, c.own.origin = c.baseURL, origin.Of(c.baseURL)
	}
	return c.own.origin
}

// Trusted reports whether a request may be redirected to target, or a page at target may
// call with cookies: its origin is trusted, or it is a safe path on this server.
func (c *Ctx) Trusted(target string) bool { return c.trusts(target, true) }

// Transaction runs f in a transaction, which store calls with f's Ctx take part in. An
// error or a panic rolls everything back, cookies and a session that f made included. A
// step-up is an answer, not a failure, and commits. A refusal that Commit marked commits
// as well.
func (c *Ctx) Transaction(f func(tx *Ctx) error) error {
	before, login, signIns, made := len(c.cookies), c.login, len(c.signIns), len(c.made)
	answer, err := c.auth.transaction(c.Context, func(ctx context.Context) error {
		return f(&Ctx{Context: ctx, exchange: c.exchange})
	})
	if err != nil {
		c.cookies, c.login, c.signIns, c.made = c.cookies[:before], login, c.signIns[:signIns], c.made[:made]
		return err
	}
	return answer
}

// RequestValue is a slot for a value that lives as long as one request. It is private to
// the package that declares it:
//
//	var captchaPassed = betterauth.NewRequestValue[bool]()
type RequestValue[T any] struct{ key *byte }

// NewRequestValue makes a slot. Declare it as a package variable.
func NewRequestValue[T any]() RequestValue[T] { return RequestValue[T]{new(byte)} }

// Set stores value for the rest of the request that ctx belongs to; ctx is a Ctx or a
// context made from one. Outside a request it does nothing.
func (v RequestValue[T]) Set(ctx context.Context, value T) {
	c, ok := CtxFrom(ctx)
	if !ok {
		return
	}
	if c.values == nil {
		c.values = map[any]any{}
	}
	c.values[v.key] = value
}

// Get returns the value that Set stored. ok is false without one.
func (v RequestValue[T]) Get(ctx context.Context) (value T, ok bool) {
	c, ok := CtxFrom(ctx)
	if !ok {
		return value, false
	}
	value, ok = c.values[v.key].(T)
	return value, ok
}

// canceled reports whether the client has gone, which is nobody's failure.
func canceled(ctx context.Context, err error) bool {
	return errors.Is(err, context.Canceled) && ctx.Err() != nil
}
