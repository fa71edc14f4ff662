package database

import (
	"context"
	"errors"
	"fmt"
	"reflect"
)

// Event is what happens to a row.
type Event string

// What a hook can be called for.
const (
	OnCreate Event = "create"
	OnUpdate Event = "update"
	OnDelete Event = "delete"
)

// Hook runs around the statements of one table's store. Within an event, hooks
// run in the order given to [Schema.SetHooks], for each affected row in turn.
// Row is the row struct's type, not a pointer; row is a pointer to one. Any of
// the functions may be nil.
//
// Take counts as a delete. Rows that the database itself removes, because a row
// they refer to was deleted, have no hooks.
type Hook struct {
	Row   reflect.Type
	Event Event

	// Before runs before the statement: on create with the row to be written,
	// which it may change, otherwise with each row as it is stored. On update
	// set is what will be written, and may be changed in place; with several
	// rows they share it. An error stops the statement and the transaction it
	// belongs to. A statement with Before or After hooks is given a transaction
	// of its own when its context carries none, and its rows are locked on
	// PostgreSQL from Before on.
	Before func(ctx context.Context, row any, set Set) error
	// After runs in the same transaction with the row as stored, on delete as
	// it was. An error rolls the transaction back.
	After func(ctx context.Context, row any) error
	// Commit runs after the transaction has committed. A panic in it is
	// recovered and reported to Options.OnPanic.
	Commit func(ctx context.Context, row any)
}

// SetHooks installs the hooks of the whole schema. It is to be called at most
// once, before any store is used, and reports every hook whose Row type no table
// has or whose event is unknown.
func (s *Schema) SetHooks(hooks []Hook) error {
	var errs []error
	for i, h := range hooks {
		if _, ok := s.byRow[h.Row]; !ok {
			errs = append(errs, fmt.Errorf("database: hook %d: no table has rows of type %v", i, h.Row))
		}
		switch h.Event {
		case OnCreate, OnUpdate, OnDelete:
		default:
			errs = append(errs, fmt.Errorf("database: hook %d: unknown event %q", i, h.Event))
		}
	}
	for _, t := range s.tables {
		for event, set := range t.hooks {
			if len(set) > 0 {
				errs = append(errs, fmt.Errorf("database: hooks of %s on %s are set already", t.Name, event))
			}
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	for _, h := range hooks {
		t := s.byRow[h.Row]
		t.hooks[h.Event] = append(t.hooks[h.Event], h)
	}
	return nil
}

// inStatement reports whether a hook must run in one transaction with the
// statement.
func inStatement(hooks []Hook) bool {
	for _, h := range hooks {
		if h.Before != nil || h.After != nil {
			return true
		}
	}
	return false
}

func hasBefore(hooks []Hook) bool {
	for _, h := range hooks {
		if h.Before != nil {
			return true
		}
	}
	return false
}

func runBefore(ctx context.Context, hooks []Hook, rows []any, set Set) error {
	for _, row := range rows {
		for _, h := range hooks {
			if h.Before != nil {
				if err := h.Before(ctx, row, set); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// runAfter runs the After hooks and arranges for the Commit hooks.
func (s *Schema) runAfter(ctx context.Context, hooks []Hook, rows []any) error {
	for _, row := range rows {
		for _, h := range hooks {
			if h.After != nil {
				if err := h.After(ctx, row); err != nil {
					return err
				}
			}
		}
	}
	for _, row := range rows {
		for _, h := range hooks {
			if h.Commit != nil {
				s.db.AfterCommit(ctx, func(ctx context.Context) { s.runCommit(ctx, h, row) })
			}
		}
	}
	return nil
}

func (s *Schema) runCommit(ctx context.Context, h Hook, row any) {
	defer func() {
		if r := recover(); r != nil {
			s.opts.OnPanic(r)
		}
	}()
	h.Commit(ctx, row)
}
