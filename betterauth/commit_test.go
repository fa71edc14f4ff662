package betterauth_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

// tryOut is a plugin with one operation, which runs what a test asks for, and a gate
// and a guard of the test's.
type tryOut struct {
	run   func(c *betterauth.Ctx) error
	gate  func(c *betterauth.Ctx) error
	guard func(c *betterauth.Ctx) error
}

func (p *tryOut) Manifest() betterauth.Manifest {
	ask := func(f *func(c *betterauth.Ctx) error, c *betterauth.Ctx) error {
		if *f == nil {
			return nil
		}
		return (*f)(c)
	}
	return betterauth.Manifest{ID: "try-out",
		Endpoints: []betterauth.Endpoint{betterauth.Handle(betterauth.Operation{ID: "try", Method: http.MethodPost, Path: "/try", Access: betterauth.Public, SignIn: betterauth.MakesSession},
			func(c *betterauth.Ctx, _ betterauth.None) (betterauth.None, error) {
				return betterauth.None{}, p.run(c)
			})},
		Gates:        []betterauth.SessionGate{{Name: "test", Check: func(c *betterauth.Ctx, _ *betterauth.Attempt) error { return ask(&p.gate, c) }}},
		AccessGuards: []betterauth.AccessGuard{{Name: "test", Check: func(c *betterauth.Ctx, _ *betterauth.Identity) error { return ask(&p.guard, c) }}},
	}
}

// A refusal keeps its transaction if it is marked, and only then: its rows, its
// cookies and what waits for the commit.
func TestCommit(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		p := &tryOut{}
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{p}})
		alice := kit.SignedIn("alice@example.com")
		for name, tt := range map[string]struct {
			refusal error
			kept    bool
		}{
			"unmarked":      {errTeapot, false},
			"marked":        {betterauth.Commit(errTeapot), true},
			"mark wrapped":  {fmt.Errorf("more: %w", betterauth.Commit(errTeapot)), false},
			"mark as cause": {errTeapot.Because(betterauth.Commit(errTeapot)), false},
		} {
			var committed, before int
			write := func(ctx context.Context) error {
				if _, err := kit.Host.Verifications().Create(ctx, "written", "x", time.Hour); err != nil {
					return err
				}
				kit.Host.AfterCommit(ctx, func(context.Context) error {
					committed++
					return nil
				})
				return tt.refusal
			}
			for where, run := range map[string]func(c *betterauth.Ctx) error{
				"Ctx.Transaction": func(c *betterauth.Ctx) error {
					return c.Transaction(func(tx *betterauth.Ctx) error {
						tx.SetCookie(betterauth.Cookie{Key: "inner", Value: "x"})
						return write(tx)
					})
				},
				"Ctx.ChangeAccess": func(c *betterauth.Ctx) error {
					return c.ChangeAccess(func(tx *betterauth.Ctx, _ *betterauth.User) error {
						tx.SetCookie(betterauth.Cookie{Key: "inner", Value: "x"})
						return write(tx)
					})
				},
				"Host.Transaction": func(c *betterauth.Ctx) error { return kit.Host.Transaction(c, write) },
			} {
				p.run = func(c *betterauth.Ctx) error {
					err := run(c)
					if tt.kept && err != error(errTeapot) {
						t.Errorf("%s, %s: the mark is left: %#v", name, where, err)
					}
					return err
				}
				committed, before = 0, len(kit.Rows()["verification"])
				answer := alice.Post("/try", nil).WantError(errTeapot)
				if kept := len(kit.Rows()["verification"]) > before; kept != tt.kept || (committed == 1) != tt.kept {
					t.Errorf("%s, %s: row kept %v, committed %d", name, where, kept, committed)
				}
				if where != "Host.Transaction" && (answer.SetCookie("better-auth.inner") != nil) != tt.kept {
					t.Errorf("%s, %s: cookies %v", name, where, answer.Cookies)
				}
				if answer.SetCookie(sessionCookie) != nil {
					t.Errorf("%s, %s: a session's cookie came with a refusal", name, where)
				}
			}
		}
	})
}

