package input

import (
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Members holds the members of a JSON object that no field of a struct names,
// raw and by name.
type Members map[string]jsontext.Value

// Text returns a member that is a JSON string. ok is false when it is missing
// or something else.
func (m Members) Text(name string) (text string, ok bool) {
	if m[name].Kind() != '"' {
		return "", false
	}
	err := json.Unmarshal(m[name], &text)
	return text, err == nil
}

// SetText sets a member to a JSON string. Invalid UTF-8 in text is replaced.
func (m Members) SetText(name, text string) {
	// Nothing else than invalid UTF-8 can fail.
	m[name], _ = jsontext.AppendQuote(nil, strings.ToValidUTF8(text, "\uFFFD"))
}
