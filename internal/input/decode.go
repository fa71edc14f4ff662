package input

import (
	"math"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Source is what a request brings.
type Source struct {
	// Body is the JSON value of the body, nil when the request had none.
	Body  jsontext.Value
	Query url.Values
	Path  map[string]string
}

// Decode fills dst, a pointer to the compiled struct type. What is wrong with
// the body hides what is wrong with the query. The error is of type Issues.
func (p *Plan) Decode(src Source, dst any) error {
	v := reflect.ValueOf(dst).Elem()
	if p.body != nil && (src.Body != nil || !p.optionalBody) {
		var issues Issues
		if src.Body.Kind() == '{' || len(p.body.fields) > 0 {
			p.body.decode(src.Body, v, "body", &issues)
		}
		if p.body.rest != nil && src.Body.Kind() != '{' {
			issues.add("body", expected("record", src.Body))
		}
		if len(issues) > 0 {
			return issues
		}
	}
	var issues Issues
	for i := range p.query {
		f := &p.query[i]
		f.decodeText(src.Query[f.name], v, "query."+f.name, &issues)
	}
	for i := range p.path {
		f := &p.path[i]
		f.decodeText([]string{src.Path[f.name]}, v, "path."+f.name, &issues)
	}
	if len(issues) > 0 {
		return issues
	}
	return nil
}

func (o *object) decode(raw jsontext.Value, dst reflect.Value, path string, issues *Issues) {
	if raw.Kind() != '{' {
		issues.add(path, expected("object", raw))
		return
	}
	members := Members{}
	if err := json.Unmarshal(raw, &members); err != nil {
		issues.add(path, "Invalid input")
		return
	}
	for i := range o.fields {
		f := &o.fields[i]
		f.decode(members[f.name], dst.FieldByIndex(f.index), path+"."+f.name, issues)
		delete(members, f.name)
	}
	if o.rest != nil && len(members) > 0 {
		dst.FieldByIndex(o.rest).Set(reflect.ValueOf(members))
	}
}

// decode reads one JSON value; a nil raw is a member that is missing.
func (f *field) decode(raw jsontext.Value, dst reflect.Value, path string, issues *Issues) {
	if raw == nil && f.optional && !f.checks.object || f.checks.nullable && raw.Kind() == 'n' {
		return
	}
	if f.pointer {
		fresh := reflect.New(dst.Type().Elem())
		before := len(*issues)
		f.decodeValue(raw, fresh.Elem(), path, issues)
		if len(*issues) == before {
			dst.Set(fresh)
		}
		return
	}
	f.decodeValue(raw, dst, path, issues)
}

func (f *field) decodeValue(raw jsontext.Value, dst reflect.Value, path string, issues *Issues) {
	switch f.kind {
	case kindString:
		if f.checks.coerce {
			if raw == nil {
				issues.add(path, "Invalid input: expected nonoptional, received undefined")
				return
			}
			raw = coerced(raw)
		}
		if raw.Kind() != '"' {
			issues.add(path, expected("string", raw))
			return
		}
		var s string
		if json.Unmarshal(raw, &s) != nil {
			issues.add(path, "Invalid input")
			return
		}
		f.setString(s, dst, path, issues)
	case kindBool:
		if k := raw.Kind(); k != 't' && k != 'f' {
			issues.add(path, expected("boolean", raw))
			return
		}
		dst.SetBool(raw.Kind() == 't')
	case kindInt, kindFloat:
		f.decodeNumber(raw, dst, path, issues)
	case kindRaw:
		if f.checks.object && raw.Kind() != '{' {
			issues.add(path, expected("record", raw))
			return
		}
		dst.SetBytes(raw)
	case kindSlice:
		f.decodeSlice(raw, dst, path, issues)
	case kindMap:
		f.decodeMap(raw, dst, path, issues)
	case kindStruct:
		f.object.decode(raw, dst, path, issues)
	}
}

// coerced is the text JavaScript makes of null, a boolean or a number. Arrays and
// objects, whose text would mean nothing, stay what they are.
func coerced(raw jsontext.Value) jsontext.Value {
	switch raw.Kind() {
	case 'n', 't', 'f':
		return jsontext.Value(`"` + string(raw) + `"`)
	case '0':
		var n float64
		if json.Unmarshal(raw, &n) != nil {
			return raw
		}
		format := byte('g')
		if math.Abs(n) < 1e21 {
			format = 'f'
		}
		return jsontext.Value(`"` + strconv.FormatFloat(n, format, -1, 64) + `"`)
	}
	return raw
}

func (f *field) decodeNumber(raw jsontext.Value, dst reflect.Value, path string, issues *Issues) {
	if raw.Kind() != '0' {
		issues.add(path, expected("number", raw))
		return
	}
	var n float64
	if json.Unmarshal(raw, &n) != nil {
		issues.add(path, "Invalid input: expected number, received NaN")
		return
	}
	f.setNumber(n, dst, path, issues)
}

func (f *field) setNumber(n float64, dst reflect.Value, path string, issues *Issues) {
	if f.kind == kindInt && (n != math.Trunc(n) || math.Abs(n) > 1<<53) {
		issues.add(path, "Invalid input: expected int, received number")
		return
	}
	if f.checks.hasMin && n < float64(f.checks.min) {
		issues.add(path, "Too small: expected number to be >="+strconv.Itoa(f.checks.min))
		return
	}
	if f.checks.hasMax && n > float64(f.checks.max) {
		issues.add(path, "Too big: expected number to be <="+strconv.Itoa(f.checks.max))
		return
	}
	if f.kind == kindInt {
		if dst.OverflowInt(int64(n)) {
			issues.add(path, "Invalid input: expected int, received number")
			return
		}
		dst.SetInt(int64(n))
		return
	}
	dst.SetFloat(n)
}

func (f *field) decodeSlice(raw jsontext.Value, dst reflect.Value, path string, issues *Issues) {
	var items []jsontext.Value
	if raw.Kind() != '[' || json.Unmarshal(raw, &items) != nil {
		issues.add(path, expected("array", raw))
		return
	}
	out := reflect.MakeSlice(dst.Type(), len(items), len(items))
	for i, item := range items {
		f.elem.decode(item, out.Index(i), path+"."+strconv.Itoa(i), issues)
	}
	dst.Set(out)
}

func (f *field) decodeMap(raw jsontext.Value, dst reflect.Value, path string, issues *Issues) {
	members := Members{}
	if raw.Kind() != '{' || json.Unmarshal(raw, &members) != nil {
		issues.add(path, expected("record", raw))
		return
	}
	out := reflect.MakeMapWithSize(dst.Type(), len(members))
	for name, member := range members {
		elem := reflect.New(dst.Type().Elem()).Elem()
		f.elem.decode(member, elem, path+"."+name, issues)
		out.SetMapIndex(reflect.ValueOf(name).Convert(dst.Type().Key()), elem)
	}
	dst.Set(out)
}

func (f *field) setString(s string, dst reflect.Value, path string, issues *Issues) {
	if f.checks.trim || f.checks.email { // people and their keyboards add blanks to addresses
		s = strings.TrimSpace(s)
	}
	switch {
	case strings.ContainsRune(s, 0):
		// PostgreSQL cannot store it and no honest client sends it.
		issues.add(path, "Invalid input: text contains a NUL character")
		return
	case !utf8.ValidString(s):
		// JSON cannot hold it, so only a query, a form or a path can bring it; it
		// could be neither stored in PostgreSQL nor answered.
		issues.add(path, "Invalid input: text is not valid UTF-8")
		return
	case f.checks.email && !IsEmail(s):
		issues.add(path, "Invalid email address")
		return
	case f.checks.nonEmpty && s == "":
		issues.add(path, "Too small: expected string to have >=1 characters")
		return
	case f.checks.hasMin && Length(s) < f.checks.min:
		issues.add(path, "Too small: expected string to have >="+strconv.Itoa(f.checks.min)+" characters")
		return
	case f.checks.hasMax && Length(s) > f.checks.max:
		issues.add(path, "Too big: expected string to have <="+strconv.Itoa(f.checks.max)+" characters")
		return
	}
	if f.checks.enum != nil && !contains(f.checks.enum, s) {
		issues.add(path, `Invalid option: expected one of "`+strings.Join(f.checks.enum, `"|"`)+`"`)
		return
	}
	dst.SetString(s)
}

// textual is what a parameter that is missing should have been. A boolean is false
// then, and a list is empty.
var textual = map[kind]string{kindString: "string", kindInt: "number", kindFloat: "number"}

// decodeText reads a query parameter or a path segment. A boolean is true for
// any text but the empty one, "false" and "0" included, as in the reference.
func (f *field) decodeText(values []string, dst reflect.Value, path string, issues *Issues) {
	target := dst.FieldByIndex(f.index)
	if f.kind == kindSlice {
		for _, value := range values {
			item := reflect.New(target.Type().Elem()).Elem()
			f.elem.setString(value, item, path, issues)
			target.Set(reflect.Append(target, item))
		}
		return
	}
	if len(values) == 0 {
		if !f.optional && f.kind != kindBool {
			issues.add(path, expected(textual[f.kind], nil))
		}
		return
	}
	if len(values) > 1 && f.kind != kindBool {
		issues.add(path, "Invalid input: expected string, received array")
		return
	}
	if f.pointer {
		fresh := reflect.New(target.Type().Elem())
		target.Set(fresh)
		target = fresh.Elem()
	}
	switch f.kind {
	case kindBool:
		target.SetBool(values[0] != "" || len(values) > 1)
	case kindString:
		f.setString(values[0], target, path, issues)
	default:
		n, err := strconv.ParseFloat(values[0], 64)
		if err != nil {
			issues.add(path, "Invalid input: expected number, received NaN")
			return
		}
		f.setNumber(n, target, path, issues)
	}
}

// Length is the length of s in UTF-16 code units, the unit in which the
// reference counts.
func Length(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

func contains(list []string, s string) bool {
	for _, item := range list {
		if item == s {
			return true
		}
	}
	return false
}