// The mark speaks for one transaction.
func TestCommitInside(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		p := &tryOut{}
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{p}})
		write := func(ctx context.Context, name string) {
			t.Helper()
			if _, err := kit.Host.Verifications().Create(ctx, name, "x", time.Hour); err != nil {
				t.Error(err)
			}
		}
		inner := func(c *betterauth.Ctx) error {
			return c.Transaction(func(tx *betterauth.Ctx) error {
				write(tx, "inner")
				return betterauth.Commit(errTeapot)
			})
		}
		for name, tt := range map[string]struct {
			outer func(refused error) error
			kept  bool
		}{
			"passes it on": {func(refused error) error { return refused }, false},
			"marks it":     {betterauth.Commit, true},
			"goes on":      {func(error) error { return nil }, true},
		} {
			p.run = func(c *betterauth.Ctx) error {
				err := c.Transaction(func(tx *betterauth.Ctx) error {
					write(tx, "outer")
					return tt.outer(inner(tx))
				})
				if err == nil {
					err = errTeapot
				}
				return err
			}
			before := len(kit.Rows()["verification"])
			kit.Client().Post("/try", nil).WantError(errTeapot)
			if n := len(kit.Rows()["verification"]) - before; tt.kept && n != 2 || !tt.kept && n != 0 {
				t.Errorf("an outer transaction that %s keeps %d rows", name, n)
			}
		}
		if err := betterauth.Commit(nil); err != nil {
			t.Errorf("Commit(nil) is %v", err)
		}
	})
}

// However a mark came about, it is used up by the first transaction.
func TestCommitLeaksNoMark(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		p := &tryOut{}
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{p}})
		write := func(ctx context.Context) {
			t.Helper()
			if _, err := kit.Host.Verifications().Create(ctx, "written", "x", time.Hour); err != nil {
				t.Error(err)
			}
		}
		for name, inner := range map[string]func(ctx context.Context) error{
			"a refusal that is marked twice": func(ctx context.Context) error {
				return kit.Host.Transaction(ctx, func(ctx context.Context) error {
					write(ctx)
					return betterauth.Commit(betterauth.Commit(errTeapot))
				})
			},
			"an operation that marks without a transaction": func(ctx context.Context) error {
				p.run = func(c *betterauth.Ctx) error {
					write(c)
					return betterauth.Commit(errTeapot)
				}
				_, err := betterauth.Call[betterauth.None](ctx, kit.Auth, "try", nil, betterauth.CallOptions{})
				return err
			},
		} {
			before := len(kit.Rows()["verification"])
			err := kit.Host.Transaction(t.Context(), func(ctx context.Context) error {
				write(ctx)
				return inner(ctx)
			})
			if err != error(errTeapot) {
				t.Errorf("%s: %#v", name, err)
			}
			if n := len(kit.Rows()["verification"]) - before; n != 0 {
				t.Errorf("%s: an outer transaction that passes it on keeps %d rows", name, n)
			}
		}
	})
}

