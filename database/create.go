package database

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"
)

func (s *Schema) create(ctx context.Context, t *table, row any) error {
	p := reflect.ValueOf(row)
	if p.IsNil() {
		return fmt.Errorf("database: %s: no row to create", t.Name)
	}
	v := p.Elem()
	if err := s.fill(t, v); err != nil {
		return err
	}
	hooks := t.hooks[OnCreate]
	if len(hooks) == 0 {
		return s.insert(ctx, t, v)
	}
	insert := func(ctx context.Context) error {
		if err := runBefore(ctx, hooks, []any{row}, nil); err != nil {
			return err
		}
		if err := s.insert(ctx, t, v); err != nil {
			return err
		}
		return s.runAfter(ctx, hooks, []any{row})
	}
	if inStatement(hooks) {
		return s.db.Transaction(ctx, insert)
	}
	return insert(ctx)
}

// fill completes a row before the hooks see it.
func (s *Schema) fill(t *table, v reflect.Value) error {
	extra, err := t.bindExtra(v)
	if err != nil {
		return err
	}
	var now time.Time
	for _, c := range t.columns {
		var absent bool
		if c.field != nil {
			absent = v.Field(c.field.index).IsZero()
		} else {
			absent = extra.values[c.extra] == nil
		}
		if !absent {
			continue
		}
		var value any
		switch {
		case c == t.id:
			id, err := s.newID(t)
			if err != nil {
				return err
			}
			value = id
		case c.DefaultNow || c.Touch:
			if now.IsZero() {
				now = s.Now()
			}
			value = now
		default:
			if value, err = c.defaultValue(); err != nil {
				return err
			}
		}
		if value == nil {
			continue
		}
		if c.field == nil {
			extra.values[c.extra] = value
		} else if err := c.field.value.set(v.Field(c.field.index), value); err != nil {
			return c.problem(err)
		}
	}
	return nil
}

func (c *column) defaultValue() (any, error) {
	if f, ok := c.Default.(func() any); ok {
		return c.normalize(f())
	}
	return c.constant, nil
}

// bindExtra returns the row's Extra, holding this table's columns; nil when the
// struct has none.
func (t *table) bindExtra(v reflect.Value) (*Extra, error) {
	if t.row.extra < 0 {
		return nil, nil
	}
	extra := v.Field(t.row.extra).Addr().Interface().(*Extra)
	if name, ok := extra.bind(t); !ok {
		_, err := t.column(name)
		return nil, errors.Join(err, fmt.Errorf("database: %s: column %q is no added one", t.Name, name))
	}
	return extra, nil
}

func (s *Schema) insert(ctx context.Context, t *table, v reflect.Value) error {
	extra, err := t.bindExtra(v) // again: a hook may have put another Extra in
	if err != nil {
		return err
	}
	values := make([]bound, 0, len(t.columns))
	args := make([]any, 0, len(t.columns))
	for _, c := range t.columns {
		arg, err := c.takeFrom(v, extra)
		if err != nil {
			return err
		}
		if arg == leaveOut {
			continue
		}
		values, args = append(values, bound{c, arg}), append(args, arg)
	}
	if len(args) == len(t.columns) {
		return s.db.write(ctx, true, func(e executor) error {
			if _, err := e.ExecContext(ctx, t.insertText, args...); err != nil {
				return t.failure(err, values)
			}
			return nil
		})
	}
	return s.db.write(ctx, true, func(e executor) error { return s.insertMakingID(ctx, e, t, v, args, values) })
}

func (s *Schema) insertMakingID(ctx context.Context, e executor, t *table, v reflect.Value, args []any, values []bound) error {
	rows, err := e.QueryContext(ctx, t.insertNoIDText, args...)
	if err != nil {
		return t.failure(err, values)
	}
	defer rows.Close()
	if !rows.Next() {
		return t.failure(errorOr(rows.Err(), errors.New("the database made no id")), values)
	}
	id := cell{column: t.id, field: v.Field(t.id.field.index)}
	if err := rows.Scan(&id); err != nil {
		return t.failure(err, values)
	}
	// The statement is complete, and may still fail, only at the end of its rows.
	for rows.Next() {
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return t.failure(err, values)
	}
	return nil
}

// leaveOut stands for an id that the database makes.
var leaveOut any = new(byte)

// takeFrom returns the column's value as the driver binds it, and puts what storing
// changes about it back into the row.
func (c *column) takeFrom(v reflect.Value, extra *Extra) (any, error) {
	if c.field == nil {
		normal, err := c.normalize(extra.values[c.extra])
		if err != nil {
			return nil, err
		}
		extra.values[c.extra] = normal
		return c.encodeMade(normal)
	}
	f := v.Field(c.field.index)
	if at, ok := takeDate(f); ok && c.Type == Date {
		return c.encodeMadeAt(at)
	}
	given, err := c.field.value.get(f)
	if err != nil {
		return nil, c.problem(err)
	}
	normal, err := c.normalize(given)
	if err != nil {
		return nil, err
	}
	if c == c.table.id && normal == "" && c.stored != storedPlain {
		return leaveOut, nil
	}
	return c.encodeMade(normal)
}

// takeDate returns the date of a field as it is stored, and leaves that in the field. A
// date behind a pointer may be others' as well: the field gets one of its own. ok is false
// for a field without a date.
func takeDate(f reflect.Value) (at time.Time, ok bool) {
	switch field := f.Addr().Interface().(type) {
	case *time.Time:
		*field = storedTime(*field)
		return *field, true
	case **time.Time:
		if *field == nil {
			return at, false
		}
		if at = storedTime(**field); at != **field {
			own := at
			*field = &own
		}
		return at, true
	}
	return at, false
}

// prepareInsert composes the statements every row of the table is created with.
func (t *table) prepareInsert() {
	compose := func(skip *column) string {
		st := t.statement().write("insert into ", t.quoted, " (")
		values := t.statement()
		first := true
		for _, c := range t.columns {
			if c == skip {
				continue
			}
			if !first {
				st.write(", ")
				values.write(", ")
			}
			first = false
			st.write(c.quoted)
			values.bind(nil)
		}
		return st.write(") values (", values.text.String(), ")").text.String()
	}
	t.insertText = compose(nil)
	t.insertNoIDText = compose(t.id) + " returning " + t.id.quoted
	if len(t.columns) == 1 {
		t.insertNoIDText = "insert into " + t.quoted + " default values returning " + t.id.quoted
	}
}
