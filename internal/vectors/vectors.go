// Package vectors hands the recorded values of the reference implementation
// (release 1.7.5) to tests. Nothing but tests imports it.
package vectors

import (
	"embed"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

//go:embed testdata/vectors.json
var files embed.FS

// Load decodes the value at a path of dot-separated keys, such as
// "misc.getIPFromHeader", and ends the test if there is none or if it does not
// fit T. Members T has no field for are left out.
func Load[T any](t testing.TB, path string) T {
	t.Helper()
	data, err := files.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatalf("vectors: %v", err)
	}
	value := jsontext.Value(data)
	for key := range strings.SplitSeq(path, ".") {
		var members map[string]jsontext.Value
		if err := json.Unmarshal(value, &members); err != nil {
			t.Fatalf("vectors: %s: %v", path, err)
		}
		member, ok := members[key]
		if !ok {
			t.Fatalf("vectors: %s: no %q", path, key)
		}
		value = member
	}
	var out T
	if err := json.Unmarshal(value, &out); err != nil {
		t.Fatalf("vectors: %s: %v", path, err)
	}
	return out
}
