package database

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Lookup is one statement that finds a row of A by a unique column, together with the row
// of B that it refers to, such as a session with its user. It is safe for concurrent use.
type Lookup[A, B any] struct {
	db     *DB
	a, b   *table
	key    *column
	text   string
	packed *packing // on SQLite; see there
}

// LookupOf makes a lookup of rows of a by their unique column key, joined with b by a's
// column ref, a foreign key. The statement is prepared on first use.
func LookupOf[A, B any](a *Store[A], b *Store[B], ref, key string) (*Lookup[A, B], error) {
	if a == nil || b == nil || a.s != b.s {
		return nil, errors.New("database: LookupOf needs two stores of one schema")
	}
	refColumn, err := a.t.column(ref)
	if err != nil {
		return nil, err
	}
	keyColumn, err := a.t.column(key)
	if err != nil {
		return nil, err
	}
	if !keyColumn.Unique && keyColumn != a.t.id {
		return nil, keyColumn.problem(errors.New("is not unique, so a lookup by it is ambiguous"))
	}
	r := refColumn.References
	if r == nil || r.Table != b.t.Name {
		return nil, refColumn.problem(fmt.Errorf("does not refer to %s", b.t.Name))
	}
	l := &Lookup[A, B]{db: a.s.db, a: a.t, b: b.t, key: keyColumn}
	from := fmt.Sprint(" from ", a.t.quoted, " a join ", b.t.quoted, " b on b.", b.t.byName[r.Column].quoted,
		" = a.", refColumn.quoted, " where a.", keyColumn.quoted, " = ")
	l.text = a.t.statement().write("select ", strings.Join(l.columns((*column).read), ", "), from).bind(nil).text.String()
	if a.t.engine == SQLite && len(a.t.columns)+len(b.t.columns) <= maxPacked {
		l.packed = &packing{text: a.t.statement().write("select ", packed(l.columns((*column).aliased)), " row", from).bind(nil).text.String()}
	}
	return l, nil
}

// columns lists those of both rows, each as write has it.
func (l *Lookup[A, B]) columns(write func(c *column, alias string) string) (list []string) {
	for _, c := range l.a.columns {
		list = append(list, write(c, "a."))
	}
	for _, c := range l.b.columns {
		list = append(list, write(c, "b."))
	}
	return list
}

func (c *column) aliased(alias string) string { return alias + c.quoted }

// Get returns both rows, or [ErrNotFound].
func (l *Lookup[A, B]) Get(ctx context.Context, value any) (*A, *B, error) {
	arg, err := l.argument(value)
	if errors.Is(err, ErrInvalidValue) || err == nil && arg == nil {
		return nil, nil, ErrNotFound
	}
	if err != nil {
		return nil, nil, err
	}
	if l.packed != nil {
		a, b, err := l.getPacked(ctx, arg)
		switch {
		case err == nil || errors.Is(err, ErrNotFound):
			return a, b, err
		case !errors.Is(err, errUnpacked):
			return nil, nil, l.a.failure(err, []bound{{l.key, arg}})
		}
	}
	e, done, err := l.db.briefReader(ctx)
	if err != nil {
		return nil, nil, l.a.failure(err, []bound{{l.key, arg}})
	}
	defer done()
	rows, err := e.QueryContext(ctx, l.text, arg)
	if err != nil {
		return nil, nil, l.a.failure(err, []bound{{l.key, arg}})
	}
	defer rows.Close()
	if !rows.Next() {
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, nil, l.a.failure(err, []bound{{l.key, arg}})
		}
		return nil, nil, ErrNotFound
	}
	dest := make([]any, 0, len(l.a.columns)+len(l.b.columns))
	ta, tb := newTarget(l.a, &dest), newTarget(l.b, &dest)
	a, b := ta.point().(*A), tb.point().(*B)
	if err := rows.Scan(dest...); err != nil {
		return nil, nil, l.a.failure(err, []bound{{l.key, arg}})
	}
	if err := rows.Close(); err != nil {
		return nil, nil, l.a.failure(err, []bound{{l.key, arg}})
	}
	return a, b, nil
}

// argument is what the driver binds.
func (l *Lookup[A, B]) argument(value any) (any, error) {
	if text, ok := value.(string); ok && l.key.Type == String && l.key.stored == storedPlain && storable(text) {
		return value, nil // as it is, without boxing it again
	}
	return l.key.condValue(value)
}

// getPacked is Get by one text. errUnpacked says to ask otherwise.
func (l *Lookup[A, B]) getPacked(ctx context.Context, arg any) (*A, *B, error) {
	text, err := l.packed.row(ctx, l.db, arg)
	if err != nil {
		return nil, nil, err
	}
	a, b, from := new(A), new(B), unpacker{text}
	if from.fill(l.a, a) != nil || from.fill(l.b, b) != nil || !from.done() {
		return nil, nil, errUnpacked
	}
	return a, b, nil
}
