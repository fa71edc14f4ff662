package input

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

var (
	membersType = reflect.TypeFor[Members]()
	rawType     = reflect.TypeFor[jsontext.Value]()
)

// Compile reads the tags of t, a struct type. The error names the field that
// is malformed.
func Compile(t reflect.Type) (*Plan, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("input %s is not a struct; let the handler take one, or betterauth.None", t)
	}
	plan := &Plan{}
	body, err := compileObject(t, plan)
	if err != nil {
		return nil, err
	}
	if len(body.fields) > 0 || body.rest != nil {
		plan.body = body
	}
	return plan, nil
}

// compileObject collects the fields of t. Query and path fields are only
// allowed at the top, where plan is not nil.
func compileObject(t reflect.Type, plan *Plan) (*object, error) {
	o := &object{}
	for sf := range t.Fields() {
		if !sf.IsExported() {
			continue
		}
		if sf.Anonymous && sf.Type.Kind() == reflect.Struct {
			var queries, paths int
			if plan != nil {
				queries, paths = len(plan.query), len(plan.path)
			}
			inner, err := compileObject(sf.Type, plan)
			if err != nil {
				return nil, err
			}
			below(inner.fields, sf.Index)
			o.fields = append(o.fields, inner.fields...)
			if plan != nil {
				below(plan.query[queries:], sf.Index)
				below(plan.path[paths:], sf.Index)
			}
			continue
		}
		if sf.Tag.Get("input") == "rest" {
			if sf.Type != membersType {
				return nil, fmt.Errorf("%s.%s: a rest field must be of type betterauth.Members; change its type", t, sf.Name)
			}
			o.rest = sf.Index
			continue
		}
		if err := compileField(t, sf, plan, o); err != nil {
			return nil, fmt.Errorf("%s.%s: %w", t, sf.Name, err)
		}
	}
	return o, nil
}

// below makes fields of an embedded struct those of the struct that embeds it.
func below(fields []field, at []int) {
	for i := range fields {
		fields[i].index = append(slices.Clone(at), fields[i].index...)
	}
}

func compileField(t reflect.Type, sf reflect.StructField, plan *Plan, o *object) error {
	f := field{index: sf.Index}
	if err := f.setType(sf.Type); err != nil {
		return err
	}
	if err := f.setChecks(sf.Tag.Get("check")); err != nil {
		return err
	}
	for _, source := range []string{"query", "path"} {
		name, ok := sf.Tag.Lookup(source)
		if !ok {
			continue
		}
		if plan == nil {
			return fmt.Errorf("a %s field belongs to the top of the input; move it there", source)
		}
		repeated := source == "query" && f.kind == kindSlice && !f.pointer && f.elem.kind == kindString && !f.elem.pointer
		if f.kind > kindFloat && !repeated {
			return fmt.Errorf("a %s field must be text, a boolean or a number; change its type, or use []string for a repeated query parameter", source)
		}
		f.name = name
		if source == "query" {
			plan.query = append(plan.query, f)
		} else {
			plan.path = append(plan.path, f)
		}
		return nil
	}
	name, options, _ := strings.Cut(sf.Tag.Get("json"), ",")
	if name == "-" {
		return nil
	}
	if name == "" {
		return fmt.Errorf("has no json, query or path tag; add one that says where the value comes from")
	}
	if strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero") {
		f.optional = true
	}
	f.name = name
	o.fields = append(o.fields, f)
	return nil
}

func (f *field) setType(t reflect.Type) error {
	if t == rawType {
		f.kind, f.optional = kindRaw, true
		return nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		f.pointer, f.optional = true, true
		if t.Elem().Kind() == reflect.Pointer {
			return fmt.Errorf("a pointer to a pointer cannot be read; use one pointer")
		}
		optional := f.optional
		err := f.setType(t.Elem())
		f.optional = optional
		return err
	case reflect.String:
		f.kind = kindString
	case reflect.Bool:
		f.kind = kindBool
	case reflect.Int, reflect.Int32, reflect.Int64:
		f.kind = kindInt
	case reflect.Float64:
		f.kind = kindFloat
	case reflect.Slice, reflect.Map:
		f.kind = kindSlice
		if t.Kind() == reflect.Map {
			if t.Key().Kind() != reflect.String {
				return fmt.Errorf("the keys of a map must be strings; use a map[string]")
			}
			f.kind = kindMap
		}
		f.elem = &field{}
		return f.elem.setType(t.Elem())
	case reflect.Struct:
		if opaque(t) {
			return fmt.Errorf("type %s has no fields that a request could fill; take text and parse it in the handler, a date with time.Parse and time.RFC3339", t)
		}
		f.kind = kindStruct
		inner, err := compileObject(t, nil)
		f.object = inner
		return err
	default:
		return fmt.Errorf("type %s cannot be read from a request; use text, numbers, booleans, jsontext.Value, and structs, lists and maps of them", t)
	}
	return nil
}

// opaque reports whether t keeps all that it holds to itself, as time.Time does.
// An object would be read into it, and leave it as it is.
func opaque(t reflect.Type) bool {
	for f := range t.Fields() {
		if f.IsExported() || f.Anonymous {
			return false
		}
	}
	return t.NumField() > 0
}

func (f *field) setChecks(tag string) error {
	if tag == "" {
		return nil
	}
	for part := range strings.SplitSeq(tag, ",") {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "email":
			f.checks.email = true
		case "nonempty":
			f.checks.nonEmpty = true
		case "trim":
			f.checks.trim = true
		case "object":
			f.checks.object = true
		case "coerce":
			if f.kind != kindString {
				return fmt.Errorf("check %q is for text; remove it", part)
			}
			f.checks.coerce = true
		case "nullable":
			f.optional, f.checks.nullable = true, true
		case "optional":
			f.optional = true
		case "required":
			f.optional = false
		case "enum":
			f.checks.enum = strings.Split(value, "|")
		case "min", "max":
			n, err := strconv.Atoi(value)
			if err != nil {
				return fmt.Errorf("check %q needs a number; write it like max=100", part)
			}
			if name == "min" {
				f.checks.min, f.checks.hasMin = n, true
			} else {
				f.checks.max, f.checks.hasMax = n, true
			}
		default:
			return fmt.Errorf("unknown check %q; use one that betterauth.Handle lists", part)
		}
	}
	return nil
}
