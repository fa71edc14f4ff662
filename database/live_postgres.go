package database

import (
	"context"
	"strings"
)

func (l *liveSchema) readPostgres(ctx context.Context, e executor) error {
	err := eachRow(ctx, e, `
select c.relname, c.relkind not in ('r', 'p'), a.attname,
	case when t.typtype = 'd' then t.typbasetype else t.oid end::regtype::text,
	a.attnotnull, a.atthasdef or a.attidentity <> '' or a.attgenerated <> ''
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid
join pg_catalog.pg_type t on t.oid = a.atttypid
where n.nspname = current_schema() and c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0 and not a.attisdropped
order by c.relname, a.attnum`, nil,
		func(scan func(...any) error) error {
			var name string
			var view bool
			var c liveColumn
			if err := scan(&name, &view, &c.name, &c.typ, &c.notNull, &c.hasDefault); err != nil {
				return err
			}
			c.typ = strings.ToLower(c.typ)
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
where n.nspname = current_schema() and k.position <= x.indnkeyatts
order by c.relname, i.relname, k.position`, nil,
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
