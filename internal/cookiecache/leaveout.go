package cookiecache

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// Without writes a JSON object without the members that leave names; the others
// stay as they are, in their order.
func Without(object jsontext.Value, leave func(name string) bool) (jsontext.Value, error) {
	dec := jsontext.NewDecoder(bytes.NewReader(object))
	if _, err := dec.ReadToken(); err != nil { // the brace
		return nil, err
	}
	out := jsontext.Value{'{'}
	for dec.PeekKind() != '}' {
		token, err := dec.ReadToken()
		if err != nil {
			return nil, err
		}
		name := token.String()
		value, err := dec.ReadValue()
		if err != nil {
			return nil, err
		}
		if leave(name) {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out, _ = jsontext.AppendQuote(out, name) // invalid UTF-8 is replaced
		out = append(append(out, ':'), value...)
	}
	return append(out, '}'), nil
}
