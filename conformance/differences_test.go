package conformance_test

import (
	"os"
	"testing"
)

// difference is one place where we answer otherwise than the reference, on
// purpose.
type difference struct {
	ID string `json:"id"`
	// Where is "transcript / label of the step / status, headers, cookies or body".
	Where string `json:"where"`
	// Here is our answer there, normalized.
	Here   string `json:"here"`
	Reason string `json:"reason"`
}

// differencesIn reads differences.json, by place.
func differencesIn(t *testing.T) map[string]difference {
	t.Helper()
	raw, err := os.ReadFile("differences.json")
	if err != nil {
		t.Fatal(err)
	}
	var listed []difference
	parse(t, raw, &listed)
	byPlace := map[string]difference{}
	for _, d := range listed {
		if d.ID == "" || d.Where == "" || d.Reason == "" {
			t.Errorf("differences.json: %+v lacks something", d)
		}
		byPlace[d.Where] = d
	}
	return byPlace
}
