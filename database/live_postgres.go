package database

import (
	"context"
	"errors"
	"strings"

	"github.com/go-json-experiment/json"
)

// postgresColumns asks for what a column can hold: its type under all domains,
// with the limits that were given on the way, the values of an enum, and checks.
// A type of an extension may live in any schema.
const postgresColumns = `
with recursive domain(top, oid, typmod, required, filled) as (
	select t.oid, t.typbasetype, t.typtypmod, t.typnotnull, t.typdefault is not null
	from pg_catalog.pg_type t where t.typtype = 'd'
	union all
	select d.top, t.typbasetype, case when d.typmod <> -1 then d.typmod else t.typtypmod end,
		d.required or t.typnotnull, d.filled or t.typdefault is not null
	from domain d join pg_catalog.pg_type t on t.oid = d.oid where t.typtype = 'd'
)
select c.relname, c.relkind not in ('r', 'p'), a.attname,
	pg_catalog.format_type(a.atttypid, a.atttypmod),
	case when b.typnamespace = 'pg_catalog'::regnamespace then pg_catalog.format_type(b.oid, null) else b.typname end,
	coalesce(d.typmod, a.atttypmod), a.atttypid <> b.oid,
	a.attnotnull or coalesce(d.required, false),
	a.atthasdef or a.attidentity <> '' or a.attgenerated <> '' or coalesce(d.filled, false),
	a.attgenerated <> '' or a.attidentity = 'a',
	exists (select from pg_catalog.pg_collation y where y.oid = a.attcollation and not y.collisdeterministic),
	coalesce((select json_agg(e.enumlabel) from pg_catalog.pg_enum e where e.enumtypid = b.oid)::text, 'null'),
	coalesce((select json_agg(k.conname) from pg_catalog.pg_constraint k where k.contype = 'c' and (
		k.conrelid = c.oid and a.attnum = any (k.conkey) or k.contypid = a.atttypid
		or k.contypid in (select x.oid from domain x where x.top = a.atttypid)))::text, 'null')
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid
left join domain d on d.top = a.atttypid and not exists (
	select from pg_catalog.pg_type t where t.oid = d.oid and t.typtype = 'd')
join pg_catalog.pg_type b on b.oid = coalesce(d.oid, a.atttypid)
where n.nspname = coalesce(nullif($1, ''), current_schema()) and c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0 and not a.attisdropped
order by c.relname, a.attnum`

func (l *liveSchema) readPostgres(ctx context.Context, e executor) error {
	schema := []any{l.s.opts.Naming.Schema}
	err := eachRow(ctx, e, `select $1 <> '' and not exists (select from pg_catalog.pg_namespace where nspname = $1),
		$1 = '' and current_schema() is null`, schema,
		func(scan func(...any) error) error { return scan(&l.noSchema, &l.noPath) })
	if err != nil {
		return err
	}
	err = eachRow(ctx, e, postgresColumns, schema,
		func(scan func(...any) error) error {
			var name, labels, checks string
			var view bool
			var typmod int
			var c liveColumn
			if err := scan(&name, &view, &c.name, &c.typ, &c.base, &typmod, &c.domain, &c.notNull, &c.hasDefault, &c.generated, &c.loose, &labels, &checks); err != nil {
				return err
			}
			if err := errors.Join(json.Unmarshal([]byte(labels), &c.labels), json.Unmarshal([]byte(checks), &c.checks)); err != nil {
				return err
			}
			c.typ = strings.ToLower(c.typ)
			c.readLimits(typmod)
			t := l.add(name)
			t.view = view
			t.columns = append(t.columns, &c)
			return nil
		})
	if err != nil {
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

// readLimits reads the modifier of a type as PostgreSQL packs it.
func (lc *liveColumn) readLimits(typmod int) {
	const header = 4
	switch {
	case lc.base == "character varying" && typmod >= header:
		lc.length = typmod - header
	case lc.base == "numeric" && typmod >= header:
		lc.precision = (typmod - header) >> 16 & 0xffff
		lc.scale = ((typmod-header)&0x7ff ^ 1024) - 1024 // eleven bits with a sign
	case strings.HasPrefix(lc.base, "timestamp"):
		lc.precision = typmod
	}
}
