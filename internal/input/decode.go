package input

import (
	"math"
	"net/url"
	"reflect"
	"strconv"

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
		f.decodeText(src.Query[f.name], v, "query.", &issues)
	}
	for i := range p.path {
		f := &p.path[i]
		f.decodeText([]string{src.Path[f.name]}, v, "path.", &issues)
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
