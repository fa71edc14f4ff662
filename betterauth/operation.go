package betterauth

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/internal/input"
)

// Access says who may call an operation: see Public for all there are. The zero value is
// an error of Build, so that no operation is public by omission.
type Access int

const (
	accessUndeclared Access = iota
	// Public operations may be called by everybody. They may still read the session with
	// Ctx.Session.
	Public
	// WithSession operations answer 401 UNAUTHORIZED without a session. A SessionSource
	// may vouch for the user instead.
	WithSession
	// WithStoredSession operations require a session that is read from the database.
	// Neither a copy in the cookie cache nor a source that vouches is accepted. They are
	// for what must see a revocation at once, and for what only a person who signed in
	// may do.
	WithStoredSession
	// WithFreshSession operations require a stored session that was created less than
	// SessionConfig.FreshAge ago. Otherwise they answer 403 SESSION_NOT_FRESH.
	WithFreshSession
	// WithStoredSessionOrInProcess operations are WithStoredSession over HTTP. In
	// process, Call without CallOptions.Request and SessionToken needs no session, and
	// Ctx.Identity is then nil. A Call with a Request needs that request's session, and a
	// Call with a SessionToken that session: a wrong token is 401 UNAUTHORIZED, never a
	// call without a session.
	WithStoredSessionOrInProcess
	// WithFreshSessionOrInProcess operations are the same with WithFreshSession: a
	// session that a request or a token names must be fresh.
	WithFreshSessionOrInProcess
	// ServerOnly operations have no route; they are called with Call, in process.
	ServerOnly
)

// SignInPart says what an operation does in a sign-in. The zero value is nothing. Any
// other value guards the operation against login forgery: a request of a browser must
// come from a trusted origin, even without a cookie.
type SignInPart uint8

const (
	// MakesSession is for an operation that may make a session for somebody who had none.
	// In any other operation Ctx.SignIn is an error. EverySignIn matches it.
	MakesSession SignInPart = iota + 1
	// BeginsSignIn is for an operation that makes no session but starts what ends in one,
	// such as mailing a link. The guard keeps other sites from sending mails in
	// somebody's name. EverySignIn does not match it.
	BeginsSignIn
)

// Operation describes an endpoint: its route, who may call it and what it answers. It is
// data beside its typed handler; see Handle.
type Operation struct {
	// ID names the operation in hooks and in process: "signInEmail". It is the id in the
	// server API of Better Auth (TypeScript), where there is one. Required, unique.
	ID string
	// Method is the HTTP method. Methods lists several instead.
	Method  string
	Methods []string
	// Path is the route under the base path: "/sign-in/email", with ":name" for
	// a segment. Segments are not percent-decoded.
	Path string
	// Access says who may call. Required.
	Access Access
	// SignIn says what the operation does in a sign-in. Default: nothing.
	SignIn SignInPart
	// AnyOrigin accepts requests from pages of every origin, with and without cookies: for
	// an endpoint that other sites post to by design, such as an identity provider. The
	// handler must itself find that the request answers one of this browser, or do
	// nothing that matters. It contradicts SignIn, whose guard it would undo. Default
	// false.
	AnyOrigin bool
	// FormBody also accepts a body of application/x-www-form-urlencoded. Default false.
	FormBody bool
	// CheckTargets refuses a request over HTTP whose query names an untrusted
	// callbackURL, newUserCallbackURL or errorCallbackURL: 403 INVALID_CALLBACK_URL. It
	// is for GET operations that redirect there; other methods are always checked. The
	// check reads the parameter as the input has it: a handler that decodes it again
	// redirects to an unchecked target. Default false.
	CheckTargets bool
	// Effects marks an operation whose GET changes something, such as using up a token or
	// storing a challenge. A HEAD request, which mail scanners and link checkers send,
	// then ends before the handler with 200, and reveals nothing of what GET would answer
	// (RFC 9110, section 9.1). The same holds if SignIn or CheckTargets is set. Default
	// false.
	Effects bool
	// OptionalBody accepts a request without a body. Default false.
	OptionalBody bool
	// IgnoreBody leaves the body unread, whatever its type and length. Default false.
	IgnoreBody bool
	// Cacheable lets the handler set Cache-Control for its answer. All other answers, and
	// all errors, get "Cache-Control: no-store" unless Ctx.Header has a value for it.
	// Default false.
	Cacheable bool
	// BodyLimit is the largest body in bytes. Default: Config.BodyLimit.
	BodyLimit int64
	// Limit is the operation's own rate limit. Default: that of RateLimitConfig.
	Limit *Rule
	// Replaces is the ID of an operation that this one replaces.
	Replaces string
	// Summary is one line for documentation.
	Summary string
	// Errors are the codes that the operation may answer, beside those that every
	// operation may answer and those of other plugins' hooks and gates. They are for
	// documentation and tests.
	Errors []*ErrorCode
}

