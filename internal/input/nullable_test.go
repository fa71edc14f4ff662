package input_test

import (
	"reflect"
	"testing"

	"github.com/better-auth-go/better-auth/internal/input"
	"github.com/go-json-experiment/json/jsontext"
)

// Null is as good as nothing where that is said, and only there; what else is
// sent is checked.
func TestNullable(t *testing.T) {
	t.Parallel()
	type in struct {
		Life  *float64 `json:"life" check:"nullable,min=1"`
		Other *float64 `json:"other"`
	}
	plan, err := input.Compile(reflect.TypeFor[in]())
	if err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]string{
		`{}`:             "",
		`{"life":null}`:  "",
		`{"life":2}`:     "",
		`{"life":0}`:     "[body.life] Too small: expected number to be >=1",
		`{"life":"2"}`:   "[body.life] Invalid input: expected number, received string",
		`{"other":null}`: "[body.other] Invalid input: expected number, received null",
	} {
		var got in
		err := plan.Decode(input.Source{Body: jsontext.Value(body)}, &got)
		if (err == nil) != (want == "") || err != nil && err.Error() != want {
			t.Errorf("%s: %v", body, err)
		}
		if (got.Life != nil) != (body == `{"life":2}`) {
			t.Errorf("%s: %v", body, got.Life)
		}
	}
}
