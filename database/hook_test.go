package database_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

// tracer records which hooks ran on which rows.
type tracer struct {
	s      *database.Schema
	events []string
	fail   string // the step to fail at
}

func (x *tracer) step(ctx context.Context, what string, row any) error {
	what += " " + row.(*user).Email
	x.events = append(x.events, what)
	if x.fail != "" && strings.HasPrefix(what, x.fail) {
		return errBoom
	}
	return nil
}

func (x *tracer) hooks(name string) database.UntypedRowHooks {
	return database.UntypedRowHooks{
		Row: reflect.TypeFor[user](),
		Before: func(ctx context.Context, on database.Event, row any, set database.Set) error {
			if (set != nil) != (on == database.OnUpdate) {
				return fmt.Errorf("%s: set is %v", on, set)
			}
			if set != nil {
				set["name"] = fmt.Sprint(set["name"], "+", name)
			} else if on == database.OnCreate {
				row.(*user).Name += "+" + name
			}
			return x.step(ctx, fmt.Sprintf("before %s %s", on, name), row)
		},
		After: func(ctx context.Context, on database.Event, row any) error {
			return x.step(ctx, fmt.Sprintf("after %s %s", on, name), row)
		},
		Committed: func(ctx context.Context, on database.Event, row any) error {
			return x.step(ctx, fmt.Sprintf("commit %s %s", on, name), row)
		},
	}
}

func (x *tracer) take() []string {
	out := x.events
	x.events = nil
	return out
}

func traced(t *testing.T, db *database.DB) (*tracer, *database.Store[user]) {
	t.Helper()
	x := &tracer{s: migrated(t, db, database.Options{})}
	must(t, x.s.AddHooks("one", x.hooks("1")))
	must(t, x.s.AddHooks("two", x.hooks("2")))
	return x, storeOf[user](t, x.s)
}

func TestHooksOrder(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		x, users := traced(t, db)
		ctx := t.Context()
		want := func(events ...string) {
			t.Helper()
			if got := x.take(); !slices.Equal(got, events) {
				t.Errorf("got %q, want %q", got, events)
			}
		}
		a := &user{Email: "a"}
		must(t, users.Create(ctx, a))
		want("before create 1 a", "before create 2 a", "after create 1 a", "after create 2 a", "commit create 1 a", "commit create 2 a")
		if got, err := users.Get(ctx, database.Eq("id", a.ID)); err != nil || got.Name != "+1+2" {
			t.Errorf("stored %+v, %v", got, err)
		}
		set := database.Set{"name": "n"}
		got, err := users.UpdateOne(ctx, set, database.Eq("id", a.ID), database.Eq("email", "a"))
		must(t, err)
		want("before update 1 a", "before update 2 a", "after update 1 a", "after update 2 a", "commit update 1 a", "commit update 2 a")
		if got.Name != "n+1+2" || set["name"] != "n" {
			t.Errorf("stored %q, the caller's set became %v", got.Name, set)
		}

		must(t, x.s.DB().Transaction(ctx, func(ctx context.Context) error {
			must(t, users.Create(ctx, &user{Email: "b"}))
			if events := x.take(); len(events) != 4 {
				t.Errorf("before the commit: %q", events)
			}
			return nil
		}))
		want("commit create 1 b", "commit create 2 b")

		n, err := users.Update(ctx, database.Set{"image": "i"}, database.NotNull("email"))
		if events := x.take(); n != 2 || err != nil || len(events) != 12 {
			t.Errorf("%d, %v, %q", n, err, events)
		}
		if _, err := users.Take(ctx, database.Eq("email", "b")); err != nil {
			t.Error(err)
		}
		want("before delete 1 b", "before delete 2 b", "after delete 1 b", "after delete 2 b", "commit delete 1 b", "commit delete 2 b")
		if n, err := users.Delete(ctx, database.Eq("email", "nobody")); n != 0 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		want()
		// A missing row is no failure of the surrounding transaction.
		must(t, x.s.DB().Transaction(ctx, func(ctx context.Context) error {
			_, err := users.Take(ctx, database.Eq("email", "nobody"))
			if !errors.Is(err, database.ErrNotFound) {
				t.Error(err)
			}
			return nil
		}))
	})
}

