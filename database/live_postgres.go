package database

import (
	"context"
	"slices"
	"strings"
)

func (l *liveSchema) readPostgres(ctx context.Context, e executor) error {
	schema := []any{l.s.opts.Naming.Schema}
	err := eachRow(ctx, e, `select $1 <> '' and not exists (select from pg_catalog.pg_namespace where nspname = $1),
		$1 = '' and current_schema() is null, current_setting('DateStyle')`, schema,
		func(scan func(...any) error) error { return scan(&l.noSchema, &l.noPath, &l.dateStyle) })
	if err != nil {
		return err
	}
	if err := l.readPostgresColumns(ctx, e, schema); err != nil {
		return err
	}
	// An invalid index is as good as a partial one, a deferred constraint
	// refuses a row too late, and included columns are no part of the key.
	return eachRow(ctx, e, `
select c.relname, i.relname,
	x.indisunique and x.indimmediate, x.indpred is not null or not x.indisvalid,
	k.position - 1, coalesce(a.attname, '')
from pg_catalog.pg_index x
join pg_catalog.pg_class c on c.oid = x.indrelid
join pg_catalog.pg_class i on i.oid = x.indexrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
cross join lateral unnest(x.indkey::int2[]) with ordinality k(number, position)
left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = k.number and k.number > 0
where n.nspname = coalesce(nullif($1, ''), current_schema()) and k.position <= x.indnkeyatts
order by c.relname, i.relname, k.position`, schema,
		func(scan func(...any) error) error {
			var table, index, column string
			var kind liveIndex
			var position int
			if err := scan(&table, &index, &kind.unique, &kind.partial, &position, &column); err != nil {
				return err
			}
			l.addIndexColumn(table, index, column, kind, position)
			return nil
		})
}

// readPostgresColumns reads what the columns are, their types included.
func (l *liveSchema) readPostgresColumns(ctx context.Context, e executor, schema []any) error {
	type typed struct {
		column *liveColumn
		typ    int64
		typmod int
	}
	var columns []typed
	var types []int64
	err := eachRow(ctx, e, `
select c.relname, c.relkind not in ('r', 'p'), a.attname,
	pg_catalog.format_type(a.atttypid, a.atttypmod), a.atttypid::bigint, a.atttypmod, a.attnotnull,
	a.atthasdef or a.attidentity <> '' or a.attgenerated <> '', a.attgenerated <> '' or a.attidentity = 'a',
	not coalesce(y.collisdeterministic, true)
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid
left join pg_catalog.pg_collation y on y.oid = a.attcollation
where n.nspname = coalesce(nullif($1, ''), current_schema()) and c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0 and not a.attisdropped
order by c.relname, a.attnum`, schema,
		func(scan func(...any) error) error {
			var name string
			var view bool
			c := typed{column: new(liveColumn)}
			lc := c.column
			if err := scan(&name, &view, &lc.name, &lc.typ, &c.typ, &c.typmod, &lc.notNull, &lc.hasDefault, &lc.generated, &lc.loose); err != nil {
				return err
			}
			lc.typ = strings.ToLower(lc.typ)
			t := l.add(name)
			t.view = view
			t.columns = append(t.columns, lc)
			columns, types = append(columns, c), append(types, c.typ)
			return nil
		})
	if err != nil || len(columns) == 0 {
		return err
	}
	slices.Sort(types)
	known, err := readTypes(ctx, e, slices.Compact(types))
	if err != nil {
		return err
	}
	for _, c := range columns {
		known.describe(c.column, c.typ, c.typmod)
	}
	return eachRow(ctx, e, `
select c.relname, a.attname, k.conname
from pg_catalog.pg_constraint k
join pg_catalog.pg_class c on c.oid = k.conrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = any (k.conkey)
where n.nspname = coalesce(nullif($1, ''), current_schema()) and k.contype = 'c'`, schema,
		func(scan func(...any) error) error {
			var table, column, check string
			if err := scan(&table, &column, &check); err != nil {
				return err
			}
			if lc := l.add(table).column(column); lc != nil {
				lc.checks = append(lc.checks, check)
			}
			return nil
		})
}
