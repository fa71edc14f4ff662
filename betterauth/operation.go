package betterauth

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/internal/input"
)

// Access says who may call an operation: see Public for all there are. The zero
// value is a Build error, so that nothing is public by omission.
type Access int

const (
	accessUndeclared Access = iota
	// Public operations are open to everybody. They may still look at the
	// session through Ctx.Session.
	Public
	// WithSession operations answer 401 UNAUTHORIZED without a session. A source
	// may vouch for the user instead; see SessionSource.
	WithSession
	// WithStoredSession operations demand a session read from the database: a
	// cookie cache is not believed, nor a source that vouches. For what must see
	// a revocation at once, and what only a person who signed in may do.
	WithStoredSession
	// WithFreshSession operations demand a stored session created less than
	// SessionConfig.FreshAge ago, else 403 SESSION_NOT_FRESH.
	WithFreshSession
	// WithStoredSessionOrInProcess operations are WithStoredSession over HTTP,
	// and open to the server itself: Call without CallOptions.Request needs no
	// session, and Ctx.Identity is nil then. A call that is lent a request is
	// held to what the request is, and one with a SessionToken to that session:
	// a wrong token is 401 UNAUTHORIZED, never nobody.
	WithStoredSessionOrInProcess
	// WithFreshSessionOrInProcess operations are the same with WithFreshSession:
	// a session that is named, by a request or a token, must be fresh.
	WithFreshSessionOrInProcess
	// ServerOnly operations have no route; Call reaches them in process.
	ServerOnly
)

// SignInPart is what an operation does for somebody who is signing in. The zero value
// is nothing. Whatever else it is, the operation is guarded against login forgery: a
// browser's request must come from a trusted origin even without a cookie.
type SignInPart uint8

const (
	// MakesSession is of an operation that may create a session for somebody who had
	// none. Ctx.SignIn is an error in any other, and hooks match it by EverySignIn.
	MakesSession SignInPart = iota + 1
	// BeginsSignIn is of an operation that creates no session but begins what ends in
	// one, such as mailing a link: no other site has mails sent in somebody's name.
	// EverySignIn does not match it.
	BeginsSignIn
)

// Operation describes an endpoint: its route, who may call it and what it
// answers with. It is data beside its typed handler; see Handle.
type Operation struct {
	// ID names the operation, as in hooks and in process: "signInEmail". The
	// ids of the reference's server API where there is one. Required, unique.
	ID string
	// Method is the HTTP method. Methods lists several instead.
	Method  string
	Methods []string
	// Path is the route under the base path: "/sign-in/email", with ":name" for
	// a segment. Segments are not percent-decoded.
	Path string
	// Access says who may call. Required.
	Access Access
	// SignIn is the operation's part in a sign-in. Default: none.
	SignIn SignInPart
	// FormBody also accepts application/x-www-form-urlencoded.
	FormBody bool
	// CheckTargets refuses a request over HTTP whose query names an untrusted
	// callbackURL, newUserCallbackURL or errorCallbackURL: 403
	// INVALID_CALLBACK_URL. For operations with GET that redirect there; others
	// are checked always. What is checked is the parameter as the input has it: to
	// decode it once more is to go somewhere else.
	CheckTargets bool
	// Effects marks an operation whose GET changes something, such as spending a
	// token or storing a challenge. HEAD, which answers whatever GET answers (RFC
	// 9110, section 9.1), then ends before the handler, with 200 and no word of what
	// GET would say: mail scanners and link checkers send it. So it does where
	// SignIn or CheckTargets is set.
	Effects bool
	// OptionalBody accepts a request without a body.
	OptionalBody bool
	// IgnoreBody leaves the body unread, whatever it is and however long. Default
	// false.
	IgnoreBody bool
	// Cacheable leaves it to the handler to say by Cache-Control how long what it
	// answers with may be kept. Every other answer, and every error, says
	// "Cache-Control: no-store" unless Ctx.Header has a word on it. Default false.
	Cacheable bool
	// BodyLimit is the largest body in bytes. Default: Config.BodyLimit.
	BodyLimit int64
	// Limit is the operation's own rate limit. Default: the application's.
	Limit *Rule
	// Replaces is the id of an operation that this one takes the place of.
	Replaces string
	// Summary is one line for documentation.
	Summary string
	// Errors are the codes it may answer with, beside those that every operation may
	// and those of other plugins' hooks and gates: for documentation and tests.
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

// Output is the type the endpoint answers with; any for one that has several
// kinds of answers.
func (e Endpoint) Output() reflect.Type { return e.out }

// Handle joins an operation to its handler.
//
// In is a struct whose fields say where they come from: `json:"name"` for a
// member of the body, `query:"name"`, `path:"name"`; a pointer is optional; a
// `check` tag constrains (email, nonempty, trim, min=N, max=N, enum=a|b,
// object, optional, required, nullable, coerce). nullable makes null count as missing;
// coerce makes text of a number, a boolean or null, as the reference reads ids;
// []string takes a query parameter that may be repeated. Use None for an
// operation without input. A field of type
// Members with the tag `input:"rest"` receives what no field names.
//
// A field is text, a boolean, a number, jsontext.Value, or a struct, list or
// map of them. A date comes as text, which the handler reads with time.Parse;
// a time.Time is a Build error.
//
// Out is encoded as JSON; Redirect and Raw answer otherwise.
func Handle[In, Out any](op Operation, h func(*Ctx, In) (Out, error)) Endpoint {
	return Endpoint{
		op:    op,
		in:    reflect.TypeFor[In](),
		out:   reflect.TypeFor[Out](),
		newIn: func() any { return new(In) },
		run:   func(c *Ctx, in any) (any, error) { return h(c, *in.(*In)) },
	}
}

// None is the input of an operation that takes none, or the output of one that
// answers with an empty body.
type None struct{}

// Members holds raw JSON members by name. Text reads one that is a string,
// SetText sets one.
type Members = input.Members

// Redirect is an answer of 302 with a Location.
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
		add("has no ID; name it in camel case, as signInEmail")
	}
	if op.Access == accessUndeclared {
		add("declares no Access; say Public, WithSession, WithStoredSession, WithFreshSession, WithStoredSessionOrInProcess, WithFreshSessionOrInProcess or ServerOnly")
	}
	if op.Access < accessUndeclared || op.Access > ServerOnly {
		add("declares an unknown Access %d; use a constant of betterauth.Access", op.Access)
	}
	if op.SignIn > BeginsSignIn {
		add("declares an unknown SignIn %d; use MakesSession, BeginsSignIn or neither", op.SignIn)
	}
	if op.Access != ServerOnly {
		if !strings.HasPrefix(op.Path, "/") || strings.Contains(op.Path, "//") || (len(op.Path) > 1 && strings.HasSuffix(op.Path, "/")) {
			add("path %q must start with a slash and not end with one; write it as /sign-in/email", op.Path)
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
		add("input: a GET has no body; tag what it reads query:\"…\" instead of json:\"…\"")
	}
	return problems
}
