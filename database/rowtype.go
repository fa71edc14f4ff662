package database

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// rowType is what a row struct says, read once per type.
type rowType struct {
	typ    reflect.Type
	fields []rowField
	byName map[string]int // logical column → index in fields
	extra  int            // struct index of the Extra field, or -1
	encode []encodeField
}

type rowField struct {
	column Column
	index  int // struct index
	value  fieldCodec
}

var (
	extraType = reflect.TypeFor[Extra]()
	timeType  = reflect.TypeFor[time.Time]()
	valueType = reflect.TypeFor[jsontext.Value]()
)

// rowTypes caches what was read from each struct type. It is derived from the
// types of the program alone, so that sharing it between instances shares no
// state.
var rowTypes sync.Map // reflect.Type → *rowType or error

func rowTypeOf(typ reflect.Type) (*rowType, error) {
	cached, ok := rowTypes.Load(typ)
	if !ok {
		r, err := readRowType(typ)
		if err != nil {
			cached = err
		} else {
			cached = r
		}
		rowTypes.Store(typ, cached)
	}
	if err, ok := cached.(error); ok {
		return nil, err
	}
	return cached.(*rowType), nil
}

func readRowType(typ reflect.Type) (*rowType, error) {
	if typ == nil || typ.Kind() != reflect.Struct {
		return nil, fmt.Errorf("row type %v is not a struct; pass TableOf a struct", typ)
	}
	r := &rowType{typ: typ, byName: map[string]int{}, extra: -1}
	var errs []error
	for i := range typ.NumField() {
		f := typ.Field(i)
		if f.Type == extraType {
			if r.extra >= 0 {
				errs = append(errs, fmt.Errorf("field %s: is a second field of type Extra; remove one", f.Name))
			}
			if !f.IsExported() {
				errs = append(errs, fmt.Errorf("field %s: Extra must be exported; rename it", f.Name))
			}
			r.extra = i
			continue
		}
		tag := f.Tag.Get("db")
		if tag == "-" || (!f.IsExported() && tag == "") {
			continue
		}
		field, err := readField(f, i, tag)
		if err != nil {
			errs = append(errs, fmt.Errorf("field %s: %w", f.Name, err))
			continue
		}
		if _, twice := r.byName[field.column.Name]; twice {
			errs = append(errs, fmt.Errorf("field %s: column %q is declared twice; remove one, or rename it", f.Name, field.column.Name))
			continue
		}
		r.byName[field.column.Name] = len(r.fields)
		r.fields = append(r.fields, field)
	}
	if id, ok := r.byName["id"]; ok && typ.Field(r.fields[id].index).Type.Kind() != reflect.String {
		errs = append(errs, errors.New("column id: must be a string; change the type of its field"))
	}
	if len(errs) > 0 {
		return nil, fmt.Errorf("%v: %w", typ, errors.Join(errs...))
	}
	r.encode = r.encodePlan()
	return r, nil
}

func readField(f reflect.StructField, index int, tag string) (rowField, error) {
	if !f.IsExported() {
		return rowField{}, errors.New("has a db tag but is not exported; export it, or remove the tag")
	}
	if f.Anonymous {
		return rowField{}, errors.New("embedded structs are not read; declare their columns as fields")
	}
	name, options, _ := strings.Cut(tag, ",")
	if name == "" {
		name, _, _ = strings.Cut(f.Tag.Get("json"), ",")
	}
	if name == "" || name == "-" {
		return rowField{}, errors.New("no column name in the db or json tag; name the column, or write db:\"-\"")
	}
	typ, nullable, err := goColumnType(f.Type)
	if err != nil {
		return rowField{}, err
	}
	c := Column{Name: name, Type: typ, Required: !nullable}
	jsonName, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	var rest []string
	if options != "" {
		rest = strings.Split(options, ",")
	}
	for _, option := range rest {
		if err := c.readOption(strings.TrimSpace(option), f.Type); err != nil {
			return rowField{}, err
		}
	}
	if c.Hidden && jsonName != "-" {
		// AppendRow leaves it out, but whoever encodes the struct would not.
		return rowField{}, errors.New(`is hidden, but is encoded as JSON; add the tag json:"-"`)
	}
	value, err := newFieldCodec(f.Type, c.Type)
	if err != nil {
		return rowField{}, err
	}
	return rowField{column: c, index: index, value: value}, nil
}

// readOption reads one option of a db tag.
func (c *Column) readOption(option string, typ reflect.Type) error {
	key, arg, hasArg := strings.Cut(option, "=")
	flags := map[string]*bool{
		"unique": &c.Unique, "index": &c.Index, "hidden": &c.Hidden, "readonly": &c.ReadOnly,
		"now": &c.DefaultNow, "touch": &c.Touch, "required": &c.Required,
	}
	if flag, ok := flags[key]; ok && !hasArg {
		if key == "required" && typ.Kind() == reflect.Pointer {
			return errors.New("option required on a pointer, which stands for a nullable column; remove one of them")
		}
		*flag = true
		return nil
	}
	switch {
	case key == "bigint" && !hasArg:
		if c.Type != Number {
			return errors.New("option bigint on a field that is not an integer; remove it")
		}
		c.Type = BigInt
	case key == "type" && arg != "":
		c.Type = Type(arg)
	case key == "fieldname" && arg != "":
		c.FieldName = arg
	case key == "references" && arg != "":
		target, action, _ := strings.Cut(arg, ":")
		table, column, found := strings.Cut(target, ".")
		if !found {
			column = "id"
		}
		c.References = &Reference{Table: table, Column: column, OnDelete: action}
	case key == "default" && hasArg:
		return c.readDefault(arg)
	default:
		return fmt.Errorf("unknown option %q; use one that database.TableOf lists", option)
	}
	return nil
}

func (c *Column) readDefault(arg string) (err error) {
	switch c.Type {
	case String:
		c.Default = arg
	case Number, BigInt:
		c.Default, err = strconv.ParseInt(arg, 10, 64)
	case Boolean:
		c.Default, err = strconv.ParseBool(arg)
	default:
		return fmt.Errorf("option default on a %s column; set Column.Default instead", c.Type)
	}
	if err != nil {
		return fmt.Errorf("option default=%s is not a %s; write a value of that type", arg, c.Type)
	}
	return nil
}

// goColumnType maps a Go type to the logical type it has without options.
func goColumnType(t reflect.Type) (typ Type, nullable bool, err error) {
	if t.Kind() == reflect.Pointer {
		typ, _, err = goColumnType(t.Elem())
		return typ, true, err
	}
	switch {
	case t == timeType:
		return Date, false, nil
	case t == valueType:
		return JSON, true, nil
	}
	switch t.Kind() {
	case reflect.String:
		return String, false, nil
	case reflect.Bool:
		return Boolean, false, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return Number, false, nil
	case reflect.Slice:
		switch t.Elem().Kind() {
		case reflect.String:
			return Strings, true, nil
		case reflect.Float64, reflect.Int64, reflect.Int, reflect.Int32:
			return Numbers, true, nil
		}
		return JSON, true, nil
	case reflect.Map, reflect.Interface:
		return JSON, true, nil
	case reflect.Struct:
		return JSON, false, nil
	}
	return "", false, fmt.Errorf("no column type for the Go type %v; use another type, or tag the field db:\"-\"", t)
}
