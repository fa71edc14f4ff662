package database

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// encodeJSON checks the text, because SQLite would store anything, and refuses
// what jsonb cannot hold.
func (c *column) encodeJSON(v jsontext.Value) (any, error) {
	if !v.IsValid() {
		return nil, c.problem(fmt.Errorf("%w: %w", ErrInvalidValue, errInvalidJSON))
	}
	if err := storableJSON(v); err != nil {
		return nil, c.problem(err)
	}
	return string(v), nil
}

// jsonFault says of an error of the encoder whose fault it is: the value's where
// it holds what JSON cannot, such as invalid UTF-8. Its message may quote it.
func jsonFault(err error) error {
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &syntactic) {
		return ErrInvalidValue
	}
	return err
}

// storableJSON looks in valid JSON for what jsonb cannot hold: an escaped NUL,
// and numbers beyond those of PostgreSQL's numeric.
func storableJSON(v []byte) error {
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c == '"':
			end := stringEnd(v, i)
			if hasEscapedNUL(v[i:end]) {
				return ErrInvalidText
			}
			i = end - 1
		case c == '-' || '0' <= c && c <= '9':
			number := v[i:]
			if end := bytes.IndexFunc(number, notNumeric); end >= 0 {
				number = number[:end]
			}
			if !storableNumber(string(number)) {
				return ErrInvalidValue
			}
			i += len(number) - 1
		}
	}
	return nil
}

// stringEnd is the index behind the string that begins at i.
func stringEnd(v []byte, i int) int {
	for i++; i < len(v); i++ {
		switch v[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(v)
}

// hasEscapedNUL reports whether valid JSON contains \u0000, not counting one
// whose backslash is itself escaped.
func hasEscapedNUL(v []byte) bool {
	for i := 0; i+1 < len(v); i++ {
		if v[i] != '\\' {
			continue
		}
		if strings.HasPrefix(string(v[i+1:min(i+6, len(v))]), "u0000") {
			return true
		}
		i++
	}
	return false
}

func notNumeric(r rune) bool { return !strings.ContainsRune("0123456789+-.eE", r) }

// maxNumber is more characters than any double needs, and few enough that
// numeric keeps every digit.
const maxNumber = 1000

// storableNumber accepts what is finite as the double that most readers make of
// it. numeric has 131072 digits before the point and 16383 after it.
func storableNumber(text string) bool {
	if len(text) > maxNumber {
		return false
	}
	if _, err := strconv.ParseFloat(text, 64); err != nil {
		return false
	}
	_, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	return len(strings.TrimLeft(exponent, "+-0")) <= 4
}
