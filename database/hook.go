package database

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/better-auth-go/better-auth/internal/panics"
)

// Hooks are functions that run before and after statements on the rows of one table:
// [RowHooks], or [UntypedRowHooks] if the type of the rows is known only at run time.
// Pass them to [Schema.AddHooks].
type Hooks interface {
	compile() (row reflect.Type, on map[Event]hook)
}

// RowHooks run before and after statements on rows of type Row, the row struct of a table
// and not a pointer to it. Functions that are nil are skipped. They may be called
// concurrently.
//
// A statement calls the Before functions of all hooks with each row in turn, then runs,
// then calls the After functions. All of this happens in one transaction: that of its
// context, or one of its own. An error or a panic of either stops the statement and rolls
// the transaction back. On PostgreSQL the rows are locked from Before on.
//
// The Committed functions are called once that transaction has committed, and never if it
// is rolled back. Their context carries no transaction and does not end with the
// caller's. They cannot undo anything: an error or a panic is reported to
// [Options.OnHookFailure], and the remaining functions run.
//
// Take counts as a delete. Rows that the database itself removes, because they refer to a
// deleted row, have no hooks.
type RowHooks[Row any] struct {
	// BeforeCreate gets the row to be written and may change it.
	BeforeCreate func(ctx context.Context, row *Row) error
	// AfterCreate gets the row as stored.
	AfterCreate func(ctx context.Context, row *Row) error
	// CreateCommitted gets the row as stored.
	CreateCommitted func(ctx context.Context, row *Row) error

	// BeforeUpdate gets the row as stored and the columns to be set, by logical name. It
	// may change set, which all rows of one update share.
	BeforeUpdate func(ctx context.Context, row *Row, set Set) error
	// AfterUpdate gets the row as stored.
	AfterUpdate func(ctx context.Context, row *Row) error
	// UpdateCommitted gets the row as stored.
	UpdateCommitted func(ctx context.Context, row *Row) error

	// BeforeDelete gets the row about to be deleted.
	BeforeDelete func(ctx context.Context, row *Row) error
	// AfterDelete gets the row as it was.
	AfterDelete func(ctx context.Context, row *Row) error
	// DeleteCommitted gets the row as it was.
	DeleteCommitted func(ctx context.Context, row *Row) error
}

func (h RowHooks[Row]) compile() (reflect.Type, map[Event]hook) {
	typed := func(f func(context.Context, *Row) error) func(context.Context, any) error {
		if f == nil {
			return nil
		}
		return func(ctx context.Context, row any) error { return f(ctx, row.(*Row)) }
	}
	before := func(f func(context.Context, *Row) error) func(context.Context, any, Set) error {
		if f == nil {
			return nil
		}
		return func(ctx context.Context, row any, _ Set) error { return f(ctx, row.(*Row)) }
	}
	update := hook{after: typed(h.AfterUpdate), committed: typed(h.UpdateCommitted)}
	if h.BeforeUpdate != nil {
		update.before = func(ctx context.Context, row any, set Set) error { return h.BeforeUpdate(ctx, row.(*Row), set) }
	}
	return reflect.TypeFor[Row](), map[Event]hook{
		OnCreate: {before: before(h.BeforeCreate), after: typed(h.AfterCreate), committed: typed(h.CreateCommitted)},
		OnUpdate: update,
		OnDelete: {before: before(h.BeforeDelete), after: typed(h.AfterDelete), committed: typed(h.DeleteCommitted)},
	}
}

// Event is the kind of statement on a row.
type Event string

// What a hook can be called for.
const (
	OnCreate Event = "create"
	OnUpdate Event = "update"
	OnDelete Event = "delete"
)

// UntypedRowHooks are [RowHooks] for a table whose row type is known only at run time:
// for tests, and for audit logs of every table. Each function is called for all events,
// with a pointer to the row.
type UntypedRowHooks struct {
	// Row is the row struct's type, not a pointer. Required.
	Row reflect.Type
	// Before runs before the statement. set is nil unless rows are updated.
	Before func(ctx context.Context, on Event, row any, set Set) error
	// After runs after the statement, in its transaction.
	After func(ctx context.Context, on Event, row any) error
	// Committed runs once the transaction has committed.
	Committed func(ctx context.Context, on Event, row any) error
}

func (h UntypedRowHooks) compile() (reflect.Type, map[Event]hook) {
	events := map[Event]hook{}
	for _, on := range []Event{OnCreate, OnUpdate, OnDelete} {
		var one hook
		if h.Before != nil {
			one.before = func(ctx context.Context, row any, set Set) error { return h.Before(ctx, on, row, set) }
		}
		if h.After != nil {
			one.after = func(ctx context.Context, row any) error { return h.After(ctx, on, row) }
		}
		if h.Committed != nil {
			one.committed = func(ctx context.Context, row any) error { return h.Committed(ctx, on, row) }
		}
		events[on] = one
	}
	return h.Row, events
}

// hook is what hooks do at one event. Any of the functions may be nil.
type hook struct {
	by        string
	before    func(ctx context.Context, row any, set Set) error
	after     func(ctx context.Context, row any) error
	committed func(ctx context.Context, row any) error
}

func (h hook) empty() bool { return h.before == nil && h.after == nil && h.committed == nil }

// AddHooks installs hooks after those that were added before. by names their owner, for
// [Options.OnHookFailure]. Call it before any store is used. Hooks that are nil, have no
// function, or are for a row type that no table has are an error and are not installed.
func (s *Schema) AddHooks(by string, hooks Hooks) error {
	if v := reflect.ValueOf(hooks); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return errors.New("database: the hooks are nil; remove them, or write database.RowHooks[Row]{…}")
	}
	row, events := hooks.compile()
	t, ok := s.byRow[row]
	if !ok {
		return fmt.Errorf("database: hooks on %v: no table has rows of this type; use the row struct of a declared table", row)
	}
	some := false
	for on, h := range events {
		if !h.empty() {
			h.by, some = by, true
			t.hooks[on] = append(t.hooks[on], h)
		}
	}
	if !some {
		return fmt.Errorf("database: hooks on %v: none of their functions is set; set one, or remove them", row)
	}
	return nil
}

// inStatement reports whether a hook must run in one transaction with the
// statement.
func inStatement(hooks []hook) bool {
	for _, h := range hooks {
		if h.before != nil || h.after != nil {
			return true
		}
	}
	return false
}

func hasBefore(hooks []hook) bool {
	for _, h := range hooks {
		if h.before != nil {
			return true
		}
	}
	return false
}

func runBefore(ctx context.Context, hooks []hook, rows []any, set Set) error {
	for _, row := range rows {
		for _, h := range hooks {
			if h.before != nil {
				if err := h.before(ctx, row, set); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// runAfter runs the After functions and arranges for the Committed ones.
func (s *Schema) runAfter(ctx context.Context, hooks []hook, rows []any) error {
	for _, row := range rows {
		for _, h := range hooks {
			if h.after != nil {
				if err := h.after(ctx, row); err != nil {
					return err
				}
			}
		}
	}
	for _, row := range rows {
		for _, h := range hooks {
			if h.committed != nil {
				s.db.AfterCommit(ctx, func(ctx context.Context) { s.runCommitted(ctx, h, row) })
			}
		}
	}
	return nil
}

func (s *Schema) runCommitted(ctx context.Context, h hook, row any) {
	if err := h.runCommitted(ctx, row); err != nil {
		s.opts.OnHookFailure(h.by, err)
	}
}

func (h hook) runCommitted(ctx context.Context, row any) (err error) {
	defer panics.Recover(&err, "database: it")
	return h.committed(ctx, row)
}
