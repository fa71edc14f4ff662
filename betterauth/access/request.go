package access

import (
	"errors"
	"fmt"
	"slices"
)

// Connector joins the parts of a Request.
type Connector int

const (
	// All demands every part.
	All Connector = iota
	// Any demands one part.
	Any
)

// Actions are what is asked for on one resource: all of Names, or one of them
// with Any.
type Actions struct {
	Names []string
	Any   bool
}

// Request is what somebody wants to do, by resource.
type Request map[string]Actions

// RequestFor asks for all of the actions.
func RequestFor(actions map[string][]string) Request {
	r := make(Request, len(actions))
	for resource, names := range actions {
		r[resource] = Actions{Names: names}
	}
	return r
}

// Denied says which resource a role may not use as asked.
type Denied struct {
	Resource string
	// Unknown says that the role may do nothing at all with the resource.
	Unknown bool
}

// Error has the reference's text.
func (d *Denied) Error() string {
	if d.Unknown {
		return "You are not allowed to access resource: " + d.Resource
	}
	return fmt.Sprintf("unauthorized to access resource %q", d.Resource)
}

// ErrDenied says that a request asked for nothing, or for nothing the role may
// do; with All the error is a *Denied where one resource is the reason.
//
//lint:ignore ST1005 the reference's text
var ErrDenied = errors.New("Not authorized")

// Authorize returns nil if the role may do what is asked, and a *Denied or
// ErrDenied if not. An empty request is denied, and so is a resource without
// actions. Of several reasons the first by name is told.
func (r Role) Authorize(request Request, how Connector) error {
	if r.err != nil {
		return ErrDenied
	}
	granted := false
	var denied *Denied
	for resource, actions := range request {
		allowed, known := r.statements[resource]
		ok := known && actions.within(allowed)
		granted = granted || ok
		switch {
		case ok && how == Any:
			return nil
		case !ok && (denied == nil || resource < denied.Resource):
			denied = &Denied{Resource: resource, Unknown: !known}
		}
	}
	if denied != nil && how != Any {
		return denied
	}
	if !granted {
		return ErrDenied
	}
	return nil
}

func (a Actions) within(allowed []string) bool {
	if len(a.Names) == 0 {
		return false
	}
	has := func(name string) bool { return slices.Contains(allowed, name) }
	if a.Any {
		return slices.ContainsFunc(a.Names, has)
	}
	return !slices.ContainsFunc(a.Names, func(name string) bool { return !has(name) })
}
