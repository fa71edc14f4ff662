// Package gate is what the tests of the command change.
package gate

// Door is one that opens to some.
type Door struct{ Open bool }

const limit = 3 * 6 // a constant stays what it is

// Enter decides who gets in.
func Enter(age int, member, banned bool) *Door {
	if banned {
		return nil
	}
	if age >= limit &&
		member {
		door := &Door{Open: true}
		return door
	}
	return nil
}

// Count counts down.
func Count(left int) (steps []int) {
	for left > 0 {
		steps = append(steps, left*2)
		left--
	}
	reverse(steps)
	return steps
}

func reverse(list []int) {
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
}

func unused(n int) int { return n + 1 }

var _ = unused
