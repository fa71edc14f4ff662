package database

import (
	"context"
	"strings"
)

// Some programs keep dates in SQLite as integers, counted in milliseconds or in
// seconds; the declared type is the same. What is stored tells them apart: 1e11
// is a day of 1973 in the one and a year after 5000 in the other.
const firstMilli = 100_000_000_000

// sampledDates bounds how many rows of a column are looked at.
const sampledDates = 1000

// readDates finds the columns that hold dates in milliseconds. One without rows
// follows the others, or a default that multiplies: to guess would make what
// ends in a week end in a thousand years. Seconds do not hold what is written.
func (l *liveSchema) readDates(ctx context.Context, e executor) error {
	var millis, seconds bool
	var empty []*liveColumn
	for _, t := range l.s.tables {
		lt := l.table(t.physical)
		if lt == nil || lt.view {
			continue
		}
		for _, c := range t.columns {
			lc := lt.column(c.physical)
			if c.Type != Date || lc == nil || affinityOf(lc.typ, lc.strict) != integerAffinity {
				continue
			}
			var rows, large, small int
			err := eachRow(ctx, e, "select count(*), coalesce(sum(d >= ?), 0), coalesce(sum(d < ?), 0) from (select "+c.quoted+" as d from "+t.quoted+
				" where "+c.quoted+" is not null limit ?)", []any{firstMilli, firstMilli, sampledDates},
				func(scan func(...any) error) error { return scan(&rows, &large, &small) })
			if err != nil {
				return err
			}
			// Text is larger than every number.
			lc.millis = rows > 0 && small == 0
			millis = millis || lc.millis || strings.Contains(lc.fallback, "1000") || strings.Contains(lc.fallback, "86400000")
			seconds = seconds || small > 0
			if rows == 0 {
				empty = append(empty, lc)
			}
		}
	}
	for _, lc := range empty {
		lc.millis = millis && !seconds
	}
	return nil
}
