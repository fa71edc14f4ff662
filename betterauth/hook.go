package betterauth

import (
	"fmt"
	"reflect"
)

// BeforeHook runs before an operation's handler. Make one with Before,
// BeforeMembers or BeforeMatch.
type BeforeHook struct {
	opID     string
	optional bool
	match    func(Operation) bool
	in       reflect.Type // nil: any
	rest     bool         // run takes the input's Members
	run      func(c *Ctx, in any) error
}

// IfPresent returns the hook for an operation that may be absent. Without it a
// hook on an operation nobody declares is a Build error, since a check that
// silently never runs is worse than none.
func (h BeforeHook) IfPresent() BeforeHook { h.optional = true; return h }

// Before runs f before the operation opID, with its checked input, which f may
// change. In must be the operation's own input type. An error or a panic stops
// the request.
func Before[In any](opID string, f func(c *Ctx, in *In) error) BeforeHook {
	return BeforeHook{opID: opID, in: reflect.TypeFor[In](), run: func(c *Ctx, in any) error { return f(c, in.(*In)) }}
}

// BeforeMembers runs f before the operation opID, with the members of its body
// that its input does not name: those that set added columns, say of the user
// at sign-up. It needs not know the input's type, which may be of a package it
// must not import. f may set and delete members; the operation then checks what
// stands, as if the client had sent it. An error or a panic stops the request.
// An operation whose input has no field for other members (see Handle) is a
// Build error.
func BeforeMembers(opID string, f func(c *Ctx, members Members) error) BeforeHook {
	return BeforeHook{opID: opID, rest: true, run: func(c *Ctx, in any) error { return f(c, in.(Members)) }}
}

// BeforeMatch runs f before every operation that match accepts. Matching
// happens once, at Build.
func BeforeMatch(match func(Operation) bool, f func(c *Ctx) error) BeforeHook {
	return BeforeHook{match: match, run: func(c *Ctx, _ any) error { return f(c) }}
}

// AfterHook runs once an operation has a result. Make one with After or
// AfterMatch.
type AfterHook struct {
	opID     string
	optional bool
	match    func(Operation) bool
	out      reflect.Type // nil: any
	run      func(c *Ctx, r *Result) error
}

// IfPresent returns the hook for an operation that may be absent; see
// BeforeHook.IfPresent.
func (h AfterHook) IfPresent() AfterHook { h.optional = true; return h }

// Result is what an operation came to. An AfterMatch hook may replace either
// part; headers and cookies are set through the Ctx and survive an error.
type Result struct {
	// Value is the answer, of the operation's output type. Nil with Err.
	Value any
	// Err is the failure, nil on success.
	Err error
}

// After runs f after the operation opID succeeded, with its answer, which f may
// change. Out must be the operation's own output type. An error or a panic
// becomes the answer.
func After[Out any](opID string, f func(c *Ctx, out *Out) error) AfterHook {
	return AfterHook{opID: opID, out: reflect.TypeFor[Out](), run: func(c *Ctx, r *Result) error {
		if r.Err != nil {
			return nil
		}
		out, ok := r.Value.(Out)
		if !ok {
			// An earlier hook replaced the answer with another type.
			return fmt.Errorf("the answer of %s is a %T, not %s", c.Operation().ID, r.Value, reflect.TypeFor[Out]())
		}
		if err := f(c, &out); err != nil {
			return err
		}
		r.Value = out
		return nil
	}}
}

// AfterMatch runs f after every operation that match accepts, whether it
// succeeded or failed. Ctx.NewIdentity tells whether it created a session.
func AfterMatch(match func(Operation) bool, f func(c *Ctx, r *Result) error) AfterHook {
	return AfterHook{match: match, run: f}
}

// Every matches all operations.
func Every(Operation) bool { return true }

// EverySignIn matches the operations that may create a session, those with
// MakesSession.
func EverySignIn(op Operation) bool { return op.SignIn == MakesSession }

// RequestHook runs before routing for every request under the base path, also
// for paths that do not exist. An error answers the request. Name tells it
// apart in messages.
type RequestHook struct {
	Name string
	Run  func(c *Ctx) error
}
