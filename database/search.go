package database

import (
	"errors"
	"fmt"
	"strings"
)

// maxPattern in bytes is SQLite's limit.
const maxPattern = 50_000

var (
	likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)
	globEscaper = strings.NewReplacer(`*`, `[*]`, `?`, `[?]`, `[`, `[[]`)
)

// writeSearch writes a search in text. LIKE ignores the case of ASCII letters on
// SQLite and nothing on PostgreSQL, so each engine gets what means the same: GLOB
// is SQLite's exact one, and lower changes ASCII letters alone on SQLite, and on
// PostgreSQL in the collation "C".
func (c Cond) writeSearch(s *statement, col *column) error {
	if col.Type != String || col.stored != storedPlain {
		return col.problem(errors.New("is no text to search in"))
	}
	text := c.value.(string)
	if !storable(text) {
		s.write(never)
		return nil
	}
	op, fold := c.op, false
	switch op {
	case opContainsFold:
		op, fold = opContains, true
	case opStartsWithFold:
		op, fold = opStartsWith, true
	case opEndsWithFold:
		op, fold = opEndsWith, true
	}
	like, glob := likeEscaper.Replace(text), globEscaper.Replace(text)
	if op != opStartsWith {
		like, glob = "%"+like, "*"+glob
	}
	if op != opEndsWith {
		like, glob = like+"%", glob+"*"
	}
	if max(len(like), len(glob)) > maxPattern {
		return col.problem(fmt.Errorf("%w: it is too long to search for", ErrInvalidValue))
	}
	switch {
	case fold && s.engine == Postgres:
		s.write("lower(", col.ordered(), ") like ").bind(lowerASCII(like)).write(` escape '\'`)
	case fold:
		s.write("lower(", col.quoted, ") like ").bind(lowerASCII(like)).write(` escape '\'`)
	case s.engine == Postgres:
		s.write(col.quoted, "::text like ").bind(like).write(` escape '\'`)
	default:
		s.write(col.quoted, " glob ").bind(glob)
	}
	return nil
}

func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}