// headEnds reports whether HEAD may not run the handler.
func (o Operation) headEnds() bool { return o.Effects || o.SignIn != 0 || o.CheckTargets }

func (o Operation) methods() []string {
	if len(o.Methods) > 0 {
		return o.Methods
	}
	return []string{o.Method}
}

// Endpoint is an operation with its handler. Make one with Handle.
type Endpoint struct {
	op      Operation
	in, out reflect.Type
	run     func(*Ctx, any) (any, error)
	newIn   func() any
}

// Operation returns the endpoint's description.
func (e Endpoint) Operation() Operation { return e.op }

// Input is the type of the endpoint's input: for documentation and tests.
func (e Endpoint) Input() reflect.Type { return e.in }

// Output is the type of the endpoint's answer; it is any if there are several types.
func (e Endpoint) Output() reflect.Type { return e.out }

// Handle joins an operation to its handler.
//
// In is a struct whose tags say where each field is read from: `json:"name"` for a member
// of the body, `query:"name"`, `path:"name"`. A pointer is optional. A `check` tag
// constrains the value: email, nonempty, trim, min=N, max=N, enum=a|b, object, optional,
// required, nullable, coerce. nullable treats null as missing; coerce makes text of a number, a
// boolean or null, as the TypeScript server reads ids. []string takes a query parameter
// that may be repeated. A field of type Members with the tag `input:"rest"` receives the
// members that no field names. Use None for an operation without input.
//
// A field is text, a boolean, a number, jsontext.Value, or a struct, list or map of them.
// A date comes as text, which the handler reads with time.Parse: a time.Time is an error
// of Build.
//
// Out is encoded as JSON, except Redirect and Raw.
func Handle[In, Out any](op Operation, h func(*Ctx, In) (Out, error)) Endpoint {
	return Endpoint{
		op:    op,
		in:    reflect.TypeFor[In](),
		out:   reflect.TypeFor[Out](),
		newIn: func() any { return new(In) },
		run:   func(c *Ctx, in any) (any, error) { return h(c, *in.(*In)) },
	}
}

// None is the input of an operation without input, or the output of one that answers with
// an empty body.
type None struct{}

// Members holds raw JSON members by name. Text returns one that is a string; SetText sets
// one.
type Members = input.Members

// Redirect is an answer with status 302 and a Location.
type Redirect struct{ URL string }

// Raw is an answer that is not JSON.
type Raw struct {
	// Status defaults to 200.
	Status int
	// ContentType defaults to "text/plain".
	ContentType string
	Body        []byte
}

// check reports what is wrong with the declaration.
func (e Endpoint) check() []error {
	var problems []error
	add := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	op := e.op
	if e.run == nil {
		return []error{fmt.Errorf("has no handler; make endpoints with betterauth.Handle")}
	}
	if op.ID == "" {
		add("has no ID; set one in camel case, like signInEmail")
	}
	if op.Access == accessUndeclared {
		add("declares no Access; set it to Public, WithSession, WithStoredSession, WithFreshSession, WithStoredSessionOrInProcess, WithFreshSessionOrInProcess or ServerOnly")
	}
	if op.Access < accessUndeclared || op.Access > ServerOnly {
		add("declares an unknown Access %d; use a constant of betterauth.Access", op.Access)
	}
	if op.AnyOrigin && op.SignIn != 0 {
		add("declares AnyOrigin and SignIn, so that any page could sign a browser in; remove one of them")
	}
	if op.SignIn > BeginsSignIn {
		add("declares an unknown SignIn %d; use MakesSession, BeginsSignIn or neither", op.SignIn)
	}
	if op.Access != ServerOnly {
		if !strings.HasPrefix(op.Path, "/") || strings.Contains(op.Path, "//") || (len(op.Path) > 1 && strings.HasSuffix(op.Path, "/")) {
			add("path %q must start with a slash and not end with one; write it like /sign-in/email", op.Path)
		}
		for _, m := range op.methods() {
			switch m {
			case http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
			default:
				add("method %q is not GET, POST, PUT, PATCH or DELETE; use one of them", m)
			}
		}
	}
	problems = append(problems, checkCodes(op.Errors, false)...)
	if op.Limit != nil {
		if err := op.Limit.problem(); err != nil {
			add("limit: %w", err)
		}
	}
	if plan, err := input.Compile(e.in); err != nil {
		add("input: %w", err)
	} else if plan.TakesBody() && !op.IgnoreBody && op.Access != ServerOnly && slices.Equal(op.methods(), []string{http.MethodGet}) {
		add("input: a GET has no body; tag the field query:\"…\" instead of json:\"…\"")
	}
	return problems
}
