package database

import (
	"slices"
	"strings"
)

// accepts reports whether an existing column of the given type, in lower case,
// holds every value of c and gives it back unchanged.
func (c *column) accepts(typ string) bool {
	if c.table.engine == SQLite {
		return c.acceptsSQLite(typ)
	}
	base, _, _ := strings.Cut(typ, "(")
	switch {
	case c.stored == storedSerial:
		return slices.Contains([]string{"integer", "bigint"}, base)
	case c.stored == storedUUID:
		return base == "uuid"
	}
	var accepted []string
	switch c.Type {
	case String:
		accepted = []string{"text", "character varying", "citext"}
	case Number:
		accepted = []string{"integer", "bigint", "numeric"}
	case BigInt:
		accepted = []string{"bigint", "numeric"}
	case Boolean:
		accepted = []string{"boolean"}
	case Date:
		accepted = []string{"timestamp with time zone", "timestamp without time zone"}
	default:
		accepted = []string{"jsonb", "json", "text"}
	}
	return slices.Contains(accepted, base)
}

// acceptsSQLite follows the engine's rules for the affinity of a declared type
// (https://www.sqlite.org/datatype3.html, section 3.1): what matters is whether
// it would convert a value on the way in.
func (c *column) acceptsSQLite(typ string) bool {
	var text, integer bool
	switch {
	case strings.Contains(typ, "int"):
		integer = true
	case strings.Contains(typ, "char"), strings.Contains(typ, "clob"), strings.Contains(typ, "text"):
		text = true
	}
	blob := !text && !integer && (typ == "" || strings.Contains(typ, "blob")) // converts nothing
	if c.stored == storedSerial {
		return integer
	}
	switch c.Type {
	case Number, BigInt:
		return integer || blob || strings.Contains(typ, "num") || strings.Contains(typ, "dec")
	case Boolean:
		return integer || blob || strings.Contains(typ, "bool") || strings.Contains(typ, "num")
	case Date:
		return text || blob || strings.Contains(typ, "date") || strings.Contains(typ, "time")
	}
	return text || blob
}
