package betterauth

import (
	"context"
	"fmt"
	"net/http"
	"reflect"

	"github.com/better-auth-go/better-auth/internal/panics"
)

// CallOptions say on whose behalf Call calls.
type CallOptions struct {
	// SessionToken is the session the call is made with. Default none.
	SessionToken string
	// Request lends its headers, such as cookies and the client's address.
	// Default none.
	Request *http.Request
	// AllowServerOnly lets the input have members that only the server may set, such
	// as the permissions of a key, although a request is lent. Say so where the
	// application chose each of them itself, never where it passes on what a client
	// sent. Access is that of the request all the same. Default false: what a request
	// is lent to is held to what a client may do. Without Request it changes nothing.
	AllowServerOnly bool
}

// Call runs an operation in process, with the hooks, access rules and gates it
// has over HTTP; only origin, rate and body checks do not apply. in is the
// operation's input, Out its answer. Cookies and headers it sets are dropped.
// Errors are those a client would see, causes included; a step-up is an error
// that StepUpBody opens.
func Call[Out any](ctx context.Context, a *Auth, opID string, in any, o CallOptions) (Out, error) {
	var none Out
	op := a.operations[opID]
	if op == nil {
		return none, fmt.Errorf("betterauth: no operation %q", opID)
	}
	if in == nil {
		in = None{}
	}
	if got := reflect.TypeOf(in); got != op.in {
		return none, fmt.Errorf("betterauth: operation %s takes %s, not %s", opID, op.in, got)
	}
	c := a.newCtx(ctx, o.Request)
	base, err := a.base.Of(o.Request)
	if err != nil {
		return none, err
	}
	c.op, c.baseURL = op, base
	c.serverOnly = c.serverOnly || o.AllowServerOnly
	if o.SessionToken != "" {
		c.login.presented = o.SessionToken
	}
	value, err := c.finish(c.runAfter(c.call(func(dst any) error {
		reflect.ValueOf(dst).Elem().Set(reflect.ValueOf(in))
		return nil
	})))
	if err != nil {
		if stack := panics.Stack(err); stack.Key != "" {
			a.log.Error("a call panicked", "operation", opID, "error", err, stack)
		}
		return none, err
	}
	out, ok := value.(Out)
	if !ok {
		return none, fmt.Errorf("betterauth: operation %s answered a %T, not %s", opID, value, reflect.TypeFor[Out]())
	}
	return out, nil
}

// StepUpBody returns the answer by which a gate asked for a further step.
func StepUpBody(err error) (body any, ok bool) {
	step, ok := asStepUp(err)
	if !ok {
		return nil, false
	}
	return step.body, true
}