func TestHookErrorsRollBack(t *testing.T) {
	t.Parallel()
	for _, phase := range []string{"before", "after"} {
		t.Run(phase, func(t *testing.T) {
			t.Parallel()
			databasetest.Each(t, func(t *testing.T, db *database.DB) {
				x, users := traced(t, db)
				ctx := t.Context()
				must(t, users.Create(ctx, &user{Email: "a"}))
				me := database.Eq("email", "a")
				x.take()
				for event, run := range map[string]func(context.Context) error{
					"create": func(ctx context.Context) error { return users.Create(ctx, &user{Email: "b"}) },
					"update": func(ctx context.Context) error {
						_, err := users.Update(ctx, database.Set{"name": "changed"}, me)
						return err
					},
					"delete": func(ctx context.Context) error {
						_, err := users.Take(ctx, me)
						return err
					},
				} {
					x.fail = phase + " " + event + " 2"
					if err := run(ctx); !errors.Is(err, errBoom) {
						t.Errorf("%s: %v", event, err)
					}
					// The caller's transaction stops too, even if it does not look.
					err := db.Transaction(ctx, func(ctx context.Context) error {
						_ = run(ctx)
						return nil
					})
					if !errors.Is(err, database.ErrRolledBack) {
						t.Errorf("%s in a transaction: %v", event, err)
					}
				}
				x.fail = ""
				for _, e := range x.take() {
					if strings.HasPrefix(e, "commit") {
						t.Errorf("ran after a rollback: %s", e)
					}
				}
				if got, err := users.Get(ctx, me); err != nil || got.Name != "+1+2" {
					t.Errorf("after the rollbacks: %+v, %v", got, err)
				}
				wantCount(t, users, 1)
			})
		})
	}
}

// What fails after the commit is told with whose it is, and the next one runs.
func TestCommittedHooksFail(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var reported []string
		s := migrated(t, db, database.Options{OnHookFailure: func(by string, err error) { reported = append(reported, by+": "+err.Error()) }})
		var seen []string
		must(t, s.AddHooks("one", database.RowHooks[user]{UpdateCommitted: func(context.Context, *user) error { panic("ouch") }}))
		must(t, s.AddHooks("two", database.RowHooks[user]{UpdateCommitted: func(context.Context, *user) error { return errBoom }}))
		must(t, s.AddHooks("three", database.RowHooks[user]{UpdateCommitted: func(_ context.Context, row *user) error {
			seen = append(seen, row.Name)
			return nil
		}}))
		users := storeOf[user](t, s)
		must(t, users.Create(t.Context(), &user{Email: "a"}))
		n, err := users.Update(t.Context(), database.Set{"name": "new"}, database.Eq("email", "a"))
		want := []string{"one: database: it panicked: ouch", "two: " + errBoom.Error()}
		if n != 1 || err != nil || !slices.Equal(reported, want) || !slices.Equal(seen, []string{"new"}) {
			t.Errorf("%d, %v, told %q, seen %q", n, err, reported, seen)
		}
	})
}

// Each function of the typed hooks runs at its event and at no other.
func TestRowHooks(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := migrated(t, db, database.Options{})
		var ran []string
		note := func(what string) func(context.Context, *user) error {
			return func(_ context.Context, u *user) error {
				ran = append(ran, what+" "+u.Name)
				return nil
			}
		}
		must(t, s.AddHooks("x", database.RowHooks[user]{
			BeforeCreate: note("before create"), AfterCreate: note("after create"), CreateCommitted: note("committed create"),
			BeforeUpdate: func(ctx context.Context, u *user, set database.Set) error {
				ran = append(ran, fmt.Sprint("before update ", u.Name, " to ", set["name"]))
				return nil
			}, AfterUpdate: note("after update"), UpdateCommitted: note("committed update"),
			BeforeDelete: note("before delete"), AfterDelete: note("after delete"), DeleteCommitted: note("committed delete"),
		}))
		users, me := storeOf[user](t, s), database.Eq("email", "a")
		must(t, users.Create(t.Context(), &user{Email: "a", Name: "Ada"}))
		_, err := users.Update(t.Context(), database.Set{"name": "Bob"}, me)
		must(t, err)
		_, err = users.Delete(t.Context(), me)
		must(t, err)
		want := []string{
			"before create Ada", "after create Ada", "committed create Ada",
			"before update Ada to Bob", "after update Bob", "committed update Bob",
			"before delete Bob", "after delete Bob", "committed delete Bob",
		}
		if !slices.Equal(ran, want) {
			t.Errorf("ran %q, want %q", ran, want)
		}
	})
}

func TestAddHooksErrors(t *testing.T) {
	t.Parallel()
	s := compile(t, databasetest.SQLiteMemory(t), allTables(), addedColumns(), database.Options{})
	nothing := func(context.Context, *wideNote) error { return nil }
	for want, hooks := range map[string]database.Hooks{
		"the hooks are nil":                                     nil,
		"hooks are nil":                                         (*database.RowHooks[user])(nil),
		"wideNote: no table has rows of this type":              database.RowHooks[wideNote]{BeforeCreate: nothing},
		"*database_test.user: no table has rows of this type":   database.RowHooks[*user]{BeforeDelete: func(context.Context, **user) error { return nil }},
		"<nil>: no table has rows of this type":                 database.UntypedRowHooks{},
		"hooks on database_test.user: none of their functions":  database.RowHooks[user]{},
		"hooks on database_test.user: none of their functions ": database.UntypedRowHooks{Row: reflect.TypeFor[user]()},
	} {
		if err := s.AddHooks("x", hooks); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
