package plugins_test

import (
	"reflect"
	"testing"
)

// What a bundled plugin does for another one may be a check, such as of a password or
// of who may verify an address. An optional need whose interface no longer fits would
// leave it out without a word, so each is somebody's.
func TestEveryNeedIsMet(t *testing.T) {
	t.Parallel()
	for _, make := range bundled {
		m := make().Manifest()
		for _, need := range m.Needs {
			var met []string
			for _, other := range bundled {
				p := other()
				if id := p.Manifest().ID; id != m.ID && reflect.TypeOf(p).Implements(need.Interface()) {
					met = append(met, id)
				}
			}
			if len(met) != 1 {
				t.Errorf("%s needs %v, which these plugins implement: %q", m.ID, need.Interface(), met)
			}
		}
	}
}
