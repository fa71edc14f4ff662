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

// IfPresent returns the hook for an operation that may be absent. Without it, a hook on
// an operation that nobody declares is an error of Build, since a check that silently
// never runs is worse than none.
func (h BeforeHook) IfPresent() BeforeHook { h.optional = true; return h }

// Before calls f before the operation opID, with its checked input, which f may change.
// In must be the operation's own input type. An error or a panic stops the request.
func Before[In any](opID string, f func(c *Ctx, in *In) error) BeforeHook {
	return BeforeHook{opID: opID, in: reflect.TypeFor[In](), run: func(c *Ctx, in any) error { return f(c, in.(*In)) }}
}

// BeforeMembers calls f before the operation opID, with those members of its body that no
// field of its input names: they set added columns, such as those of the user at sign-up.
// f needs no access to the input's type, whose package a plugin may not be allowed to
// import. f may set and delete members; the operation then checks the result as if the
// client had sent it. An error or a panic stops the request. An operation whose input has
// no field for other members (see Handle) is an error of Build.
func BeforeMembers(opID string, f func(c *Ctx, members Members) error) BeforeHook {
	return BeforeHook{opID: opID, rest: true, run: func(c *Ctx, in any) error { return f(c, in.(Members)) }}
}

// BeforeMatch calls f before every operation for which match is true. match is called
// once for each operation, in Build.
func BeforeMatch(match func(Operation) bool, f func(c *Ctx) error) BeforeHook {
	return BeforeHook{match: match, run: func(c *Ctx, _ any) error { return f(c) }}
}

// AfterHook runs after an operation, with its result. Make one with After or AfterMatch.
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

// Result is the result of an operation. An AfterMatch hook may replace either part. It
// sets headers and cookies through the Ctx; they are sent even with an error.
type Result struct {
	// Value is the answer, of the operation's output type. Nil with Err.
	Value any
	// Err is the failure, nil on success.
	Err error
}

// After calls f after the operation opID has succeeded, with its answer, which f may
// change. Out must be the operation's own output type. An error or a panic replaces the
// answer.
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

// AfterMatch calls f after every operation for which match is true, whether the operation
// succeeded or failed. Ctx.NewIdentity tells whether it made a session.
func AfterMatch(match func(Operation) bool, f func(c *Ctx, r *Result) error) AfterHook {
	return AfterHook{match: match, run: f}
}

// Every matches all operations.
func Every(Operation) bool { return true }

// EverySignIn matches the operations that may make a session: those with MakesSession.
func EverySignIn(op Operation) bool { return op.SignIn == MakesSession }

// RequestHook runs before routing, for every request under the base path, even for paths
// that do not exist. An error answers the request. Name identifies the hook in messages.
type RequestHook struct {
	Name string
	Run  func(c *Ctx) error
}
