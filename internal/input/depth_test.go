package input_test

import (
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/internal/input"
)

func TestTooDeep(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		text string
		want bool
	}{
		"nothing":       {"", false},
		"500 levels":    {strings.Repeat("[", 500) + strings.Repeat("]", 500), false},
		"501 levels":    {strings.Repeat("[", 501), true},
		"of both":       {strings.Repeat(`{"a":[`, 250) + "{", true},
		"beside":        {"[" + strings.Repeat("{},", 1000) + "{}]", false},
		"in a string":   {`"` + strings.Repeat("[", 1000) + `"`, false},
		"after a quote": {`"\"` + strings.Repeat("[", 1000) + `"`, false},
		"after strings": {`["a\\",` + strings.Repeat("[", 500), true},
	} {
		if got := input.TooDeep([]byte(tt.text)); got != tt.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
