package database

import (
	"fmt"
	"slices"
	"strings"
)

// unfit says why an existing column cannot hold every value of c and give it
// back unchanged, with the types that can; "" when it can. A limit of length,
// the values of an enum and the conditions of a domain are the application's own
// choice: what they refuse is a [ValueError].
func (c *column) unfit(lc *liveColumn) string {
	ok, fitting := c.acceptsPostgres(lc), c.fittingPostgres()
	if c.table.engine == SQLite {
		ok, fitting = c.acceptsSQLite(lc), c.fittingSQLite()
	}
	if ok {
		return ""
	}
	reason := ""
	switch {
	case lc.labels != nil && lc.domain:
		reason = ", because PostgreSQL compares no domain over an enum; use the enum itself"
	case lc.loose:
		reason = " exactly, because its collation is nondeterministic"
	case lc.base == "character":
		reason = ", because it pads with blanks"
	case lc.base == "uuid" && (c.Name == "id" || c.References != nil):
		reason = " made by this id strategy; choose the one for UUIDs"
	case c.stored != storedPlain && fitsText(lc):
		reason = " made by this id strategy; choose the one for text"
	case strings.HasPrefix(lc.base, "timestamp") && c.Type == Date:
		reason = " with its milliseconds"
	}
	return fmt.Sprintf("has the type %s, which cannot hold a %s%s; convert it to %s (%s)",
		lc.typ, c.Type, reason, c.sqlType(), fitting)
}

// fitsText reports whether a column of PostgreSQL holds text as it is given,
// leaving its length aside.
func fitsText(lc *liveColumn) bool {
	if lc.labels != nil {
		return !lc.domain // the engine compares no domain of an enum
	}
	return !lc.loose && slices.Contains([]string{"text", "character varying", "citext"}, lc.base)
}

// acceptsPostgres looks at the type under all domains.
func (c *column) acceptsPostgres(lc *liveColumn) bool {
	digits := 0 // before the point
	if lc.base == "numeric" && lc.scale >= 0 {
		if digits = 1_000; lc.precision > 0 {
			digits = lc.precision - lc.scale
		}
	}
	switch {
	case c.stored == storedSerial:
		return lc.base == "integer" || lc.base == "bigint"
	case c.stored == storedUUID:
		return lc.base == "uuid"
	}
	switch c.Type {
	case String:
		return fitsText(lc)
	case Number:
		return lc.base == "integer" || lc.base == "bigint" || digits >= 10 || lc.base == "double precision"
	case BigInt:
		return lc.base == "bigint" || digits >= 19
	case Boolean:
		return lc.base == "boolean"
	case Date:
		return strings.HasPrefix(lc.base, "timestamp") && (lc.precision < 0 || lc.precision >= 3)
	}
	return lc.base == "jsonb" || lc.base == "json" || fitsText(lc) && lc.labels == nil
}

func (c *column) fittingPostgres() string {
	switch {
	case c.stored == storedSerial:
		return "or bigint"
	case c.stored == storedUUID:
		return "nothing else fits"
	}
	switch c.Type {
	case String:
		return "varchar, citext and enums fit as well"
	case Number:
		return "bigint, double precision and numeric with ten digits fit as well"
	case BigInt:
		return "numeric with 19 digits fits as well"
	case Boolean:
		return "nothing else fits"
	case Date:
		return "timestamp fits as well, both with three decimals of a second or more"
	}
	return "json, text, varchar and citext fit as well"
}

// affinity is what SQLite would convert a value to on the way into a column.
type affinity int

const (
	noAffinity affinity = iota // nothing is converted
	textAffinity
	integerAffinity
	realAffinity
	numericAffinity
)

// affinityOf follows https://www.sqlite.org/datatype3.html, section 3.1, in its
// order, and https://www.sqlite.org/stricttables.html.
func affinityOf(typ string, strict bool) affinity {
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(typ, part) })
	}
	switch {
	case has("int"):
		return integerAffinity
	case has("char", "clob", "text"):
		return textAffinity
	case typ == "", has("blob"), strict && typ == "any":
		return noAffinity
	case has("real", "floa", "doub"):
		return realAffinity
	}
	return numericAffinity
}

func (c *column) acceptsSQLite(lc *liveColumn) bool {
	if lc.strict && lc.typ == "blob" {
		return false // takes nothing but blobs
	}
	a := affinityOf(lc.typ, lc.strict)
	if c.stored == storedSerial {
		return a == integerAffinity
	}
	switch c.Type {
	case Number:
		return a != textAffinity
	case BigInt, Boolean:
		return a != textAffinity && a != realAffinity
	case Date:
		// No date of ours looks like a number, so that numericAffinity, which
		// "date" and "datetime" have, leaves it alone.
		return a == textAffinity || a == noAffinity || a == numericAffinity || a == integerAffinity && lc.millis
	}
	return a == textAffinity || a == noAffinity
}

func (c *column) fittingSQLite() string {
	if c.stored == storedSerial {
		return "nothing else fits"
	}
	switch c.Type {
	case Number:
		return "every type but text and blob fits"
	case BigInt, Boolean:
		return "numeric and other integer types fit as well"
	case Date:
		return "datetime, timestamp and text fit as well, and an integer where rows show that it counts milliseconds"
	}
	return "every type with char or clob in its name fits as well"
}
