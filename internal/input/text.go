package input

import (
	"reflect"
	"strconv"
)

// textual is what a parameter that is missing should have been. A boolean is false
// then, and a list is empty.
var textual = map[kind]string{kindString: "string", kindInt: "number", kindFloat: "number"}

// decodeText reads a query parameter or a path segment. A boolean is true for
// any text but the empty one, "false" and "0" included, as in the reference.
func (f *field) decodeText(values []string, dst reflect.Value, under string, issues *Issues) {
	target := dst.FieldByIndex(f.index)
	if f.kind == kindSlice {
		for _, value := range values {
			item := reflect.New(target.Type().Elem()).Elem()
			f.elem.setString(value, item, under+f.name, issues)
			target.Set(reflect.Append(target, item))
		}
		return
	}
	if len(values) == 0 {
		if !f.optional && f.kind != kindBool {
			issues.add(under+f.name, expected(textual[f.kind], nil))
		}
		return
	}
	if len(values) > 1 && f.kind != kindBool {
		issues.add(under+f.name, "Invalid input: expected string, received array")
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
		f.setString(values[0], target, under+f.name, issues)
	default:
		n, err := strconv.ParseFloat(values[0], 64)
		if err != nil {
			issues.add(under+f.name, "Invalid input: expected number, received NaN")
			return
		}
		f.setNumber(n, target, under+f.name, issues)
	}
}
