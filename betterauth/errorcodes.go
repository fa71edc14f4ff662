package betterauth

import (
	"cmp"
	"fmt"
	"slices"
)

// commonErrors are the codes that every operation may answer with.
var commonErrors = []*ErrorCode{
	ErrUnauthorized, ErrSessionNotFresh, ErrFailedToGetSession, ErrFailedToCreateSession,
	ErrDeferRequired, ErrInvalidOrigin, ErrMissingOrigin, ErrCrossSiteLogin,
	ErrInvalidCallbackURL, ErrInvalidRedirectURL, ErrInvalidErrorURL, ErrInvalidNewUserURL,
	ErrValidation, ErrMissingField, ErrFieldNotAllowed, ErrInvalidEmail, ErrUserNotFound,
	ErrBadJSON, ErrMediaType, ErrBodyTooLarge, ErrTooManyFailures, ErrInternal,
}

// Codes are all codes of the plugin, from its operations and from Errors, each once.
// Codes with an empty Code are left out.
func (m Manifest) Codes() []*ErrorCode {
	lists := [][]*ErrorCode{m.Errors}
	for _, e := range m.Endpoints {
		lists = append(lists, e.op.Errors)
	}
	return union(lists...)
}

// ErrorCodes are all codes that operations answer with, those of plugins and those that
// every operation may answer, sorted and each once. They are for documentation, and for
// clients that have a text for each. ErrNotFound and ErrTooManyRequests are left out,
// since they are answered before any operation.
func (a *Auth) ErrorCodes() []*ErrorCode { return slices.Clone(a.codes) }

// collectCodes forms the union of the codes that are listed.
func (a *Auth) collectCodes(ops []*operation) {
	lists := [][]*ErrorCode{commonErrors}
	for _, op := range ops {
		lists = append(lists, op.Errors)
	}
	for _, p := range a.plugins {
		lists = append(lists, p.manifest.Codes())
	}
	a.codes = union(lists...)
}

// union sorts codes and leaves out what is said before.
func union(lists ...[]*ErrorCode) []*ErrorCode {
	all := slices.DeleteFunc(slices.Concat(lists...), func(e *ErrorCode) bool { return e == nil || e.Code == "" })
	slices.SortStableFunc(all, func(a, b *ErrorCode) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Status, b.Status), cmp.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(all, func(a, b *ErrorCode) bool { return *a == *b })
}

// checkCodes says what is wrong with a list of codes. coded says that each needs a
// Code: an operation may answer without one, as the TypeScript server's does.
func checkCodes(list []*ErrorCode, coded bool) (problems []error) {
	for i, code := range list {
		switch {
		case code == nil || code.Status < 400 || code.Status > 599:
			problems = append(problems, fmt.Errorf("error code number %d has no Status from 400 to 599; give it one", i+1))
		case coded && code.Code == "":
			problems = append(problems, fmt.Errorf("error code number %d has no Code; give it one", i+1))
		}
	}
	return problems
}
