package database

import (
	"regexp"
	"strings"
)

// uniqueViolation is PostgreSQL's error code for it.
const uniqueViolation = "23505"

// Both drivers of each engine that bun knows end up here; the message is the
// only place where SQLite says which columns were meant.
var (
	sqliteUnique   = regexp.MustCompile(`UNIQUE constraint failed: ([^()]+)`)
	postgresUnique = regexp.MustCompile(`^Key \((.*?)\)=\(`)
)

func (t *table) uniqueError(err error) *UniqueError {
	if said := t.db.serverError(err); said != nil {
		if said.SQLState != uniqueViolation {
			return nil
		}
		e := &UniqueError{Table: t.Name, cause: err}
		if m := postgresUnique.FindStringSubmatch(said.Detail); m != nil {
			for _, name := range strings.Split(m[1], ", ") {
				e.Columns = append(e.Columns, t.logical(strings.Trim(name, `"`)))
			}
		}
		return e
	}
	if t.engine != SQLite || err == nil {
		return nil
	}
	m := sqliteUnique.FindStringSubmatch(err.Error())
	if m == nil {
		return nil
	}
	e := &UniqueError{Table: t.Name, cause: err}
	for _, name := range strings.Split(strings.TrimSpace(m[1]), ", ") {
		e.Columns = append(e.Columns, t.logical(strings.TrimPrefix(name, t.physical+".")))
	}
	return e
}

func (t *table) logical(physical string) string {
	if c := t.physicalColumn(physical); c != nil {
		return c.Name
	}
	return physical
}
