// Package panics turns panics of code that is not the caller's own, such as a
// plugin's, into errors or lines of the log. [Recover] and [Handler] make an error
// that says where the panic was, [Log] is for what has no caller to fail. The stack
// is for the log alone: no text of an error holds it, so that no client sees it.
//
// Recover, Contribution and Handler are deferred themselves, not called by a deferred function:
//
//	defer panics.Recover(&err, "gate %s", name)
package panics

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
)

// Error is a panic that was recovered. It does not unwrap to the value: a panic is
// the program's failure, whatever it panicked with.
type Error struct {
	// Where names what panicked, "" for a request's own way.
	Where string
	// Value is what it panicked with.
	Value any
	// Stack is the goroutine's stack.
	Stack string
}

// Error says where the panic was and what it said, without the stack.
func (e *Error) Error() string {
	if e.Where == "" {
		return fmt.Sprintf("panic: %v", e.Value)
	}
	return fmt.Sprintf("%s panicked: %v", e.Where, e.Value)
}

// Recover sets *err where what follows panics. The format and its arguments name
// it.
func Recover(err *error, format string, args ...any) {
	if p := recover(); p != nil {
		*err = &Error{fmt.Sprintf(format, args...), p, string(debug.Stack())}
	}
}

// Contribution is Recover for what a plugin contributes, which requests call so often
// that naming it must cost nothing: "gate banned of plugin admin". name may be "".
func Contribution(err *error, kind, name, plugin string) {
	if p := recover(); p != nil {
		if name != "" {
			kind += " " + name
		}
		*err = &Error{kind + " of plugin " + plugin, p, string(debug.Stack())}
	}
}

// Handler is Recover for what answers an HTTP request: http.ErrAbortHandler goes on
// to the server, which ends the connection.
func Handler(err *error) {
	if p := recover(); p != nil {
		if p == http.ErrAbortHandler {
			panic(p)
		}
		*err = &Error{Value: p, Stack: string(debug.Stack())}
	}
}

// Log writes the line of a panic, with its stack. It is for the deferred function
// that called recover.
func Log(log *slog.Logger, message string, recovered any) {
	log.Error(message, "panic", recovered, "stack", string(debug.Stack()))
}

// Stack is what a line of the log adds for an error that a panic became: nothing for
// other errors.
func Stack(err error) slog.Attr {
	var e *Error
	if !errors.As(err, &e) {
		return slog.Attr{}
	}
	return slog.String("stack", e.Stack)
}
