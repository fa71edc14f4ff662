package database

import (
	"fmt"
	"reflect"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// fieldCodec moves a value between a struct field and the normalized form that
// columns work with: string, int64, bool, time.Time, jsontext.Value, []string
// or []float64, or nil for NULL.
type fieldCodec struct {
	get func(field reflect.Value) (any, error)
	set func(field reflect.Value, v any) error // v is never nil
}

func newFieldCodec(t reflect.Type, typ Type) (fieldCodec, error) {
	if t.Kind() == reflect.Pointer {
		elem, err := newFieldCodec(t.Elem(), typ)
		if err != nil {
			return fieldCodec{}, err
		}
		return fieldCodec{
			get: func(f reflect.Value) (any, error) {
				if f.IsNil() {
					return nil, nil
				}
				return elem.get(f.Elem())
			},
			set: func(f reflect.Value, v any) error {
				p := reflect.New(t.Elem())
				f.Set(p)
				return elem.set(p.Elem(), v)
			},
		}, nil
	}
	switch kind := t.Kind(); {
	case typ == String && kind == reflect.String:
		return textCodec, nil
	case typ == Boolean && kind == reflect.Bool:
		return boolCodec, nil
	case (typ == Number || typ == BigInt) && reflect.Int <= kind && kind <= reflect.Int64:
		return intCodec, nil
	case typ == Date && t == timeType:
		return timeCodec, nil
	case typ == Strings && kind == reflect.Slice && t.Elem().Kind() == reflect.String,
		typ == Numbers && kind == reflect.Slice && isNumber(t.Elem().Kind()):
		return arrayCodec(t, typ), nil
	case typ == JSON:
		return jsonCodec(t), nil
	}
	return fieldCodec{}, fmt.Errorf("the Go type %v cannot hold a %q column; change one of them", t, typ)
}

func isNumber(k reflect.Kind) bool {
	return k == reflect.Float64 || k == reflect.Int64 || k == reflect.Int || k == reflect.Int32
}

var textCodec = fieldCodec{
	get: func(f reflect.Value) (any, error) { return f.String(), nil },
	set: func(f reflect.Value, v any) error {
		s, ok := v.(string)
		if !ok {
			return mismatch(f, v)
		}
		f.SetString(s)
		return nil
	},
}

var boolCodec = fieldCodec{
	get: func(f reflect.Value) (any, error) { return f.Bool(), nil },
	set: func(f reflect.Value, v any) error {
		b, ok := v.(bool)
		if !ok {
			return mismatch(f, v)
		}
		f.SetBool(b)
		return nil
	},
}

var intCodec = fieldCodec{
	get: func(f reflect.Value) (any, error) { return f.Int(), nil },
	set: func(f reflect.Value, v any) error {
		n, ok := v.(int64)
		if !ok || f.OverflowInt(n) {
			return mismatch(f, v)
		}
		f.SetInt(n)
		return nil
	},
}

var timeCodec = fieldCodec{
	get: func(f reflect.Value) (any, error) { return f.Interface(), nil },
	set: func(f reflect.Value, v any) error {
		t, ok := v.(time.Time)
		if !ok {
			return mismatch(f, v)
		}
		*f.Addr().Interface().(*time.Time) = t
		return nil
	},
}

// arrayCodec converts element by element, since the field's type may be a named
// one or one of other numbers.
func arrayCodec(t reflect.Type, typ Type) fieldCodec {
	elem := reflect.TypeFor[[]string]()
	if typ == Numbers {
		elem = reflect.TypeFor[[]float64]()
	}
	convert := func(from reflect.Value, to reflect.Type) reflect.Value {
		out := reflect.MakeSlice(to, from.Len(), from.Len())
		for i := range from.Len() {
			out.Index(i).Set(from.Index(i).Convert(to.Elem()))
		}
		return out
	}
	return fieldCodec{
		get: func(f reflect.Value) (any, error) {
			if f.IsNil() {
				return nil, nil
			}
			return convert(f, elem).Interface(), nil
		},
		set: func(f reflect.Value, v any) error {
			from := reflect.ValueOf(v)
			if from.Type() != elem {
				return mismatch(f, v)
			}
			f.Set(convert(from, t))
			return nil
		},
	}
}

func jsonCodec(t reflect.Type) fieldCodec {
	if t == valueType {
		return fieldCodec{
			get: func(f reflect.Value) (any, error) {
				if f.IsNil() {
					return nil, nil
				}
				return f.Interface(), nil
			},
			set: func(f reflect.Value, v any) error {
				raw, ok := v.(jsontext.Value)
				if !ok {
					return mismatch(f, v)
				}
				f.SetBytes(raw)
				return nil
			},
		}
	}
	return fieldCodec{
		get: func(f reflect.Value) (any, error) {
			switch f.Kind() {
			case reflect.Map, reflect.Slice, reflect.Interface:
				if f.IsNil() {
					return nil, nil
				}
			}
			raw, err := json.Marshal(f.Interface(), json.Deterministic(true))
			if err != nil {
				return nil, err
			}
			return jsontext.Value(raw), nil
		},
		set: func(f reflect.Value, v any) error {
			raw, ok := v.(jsontext.Value)
			if !ok {
				return mismatch(f, v)
			}
			if json.Unmarshal(raw, f.Addr().Interface()) != nil {
				// The decoder's message may quote what is stored.
				return fmt.Errorf("the stored JSON does not fit into a %v", f.Type())
			}
			return nil
		},
	}
}

func mismatch(f reflect.Value, v any) error {
	return fmt.Errorf("a %T does not fit into a %v", v, f.Type())
}
