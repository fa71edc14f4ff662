package betterauth

import (
	"context"
	"fmt"
	"net/http"
	"reflect"

	"github.com/better-auth-go/better-auth/internal/panics"
)

// CallOptions say on whose behalf Call runs the operation.
type CallOptions struct {
	// SessionToken is the token of the session that the call is made with. Default none.
	SessionToken string
	// Request is an HTTP request whose headers the call uses, such as its cookies and the
	// client's address. Default none.
	Request *http.Request
	// AllowServerOnly lets the input have members that only the server may set, such as
	// the permissions of a key, although Request is set. Set it where the application
	// itself chose each of these members, and never where it passes on what a client
	// sent. Access still follows Request. Without Request it changes nothing. Default
	// false: the call may do what the client of Request may do.
	AllowServerOnly bool
}

// Call runs an operation in process, with the same hooks, access rules and gates as over
// HTTP; only the checks of origin, rate and body do not apply. in is the operation's
// input, Out its answer. Cookies and headers that the operation sets are dropped. Errors
// are those that a client would see, with their causes. A step-up is an error; StepUpBody
// returns its body.
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
	value, err := c.runAfter(c.call(func(dst any) error {
		reflect.ValueOf(dst).Elem().Set(reflect.ValueOf(in))
		return nil
	}))
	out, ok := value.(Out)
	if err == nil && !ok {
		err = fmt.Errorf("betterauth: operation %s answered a %T, not %s", opID, value, reflect.TypeFor[Out]())
	}
	if err := c.finish(err); err != nil {
		if stack := panics.Stack(err); stack.Key != "" {
			a.log.Error("a call panicked", "operation", opID, "error", err, stack)
		}
		return none, err
	}
	return out, nil
}

// StepUpBody returns the body with which a gate asked for a further step. ok is false if
// err is no step-up.
func StepUpBody(err error) (body any, ok bool) {
	step, ok := asStepUp(err)
	if !ok {
		return nil, false
	}
	return step.body, true
}
