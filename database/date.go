package database

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A stored date is compared as text on SQLite, so that every one must have
// exactly this form.
const dateLayout = "2006-01-02T15:04:05.000Z"

// storedTime is what is left of t once it has been stored: UTC, milliseconds.
// The monotonic clock goes too, so that a row just created equals the one read.
func storedTime(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// appendDate writes dateLayout by hand, about four times as fast as
// time.AppendFormat; rows have several dates each.
func appendDate(dst []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	if year < 0 || year > 9999 {
		sign := byte('+')
		if year < 0 {
			sign, year = '-', -year
		}
		dst = append(dst, sign)
		dst = fmt.Appendf(dst, "%06d", year)
	} else {
		dst = append2(append2(dst, year/100), year%100)
	}
	hour, minute, second := t.Clock()
	dst = append2(append(dst, '-'), int(month))
	dst = append2(append(dst, '-'), day)
	dst = append2(append(dst, 'T'), hour)
	dst = append2(append(dst, ':'), minute)
	dst = append2(append(dst, ':'), second)
	ms := t.Nanosecond() / 1e6
	dst = append(dst, '.', byte('0'+ms/100))
	dst = append2(dst, ms%100)
	return append(dst, 'Z')
}

func append2(dst []byte, n int) []byte {
	return append(dst, byte('0'+n/10), byte('0'+n%10))
}

// encodeDate refuses what would sort wrongly as text on SQLite; PostgreSQL gets
// the same limits so that a row moves between engines.
func encodeDate(t time.Time, engine Engine) (any, error) {
	t = storedTime(t)
	switch y := t.Year(); {
	case y < 0:
		return nil, errTooSmall
	case y > 9999:
		return nil, errTooLarge
	}
	if engine == Postgres {
		return t, nil
	}
	return string(appendDate(make([]byte, 0, len(dateLayout)), t)), nil
}

// dateLayouts are forms other programs leave in a SQLite date column. Go reads
// fractions after the seconds without their being in the layout.
var dateLayouts = []string{
	time.RFC3339,
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05",
	"2006-01-02T15:04:05",
	"2006-01-02T15:04Z07:00",
	"2006-01-02 15:04",
	"2006-01-02",
	"2006-01-02 15:04:05 -0700 MST",
}

func decodeDate(src any) (time.Time, error) {
	switch v := src.(type) {
	case time.Time:
		return storedTime(v), nil
	case int64:
		return time.UnixMilli(v).UTC(), nil
	case float64:
		return time.UnixMilli(int64(v)).UTC(), nil
	case string:
		return parseDate(v)
	}
	return time.Time{}, fmt.Errorf("a %T is no date", src)
}

func parseDate(s string) (time.Time, error) {
	if t, ok := ownDate(s); ok {
		return t, nil
	}
	s = strings.TrimSpace(s)
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return storedTime(t), nil
		}
	}
	if ms, err := strconv.ParseInt(s, 10, 64); err == nil {
		return time.UnixMilli(ms).UTC(), nil
	}
	return time.Time{}, fmt.Errorf("a text of %d bytes is no date", len(s))
}