// What must not be kept is not, marked or not.
func TestCommitKeepsNothingElse(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		p := &tryOut{}
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{p, &badges{}}})
		alice, users := kit.SignedIn("alice@example.com"), kit.Users()
		refusing := func(c *betterauth.Ctx) error {
			if _, err := kit.Host.Verifications().Create(c, "refused", "x", time.Hour); err != nil {
				t.Error(err)
			}
			return betterauth.Commit(errTeapot)
		}
		mine := &badge{UserID: alice.User.ID}
		store := plugintest.StoreOf[badge](kit)
		if err := store.Create(t.Context(), mine); err != nil {
			t.Fatal(err)
		}
		for name, tt := range map[string]struct {
			tryOut
			status int
		}{
			"a session": {tryOut{run: func(c *betterauth.Ctx) error {
				return c.Transaction(func(tx *betterauth.Ctx) error {
					if _, err := tx.SignIn(alice.User, betterauth.SignIn{Method: "x"}); err != nil {
						t.Error(err)
					}
					return betterauth.Commit(errTeapot)
				})
			}}, errTeapot.Status},
			"what a gate wrote": {tryOut{gate: refusing, run: func(c *betterauth.Ctx) error {
				_, err := c.SignIn(alice.User, betterauth.SignIn{Method: "x"})
				return err
			}}, errTeapot.Status},
			"what a guard wrote": {tryOut{guard: refusing, run: func(c *betterauth.Ctx) error {
				return c.ChangeAccess(func(*betterauth.Ctx, *betterauth.User) error { return nil })
			}}, errTeapot.Status},
			"the last way": {tryOut{run: func(c *betterauth.Ctx) error {
				return kit.Host.KeepSignInWay(c, alice.User.ID, func(ctx context.Context) error {
					if _, err := store.Delete(ctx, database.Eq("id", mine.ID)); err != nil {
						t.Error(err)
					}
					return betterauth.Commit(errTeapot)
				})
			}}, errTeapot.Status},
			"the last way, by a step-up": {tryOut{run: func(c *betterauth.Ctx) error {
				return kit.Host.KeepSignInWay(c, alice.User.ID, func(ctx context.Context) error {
					if _, err := store.Delete(ctx, database.Eq("id", mine.ID)); err != nil {
						t.Error(err)
					}
					return betterauth.StepUp("more")
				})
			}}, http.StatusOK},
			"a claim": {tryOut{run: func(c *betterauth.Ctx) error {
				_, err := c.ClaimAddress(betterauth.Claim{Email: "alice@example.com"}, func(*betterauth.Ctx, *betterauth.User) error { return betterauth.Commit(errTeapot) })
				return err
			}}, errTeapot.Status},
			"what came before a write that failed": {tryOut{run: func(c *betterauth.Ctx) error {
				return c.Transaction(func(tx *betterauth.Ctx) error {
					_ = refusing(tx)
					if err := users.Create(tx, &betterauth.User{Name: "twice", Email: "alice@example.com"}); !errors.Is(err, database.ErrUnique) {
						t.Errorf("got %v", err)
					}
					return betterauth.Commit(errTeapot)
				})
			}}, http.StatusInternalServerError},
		} {
			p.run, p.gate, p.guard = tt.run, tt.gate, tt.guard
			before := kit.Rows()
			answer := alice.Post("/try", nil).Want(tt.status)
			for table, rows := range kit.Rows() {
				if len(rows) != len(before[table]) {
					t.Errorf("%s was kept: %d rows of %s instead of %d", name, len(rows), table, len(before[table]))
				}
			}
			if answer.SetCookie(sessionCookie) != nil {
				t.Errorf("%s: cookies %v", name, answer.Cookies)
			}
		}
	})
}

// An ending that a plugin cannot finish undoes what has ended already, whatever that
// plugin answers with.
func TestHalfAnEndingIsNone(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var broken error
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{betterauth.Inline{ID: "broken",
			Credentials: []betterauth.Credentials{{Name: "broken", Ends: betterauth.UserBanned, Revoke: func(context.Context, betterauth.Revocation) error { return broken }}}}}})
		for name, err := range map[string]error{"a refusal": errTeapot, "a marked one": betterauth.Commit(errTeapot), "a step-up": betterauth.StepUp("more")} {
			user := kit.SignedIn(strings.ReplaceAll(name, " ", "-") + "@example.com").User
			if _, err := kit.Users().Update(t.Context(), database.Set{"emailVerified": false}, database.Eq("id", user.ID)); err != nil {
				t.Fatal(err)
			}
			broken = err
			for ending, end := range map[string]func() error{
				"a ban":   func() error { return kit.Host.End(t.Context(), user.ID, betterauth.UserBanned) },
				"a proof": func() error { _, _, err := kit.Host.ProvenUser(t.Context(), user.Email, nil); return err },
			} {
				if err := end(); err == nil {
					t.Errorf("%s, %s is lost", ending, name)
				}
				if n, err := plugintest.StoreOf[betterauth.Session](kit).Count(t.Context(), database.Eq("userId", user.ID)); n != 1 || err != nil {
					t.Errorf("%s, %s leaves %d sessions, %v", ending, name, n, err)
				}
			}
		}
	})
}
