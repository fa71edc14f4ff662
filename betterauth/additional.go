package betterauth

import (
	"maps"
	"slices"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/internal/input"
	"github.com/go-json-experiment/json/jsontext"
)

// additionalValues checks what a request sets on the added columns of a table.
func (a *Auth) additionalValues(table string, members Members, create bool) (database.Set, error) {
	set := database.Set{}
	for _, column := range a.added[table] {
		raw, sent := members[column.Name]
		if column.ReadOnly {
			if sent && truthy(raw) && !(create && column.Default != nil) {
				return nil, ErrFieldNotAllowed.Messagef("%s is not allowed to be set", column.Name)
			}
			continue
		}
		if !sent {
			if create && column.Required && column.Default == nil && !column.DefaultNow {
				return nil, ErrMissingField.Messagef("%s is required", column.Name)
			}
			continue
		}
		value, err := additionalValue(column, raw)
		if err != nil {
			return nil, err
		}
		set[column.Name] = value
	}
	return set, nil
}

func additionalValue(column database.Column, raw jsontext.Value) (any, error) {
	if raw.Kind() == 'n' {
		if column.Required {
			return nil, ErrMissingField.Messagef("%s is required", column.Name)
		}
		return nil, nil
	}
	value, err := column.Parse(raw)
	if err != nil {
		return nil, ErrValidation.Messagef("%s is not a valid %s", column.Name, column.Type)
	}
	if column.Validate != nil {
		if err := column.Validate(value); err != nil {
			return nil, ErrValidation.Messagef("%s", err)
		}
	}
	return value, nil
}

// truthy is JavaScript's idea of a value that counts.
func truthy(raw jsontext.Value) bool {
	switch raw.Kind() {
	case 'n', 'f', 0:
		return false
	}
	return string(raw) != `""` && string(raw) != "0"
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// IsEmail reports whether s is an e-mail address in the syntax that the TypeScript server
// accepts: ASCII, a domain with a top level, at most 254 characters, and at most 64 of
// them before the @ (RFC 5321, section 4.5.3.1).
func IsEmail(s string) bool { return input.IsEmail(s) }
