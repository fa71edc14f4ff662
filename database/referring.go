package database

import (
	"context"
	"reflect"
)

// RemoveReferring applies OnDelete to the rows that refer to a row: with "cascade", the
// default, it deletes them, hooks included, and those that refer to them; with "set null"
// it clears the column. It leaves every other action to the database.
//
// Call it for a row that is about to be deleted, in the transaction that deletes it. It
// works also in a database whose tables were made without foreign keys, or that does not
// enforce them. id is the row's id, table its logical name. A table that nothing refers
// to is no error.
func (s *Schema) RemoveReferring(ctx context.Context, table, id string) error {
	return s.removeReferring(ctx, table, []any{id})
}

func (s *Schema) removeReferring(ctx context.Context, table string, ids []any) error {
	for _, t := range s.tables {
		for _, c := range t.columns {
			if c.References == nil || c.References.Table != table || c.References.Column != "id" {
				continue
			}
			where := []Cond{In(c.Name, ids...)}
			switch c.References.OnDelete {
			case "set null":
				if _, _, err := s.update(ctx, t, Set{c.Name: nil}, where, false); err != nil {
					return err
				}
			case "", "cascade":
				if err := s.removeWithReferring(ctx, t, where); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// removeWithReferring deletes rows of t, those that refer to them first.
func (s *Schema) removeWithReferring(ctx context.Context, t *table, where []Cond) error {
	if s.isReferredTo(t.Name) && t.row != nil {
		rows, err := s.list(ctx, t, Query{Where: where})
		if err != nil {
			return err
		}
		for _, row := range rows {
			id := reflect.ValueOf(row).Elem().Field(t.id.field.index).String()
			if err := s.removeReferring(ctx, t.Name, []any{id}); err != nil {
				return err
			}
		}
	}
	_, _, err := s.remove(ctx, t, where, false)
	return err
}

func (s *Schema) isReferredTo(table string) bool {
	for _, t := range s.tables {
		for _, c := range t.columns {
			if c.References != nil && c.References.Table == table && t.Name != table {
				return true
			}
		}
	}
	return false
}
