package plugintest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/database"
)

// Rows is everything that is stored, as text: a sorted list of rows for each
// table, by physical name. For tests of what must not have changed:
//
//	before := kit.Rows()
//	… a request that is refused …
//	if after := kit.Rows(); !reflect.DeepEqual(before, after) { … }
func (k *Kit) Rows() map[string][]string {
	k.t.Helper()
	out := map[string][]string{}
	for _, table := range k.tables() {
		out[table] = nil
		for _, row := range k.query("select * from "+k.quoted(table), nil) {
			out[table] = append(out[table], strings.Join(row, " "))
		}
		slices.Sort(out[table])
	}
	return out
}

// Schema is what the database has, a sorted line for each column: its table,
// name, type, and whether it is NOT NULL.
func (k *Kit) Schema() []string {
	k.t.Helper()
	var out []string
	if k.DB.Engine() == database.Postgres {
		for _, row := range k.query(`select table_name, column_name, data_type, is_nullable from information_schema.columns
			where table_schema = coalesce(nullif($1, ''), current_schema())`, []any{k.schema}) {
			out = append(out, strings.Join(values(row), " "))
		}
	} else {
		for _, table := range k.tables() {
			for _, row := range k.query(`select name, type, "notnull" from pragma_table_info(?)`, []any{table}) {
				out = append(out, table+" "+strings.Join(values(row), " "))
			}
		}
	}
	slices.Sort(out)
	return out
}

func (k *Kit) tables() (names []string) {
	k.t.Helper()
	query, args := `select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name`, []any(nil)
	if k.DB.Engine() == database.Postgres {
		query = `select tablename from pg_tables where schemaname = coalesce(nullif($1, ''), current_schema()) order by tablename`
		args = []any{k.schema}
	}
	for _, row := range k.query(query, args) {
		names = append(names, values(row)...)
	}
	return names
}

// values are what query returns, without the names.
func values(row []string) []string {
	out := make([]string, len(row))
	for i, cell := range row {
		_, out[i], _ = strings.Cut(cell, "=")
	}
	return out
}

// query returns rows as name=value.
func (k *Kit) query(query string, args []any) (out [][]string) {
	k.t.Helper()
	fail := func(err error) {
		if err != nil {
			k.t.Fatalf("plugintest: %s: %v", query, err)
		}
	}
	rows, err := k.DB.Bun().DB.QueryContext(k.t.Context(), query, args...)
	fail(err)
	defer rows.Close()
	names, err := rows.Columns()
	fail(err)
	for rows.Next() {
		values, into := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		fail(rows.Scan(into...))
		row := make([]string, len(names))
		for i, v := range values {
			row[i] = names[i] + "=" + cellText(v)
		}
		out = append(out, row)
	}
	fail(rows.Err())
	return out
}

// cellText is a stored value as text. Most are texts, and a rule reads thousands.
func cellText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	}
	return fmt.Sprint(v)
}

// quoted is a table's name as statements take it.
func (k *Kit) quoted(table string) string {
	if k.schema != "" {
		return quoted(k.schema) + "." + quoted(table)
	}
	return quoted(table)
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
