package database

import (
	"context"
	"database/sql"
	"strings"
)

func (l *liveSchema) readSQLite(ctx context.Context, e executor) error {
	err := eachRow(ctx, e, `
select m.name, m.type = 'view', c.name, c.type, c."notnull", c.dflt_value is not null or c.pk > 0 or c.hidden > 0
from sqlite_master m join pragma_table_xinfo(m.name) c
where m.type in ('table', 'view')
order by m.name, c.cid`,
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
	err = eachRow(ctx, e, `
select m.name, i.name, i."unique", i.partial, x.seqno, x.name
from sqlite_master m join pragma_index_list(m.name) i join pragma_index_info(i.name) x
where m.type = 'table'
order by m.name, i.seq, x.seqno`,
		func(scan func(...any) error) error {
			var table, index string
			var kind liveIndex
			var position int
			var column sql.NullString // NULL for an expression
			if err := scan(&table, &index, &kind.unique, &kind.partial, &position, &column); err != nil {
				return err
			}
			l.addIndexColumn(table, index, column.String, kind, position)
			return nil
		})
	if err != nil {
		return err
	}
	// An integer primary key is the row id itself and has no index.
	return eachRow(ctx, e, `
select m.name, min(c.name) from sqlite_master m join pragma_table_xinfo(m.name) c
where m.type = 'table' and c.pk > 0 group by m.name having count(*) = 1`,
		func(scan func(...any) error) error {
			var table, column string
			if err := scan(&table, &column); err != nil {
				return err
			}
			t := l.add(table)
			t.indexes = append(t.indexes, liveIndex{columns: []string{column}, unique: true})
			return nil
		})
}
