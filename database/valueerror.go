package database

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ValueError is an [ErrInvalidValue] that names the column: the column cannot hold the
// value, or the engine refused the value for a rule of the column, such as its length,
// the values of an enum, or a check. It carries names only, never the value. The value is
// at fault and not the database, so an operation that fails with it answers 400 and names
// the field.
type ValueError struct {
	// Table is the table's logical name.
	Table string
	// Column is the column's logical name. It is empty if the engine did not say which
	// column it was and nothing else tells; a check may involve several columns.
	Column string
	// Hidden says that clients never see the column, so its name must not be sent to
	// them.
	Hidden bool

	cause error
}

// Error names the column and what is wrong, never the value.
func (e *ValueError) Error() string {
	if e.Column == "" {
		return "database: " + e.Table + ": " + e.cause.Error()
	}
	return "database: " + e.Table + "." + e.Column + ": " + e.cause.Error()
}

// Is makes errors.Is(err, ErrInvalidValue) true.
func (e *ValueError) Is(target error) bool { return target == ErrInvalidValue }

// Unwrap returns the cause, which includes the driver's error.
func (e *ValueError) Unwrap() error { return e.cause }

// bound is a value of a statement and the column it is for, nil for none.
type bound struct {
	column *column
	value  any
}

// refusal is what an engine had against a value.
type refusal int

const (
	notRefused   refusal = iota
	refusedOther         // and did not say why in a way that names a column
	refusedLength
	refusedForm // of an enum, a uuid or a number
	refusedRange
	refusedCheck
)

// Both drivers of SQLite that bun knows put it this way.
var (
	sqliteCheck  = regexp.MustCompile(`CHECK constraint failed: (.+?)(?: \(\d+\))?$`)
	sqliteStrict = regexp.MustCompile(`cannot store \w+ value in \w+ column (.+?)(?: \(\d+\))?$`)
	sqliteTooBig = regexp.MustCompile(`string or blob too big|datatype mismatch`)
)

func (db *DB) refusalOf(err error) refusal {
	if said := db.serverError(err); said != nil {
		switch said.SQLState {
		case "22001": // string_data_right_truncation
			return refusedLength
		case "22P02": // invalid_text_representation
			return refusedForm
		case "22003": // numeric_value_out_of_range
			return refusedRange
		case "23514": // check_violation, of tables and of domains
			return refusedCheck
		case "22021", // character_not_in_repertoire
			"22P05", // untranslatable_character, where the database is not UTF-8
			"54000": // program_limit_exceeded, by the row of an index
			return refusedOther
		}
		return notRefused
	}
	if err == nil || db.engine != SQLite {
		return notRefused
	}
	switch text := err.Error(); {
	case sqliteCheck.MatchString(text):
		return refusedCheck
	case sqliteStrict.MatchString(text):
		return refusedForm
	case sqliteTooBig.MatchString(text):
		return refusedOther
	}
	return notRefused
}

// refused turns what the engine has against a value into a ValueError; nil when
// it is about something else.
func (t *table) refused(err error, values []bound) error {
	kind := t.db.refusalOf(err)
	if kind == notRefused {
		return nil
	}
	out := &ValueError{Table: t.Name, cause: fmt.Errorf("%w: %w", ErrInvalidValue, t.db.discreet(err))}
	if c := t.misfit(kind, err, values); c != nil {
		out.Column, out.Hidden = c.Name, c.Hidden
	}
	return out
}

// quiet is an error of PostgreSQL whose message quotes the value that it is about,
// which may be somebody's secret.
type quiet struct {
	err  error
	said *ServerError
}

func (q quiet) Error() string {
	about := ""
	if q.said.Constraint != "" {
		about = " by the constraint " + q.said.Constraint
	}
	return "refused" + about + " (SQLSTATE " + q.said.SQLState + ")"
}

func (q quiet) Unwrap() error { return q.err }

// discreet is err without a value in its text: "data exceptions", class 22, have it.
func (db *DB) discreet(err error) error {
	if said := db.serverError(err); said != nil && strings.HasPrefix(said.SQLState, "22") {
		return quiet{err, said}
	}
	return err
}

// misfit finds the column whose value was refused. PostgreSQL does not say which
// of a statement's values it was, so what the last look at the live schema found
// must tell.
func (t *table) misfit(kind refusal, err error, values []bound) *column {
	if kind == refusedCheck {
		return t.checked(err, values)
	}
	if m := sqliteStrict.FindStringSubmatch(err.Error()); m != nil {
		return t.physicalColumn(strings.TrimPrefix(m[1], t.physical+"."))
	}
	for _, b := range values {
		if b.column == nil {
			continue
		}
		if lc := b.column.live.Load(); lc != nil && lc.refuses(kind, b.value) {
			return b.column
		}
	}
	return nil
}

// refuses reports whether the value is one that the column's type refuses for
// that reason.
func (lc *liveColumn) refuses(kind refusal, value any) bool {
	text, isText := value.(string)
	n, isNumber := value.(int64)
	switch kind {
	case refusedLength:
		return isText && lc.length > 0 && utf8.RuneCountInString(text) > lc.length
	case refusedForm:
		return isText && (lc.labels != nil && !slices.Contains(lc.labels, text) || lc.base == "uuid" && !isUUID(text))
	case refusedRange:
		digits := len(strings.TrimPrefix(strconv.FormatInt(n, 10), "-"))
		return isNumber && (lc.base == "integer" || lc.base == "bigint" || lc.base == "numeric" && digits > lc.precision-lc.scale)
	}
	return false
}

// checked finds the column of a check that failed, by the check's name or, on
// SQLite, by its text.
func (t *table) checked(err error, values []bound) *column {
	name := ""
	if said := t.db.serverError(err); said != nil {
		name = said.Constraint
	} else if m := sqliteCheck.FindStringSubmatch(err.Error()); m != nil {
		name = m[1]
	}
	concerned := func(c *column) bool {
		lc := c.live.Load()
		return lc != nil && slices.Contains(lc.checks, name)
	}
	// Of several columns in one check, one that was written.
	for _, b := range values {
		if b.column != nil && concerned(b.column) {
			return b.column
		}
	}
	for _, c := range t.columns {
		if concerned(c) {
			return c
		}
	}
	for _, c := range t.columns {
		if t.engine == SQLite && mentions(name, c.physical) {
			return c
		}
	}
	return nil
}

// mentions reports whether an SQL expression has the name in it.
func mentions(expression, name string) bool {
	found, err := regexp.MatchString(`(?i)(^|[^\w])`+regexp.QuoteMeta(name)+`($|[^\w])`, expression)
	return err == nil && found
}

func (t *table) physicalColumn(name string) *column {
	for _, c := range t.columns {
		if c.physical == name {
			return c
		}
	}
	return nil
}
