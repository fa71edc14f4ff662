package socialtest

import (
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// patched is a JSON value changed by a merge patch (RFC 7396, section 2).
func patched(t testing.TB, value, patch jsontext.Value) jsontext.Value {
	t.Helper()
	if len(patch) == 0 {
		return value
	}
	if patch.Kind() != '{' {
		return patch
	}
	members := object(t, patch)
	result := map[string]jsontext.Value{}
	if value.Kind() == '{' {
		result = object(t, value)
	}
	for name, member := range members {
		if member.Kind() == 'n' {
			delete(result, name)
			continue
		}
		result[name] = patched(t, result[name], member)
	}
	return encoded(t, result)
}

func object(t testing.TB, value jsontext.Value) map[string]jsontext.Value {
	t.Helper()
	members := map[string]jsontext.Value{}
	if err := json.Unmarshal(value, &members); err != nil {
		t.Fatal(err)
	}
	return members
}

func encoded(t testing.TB, value any) jsontext.Value {
	t.Helper()
	raw, err := json.Marshal(value, json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
