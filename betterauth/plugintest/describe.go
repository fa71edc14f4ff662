package plugintest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// describe writes a value as text in which equal values are equal: pointers are
// followed, and of functions only whether there is one counts.
func describe(v any) string {
	var b strings.Builder
	describeValue(&b, reflect.ValueOf(v), 0)
	return b.String()
}

// typeOfTypes is what a reflect.Type holds, whose insides are none of our
// business.
var typeOfTypes = reflect.TypeOf(reflect.TypeFor[int]())

func describeValue(b *strings.Builder, v reflect.Value, depth int) {
	const deepest = 20 // of a value that refers to itself
	if depth > deepest {
		b.WriteString("…")
		return
	}
	if !v.IsValid() {
		b.WriteString("nil")
		return
	}
	if v.Type() == typeOfTypes {
		fmt.Fprintf(b, "type %x", v.Pointer())
		return
	}
	switch v.Kind() {
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		fmt.Fprintf(b, "%s %t", v.Kind(), !v.IsNil())
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			b.WriteString("nil")
			return
		}
		describeValue(b, v.Elem(), depth+1)
	case reflect.Struct:
		b.WriteString(v.Type().String() + "{")
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				continue
			}
			b.WriteString(v.Type().Field(i).Name + ":")
			describeValue(b, v.Field(i), depth+1)
			b.WriteString(" ")
		}
		b.WriteString("}")
	case reflect.Slice, reflect.Array:
		b.WriteString("[")
		for i := range v.Len() {
			describeValue(b, v.Index(i), depth+1)
			b.WriteString(" ")
		}
		b.WriteString("]")
	case reflect.Map:
		var entries []string
		for key, value := range v.Seq2() {
			var entry strings.Builder
			describeValue(&entry, key, depth+1)
			entry.WriteString(":")
			describeValue(&entry, value, depth+1)
			entries = append(entries, entry.String())
		}
		slices.Sort(entries)
		b.WriteString("map[" + strings.Join(entries, " ") + "]")
	default:
		fmt.Fprintf(b, "%#v", v)
	}
}
