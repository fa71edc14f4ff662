package gate

import (
	"slices"
	"testing"
)

func TestEnter(t *testing.T) {
	for _, c := range []struct {
		age            int
		member, banned bool
		want           bool
	}{{17, true, false, false}, {19, true, false, true}, {19, false, false, false}, {19, true, true, false}, {17, false, false, false}} {
		if door := Enter(c.age, c.member, c.banned); door != nil && door.Open != c.want || (door != nil) != c.want {
			t.Errorf("%+v: %v", c, door)
		}
	}
}

func TestCount(t *testing.T) {
	if got := Count(4); !slices.Equal(got, []int{2, 4, 6, 8}) {
		t.Error(got)
	}
	if got := Count(3); !slices.Equal(got, []int{2, 4, 6}) {
		t.Error(got)
	}
}
