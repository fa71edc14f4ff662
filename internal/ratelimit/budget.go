package ratelimit

import "time"

// Budget allows Max at once, and from then on one each Window/Max (the generic cell
// rate algorithm, ITU-T I.371): whoever uses it up leaves as much for others. A
// Window/Max of less than a nanosecond, or a Max that is not positive, is for the
// caller to refuse.
type Budget struct {
	Max    int
	Window time.Duration
}

// Next returns when all of the budget is there again after one more at now, and
// whether there is one more. full is when it was to be there until then: the zero
// time, or any before now, for a budget that nobody has used lately.
func (b Budget) Next(full, now time.Time) (next time.Time, allowed bool) {
	if !full.After(now) {
		full = now
	}
	next = full.Add(b.Window / time.Duration(b.Max))
	return next, !next.After(now.Add(b.Window))
}
