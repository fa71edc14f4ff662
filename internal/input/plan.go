// Package input turns a request's body, query and path into a typed value.
//
// A Go struct describes what an operation takes. [Compile] reads its tags once;
// [Plan.Decode] then checks every field and reports all that is wrong in the
// words the reference's clients know (the English messages of zod 4).
//
//	type In struct {
//		Email    string  `json:"email" check:"email"`
//		Remember *bool   `json:"rememberMe"`          // a pointer is optional
//		Cache    bool    `query:"disableCookieCache"` // from the query string
//		Token    string  `path:"token"`               // from the route pattern
//		Rest     Members `json:"-" input:"rest"`      // members no field names
//	}
//
// Start with plan.go, which compile.go makes; a request is read in decode.go and
// text.go, check.go is what the tag check asks of values, and issues.go is how what
// is wrong is said.
package input

import (
	"maps"
	"reflect"
)

// Plan is a compiled input type. It is immutable and safe for concurrent use.
type Plan struct {
	body  *object
	query []field
	path  []field
	// optionalBody accepts a request without a body where the body's fields
	// are all optional.
	optionalBody bool
}

// TakesBody reports whether the input reads the request's body.
func (p *Plan) TakesBody() bool { return p.body != nil }

// HasRest reports whether the input has a field for members that no other one
// names.
func (p *Plan) HasRest() bool { return p.body != nil && p.body.rest != nil }

// OwnRest returns the rest field of in, a pointer to the compiled struct type:
// never nil, and a copy that belongs to in alone.
func (p *Plan) OwnRest(in any) Members {
	rest := reflect.ValueOf(in).Elem().FieldByIndex(p.body.rest).Addr().Interface().(*Members)
	own := make(Members, len(*rest)+1)
	maps.Copy(own, *rest)
	*rest = own
	return own
}

// object is a struct read from a JSON object.
type object struct {
	fields []field
	rest   []int // index of the Members field, nil when there is none
}

// field is one member of an object, one query parameter or one path segment.
type field struct {
	name     string
	index    []int
	optional bool
	kind     kind
	checks   checks
	elem     *field  // element of a slice or map
	object   *object // members of a nested struct
	pointer  bool
}

type kind int

const (
	kindString kind = iota
	kindBool
	kindInt
	kindFloat
	kindRaw
	kindSlice
	kindMap
	kindStruct
)

// checks are the constraints of a `check` tag.
type checks struct {
	email, nonEmpty, trim, object, nullable, coerce bool
	min, max                                        int
	hasMin, hasMax                                  bool
	enum                                            []string
}

// OptionalBody makes a missing body count as an empty object.
func (p *Plan) OptionalBody() *Plan {
	q := *p
	q.optionalBody = true
	return &q
}
