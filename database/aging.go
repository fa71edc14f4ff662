package database

import (
	"sync"
	"time"
)

// aging keeps rows that are made in one millisecond in order. Ids are random, and
// a column of its own would make the tables differ from the reference's. SQLite
// needs nothing, since rows have numbers that count upwards. On PostgreSQL a date
// has six decimals of a second, of which everybody here reads three: the others
// say which came first.
//
// A row's time is the caller's, cut to milliseconds, so the order within one is
// that in which this process wrote them, beginning at the clock's own fraction to
// agree with other processes.
type aging struct {
	mu   sync.Mutex
	last time.Time // with its fraction
}

// Below half a millisecond, since a column with three decimals rounds.
const maxFraction = 499 * time.Microsecond

// finer returns t, a whole millisecond, with a fraction that is larger than that
// of the row before in the same millisecond. A row more than the fraction has
// room for, which no real clock sees, comes at its end.
func (a *aging) finer(t time.Time) time.Time {
	now := time.Now()
	fraction := time.Duration(0)
	if now.UnixMilli() == t.UnixMilli() {
		fraction = (now.Sub(now.Truncate(time.Millisecond)) / 2).Truncate(time.Microsecond)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	next := t.Add(fraction)
	if a.last.UnixMilli() == t.UnixMilli() && !next.After(a.last) {
		next = a.last.Add(time.Microsecond)
	}
	if latest := t.Add(maxFraction); next.After(latest) {
		next = latest
	}
	a.last = next
	return next
}

// tellsAge reports whether the column says when its row was made.
func (c *column) tellsAge() bool {
	return c.Type == Date && (c.DefaultNow || c.Name == "createdAt")
}

// encodeMade is encode for a row that is about to be made.
func (c *column) encodeMade(v any) (any, error) {
	if at, ok := v.(time.Time); ok {
		return c.encodeMadeAt(at)
	}
	return c.encode(v)
}

func (c *column) encodeMadeAt(at time.Time) (any, error) {
	out, err := c.encodeTime(at)
	if stored, ok := out.(time.Time); ok && err == nil && c.tellsAge() {
		return c.table.ages.finer(stored), nil
	}
	return out, err
}
