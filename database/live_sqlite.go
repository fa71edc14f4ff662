package database

import (
	"context"
	"database/sql"
	"regexp"
	"strings"
)

// No pragma tells whether a table has AUTOINCREMENT, which is a keyword and so
// no name unless it is quoted.
var (
	autoincrement = regexp.MustCompile(`(?i)\bautoincrement\b`)
	notSQL        = regexp.MustCompile("(?s)'[^']*'|\"[^\"]*\"|`[^`]*`|\\[[^\\]]*\\]|--[^\n]*|/\\*.*?(?:\\*/|$)")
)

// readSQLite asks for the details of the schema's own tables only: asking for
// those of a view that is broken, or of a virtual table whose module is not
// there, is an error.
func (l *liveSchema) readSQLite(ctx context.Context, e executor) error {
	err := eachRow(ctx, e, `select name, type, tbl_name, coalesce(sql, '') from sqlite_master where type in ('table', 'view', 'index')`, nil,
		func(scan func(...any) error) error {
			var name, kind, table, text string
			if err := scan(&name, &kind, &table, &text); err != nil {
				return err
			}
			if kind == "index" {
				l.indexNames[l.s.foldName(name)] = table
			} else {
				t := l.add(name)
				t.text = text
				t.view, t.counts = kind == "view", autoincrement.MatchString(notSQL.ReplaceAllString(text, " "))
			}
			return nil
		})
	if err != nil {
		return err
	}
	for _, t := range l.s.tables {
		if lt := l.table(t.physical); lt != nil && !lt.view {
			if err := l.readSQLiteTable(ctx, e, lt); err != nil {
				return err
			}
		}
	}
	return l.readDates(ctx, e)
}

func (l *liveSchema) readSQLiteTable(ctx context.Context, e executor, t *liveTable) error {
	var key []string
	var strict bool
	err := eachRow(ctx, e, `select strict, wr from pragma_table_list(?) where schema = 'main'`, []any{t.name},
		func(scan func(...any) error) error { return scan(&strict, &t.noRowID) })
	if err != nil {
		return err
	}
	err = eachRow(ctx, e, `
select name, type, "notnull", dflt_value is not null or hidden > 0, hidden > 0, coalesce(dflt_value, ''), pk > 0
from pragma_table_xinfo(?) order by cid`, []any{t.name},
		func(scan func(...any) error) error {
			c := liveColumn{strict: strict}
			var primary bool
			if err := scan(&c.name, &c.typ, &c.notNull, &c.hasDefault, &c.generated, &c.fallback, &primary); err != nil {
				return err
			}
			c.typ = strings.ToLower(c.typ)
			if primary {
				key = append(key, c.name)
				// An integer primary key is the row id and counts by itself.
				c.hasDefault = c.hasDefault || c.typ == "integer"
			}
			t.columns = append(t.columns, &c)
			return nil
		})
	if err != nil {
		return err
	}
	t.readChecks()
	if len(key) > 0 {
		// The index of an integer primary key is the table itself, not listed.
		t.indexes = append(t.indexes, liveIndex{columns: key, unique: true})
	}
	return eachRow(ctx, e, `
select i.name, i."unique", i.partial, x.seqno, x.name
from pragma_index_list(?) i join pragma_index_info(i.name) x order by i.seq, x.seqno`, []any{t.name},
		func(scan func(...any) error) error {
			var index string
			var kind liveIndex
			var position int
			var column sql.NullString // NULL for an expression
			if err := scan(&index, &kind.unique, &kind.partial, &position, &column); err != nil {
				return err
			}
			l.addIndexColumn(t.name, index, column.String, kind, position)
			return nil
		})
}

var namedCheck = regexp.MustCompile("(?i)\\bconstraint\\s+(\"[^\"]+\"|`[^`]+`|\\[[^\\]]+\\]|\\w+)\\s+check\\s*\\(")

// readChecks finds the columns of checks that have a name: of such a one the
// engine says no more when it fails.
func (t *liveTable) readChecks() {
	for _, m := range namedCheck.FindAllStringSubmatchIndex(t.text, -1) {
		name := strings.Trim(t.text[m[2]:m[3]], "\"`[]")
		rest, depth := notSQL.ReplaceAllStringFunc(t.text[m[1]:], func(part string) string {
			return strings.Map(func(r rune) rune {
				if r == '(' || r == ')' {
					return ' '
				}
				return r
			}, part)
		}), 1
		end := strings.IndexFunc(rest, func(r rune) bool {
			switch r {
			case '(':
				depth++
			case ')':
				depth--
			}
			return depth == 0
		})
		if end < 0 {
			continue
		}
		for _, c := range t.columns {
			if mentions(rest[:end], c.name) {
				c.checks = append(c.checks, name)
			}
		}
	}
}
