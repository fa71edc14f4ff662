package betterauth_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

// ticket opens an account in a stranger's plugin. No foreign key refers to its
// user.
type ticket struct {
	Owner string `json:"owner" db:"owner,index"`
	ID    string `json:"id"`
}

// tickets keeps them, and letters that are on their way to a user's address.
type tickets struct {
	host   *betterauth.Host
	store  *database.Store[ticket]
	guard  func(id *betterauth.Identity) error
	fails  error
	mu     sync.Mutex
	heard  []betterauth.Ending
	before []string // addresses at each ending
}

func (p *tickets) Manifest() betterauth.Manifest {
	return betterauth.Manifest{
		ID:     "tickets",
		Schema: betterauth.Schema{Tables: []database.Table{database.TableOf[ticket]("ticket")}},
		Credentials: []betterauth.Credentials{{Name: "ticket", Tables: []string{"ticket"}, Revoke: p.revoke,
			Ends: betterauth.PasswordReset | betterauth.AddressChanged}},
		Pending: []betterauth.Pending{{Name: "letter", Ends: betterauth.AddressChanged | betterauth.SessionsRevoked,
			Of: func(u *betterauth.User) database.Cond { return database.Eq("identifier", "letter-to-"+u.Email) }}},
		AccessGuards: []betterauth.AccessGuard{{Name: "stranger", Check: func(_ *betterauth.Ctx, id *betterauth.Identity) error {
			if p.guard == nil {
				return nil
			}
			return p.guard(id)
		}}},
		Endpoints: []betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{ID: "addTicket", Method: http.MethodPost, Path: "/ticket/add", Access: betterauth.WithSession},
				func(c *betterauth.Ctx, _ betterauth.None) (*ticket, error) {
					var made *ticket
					err := c.ChangeAccess(func(tx *betterauth.Ctx, user *betterauth.User) error {
						made = &ticket{Owner: user.ID}
						return p.store.Create(tx, made)
					})
					return made, err
				}),
			betterauth.Handle(betterauth.Operation{ID: "rotate", Method: http.MethodPost, Path: "/ticket/rotate", Access: betterauth.WithStoredSession},
				func(c *betterauth.Ctx, _ betterauth.None) (*betterauth.Session, error) {
					return c.RotateSession(c.Identity().User)
				}),
			betterauth.Handle(betterauth.Operation{ID: "sneak", Method: http.MethodPost, Path: "/ticket/sneak", Access: betterauth.Public},
				func(c *betterauth.Ctx, in struct {
					Owner string `json:"owner"`
				}) (*betterauth.Session, error) {
					return c.SignIn(&betterauth.User{ID: in.Owner}, betterauth.SignIn{Method: "ticket"})
				}),
		},
	}
}

func (p *tickets) Init(_ context.Context, h *betterauth.Host) (err error) {
	p.host = h
	p.store, err = betterauth.StoreOf[ticket](h)
	return err
}

func (p *tickets) revoke(ctx context.Context, r betterauth.Revocation) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard, p.before = append(p.heard, r.Ending), append(p.before, r.User.Email)
	if p.fails != nil {
		return p.fails
	}
	_, err := p.store.Delete(ctx, database.Eq("owner", r.User.ID))
	return err
}

// Each ending ends what is declared for it, and nothing else.
func TestEnd(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		p := &tickets{}
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{p}})
		for _, why := range betterauth.Endings() {
			user := kit.SignedIn(why.String() + "@example.com").User
			other := kit.SignedIn("other-" + why.String() + "@example.com").User
			for _, u := range []*betterauth.User{user, other} {
				if err := p.store.Create(t.Context(), &ticket{Owner: u.ID}); err != nil {
					t.Fatal(err)
				}
				if _, err := kit.Host.Verifications().Create(t.Context(), "letter-to-"+u.Email, "x", time.Hour); err != nil {
					t.Fatal(err)
				}
			}
			if err := kit.Host.End(t.Context(), user.ID, why); err != nil {
				t.Fatal(err)
			}
			has := func(u *betterauth.User) (ticket, letter, session bool) {
				t.Helper()
				ticket, err := p.store.Exists(t.Context(), database.Eq("owner", u.ID))
				_, letterErr := kit.Host.Verifications().Find(t.Context(), "letter-to-"+u.Email)
				sessions, listErr := kit.Auth.Sessions().List(t.Context(), u.ID)
				if err != nil || listErr != nil || letterErr != nil && !errors.Is(letterErr, database.ErrNotFound) {
					t.Fatal(err, letterErr, listErr)
				}
				return ticket, letterErr == nil, len(sessions) > 0
			}
			ticket, letter, session := has(user)
			const everything = betterauth.AddressProven | betterauth.UserDeleted
			if want := why&(everything|betterauth.PasswordReset|betterauth.AddressChanged) == 0; ticket != want {
				t.Errorf("%s: has a ticket: %v", why, ticket)
			}
			if want := why&(everything|betterauth.UserBanned|betterauth.AddressChanged|betterauth.SessionsRevoked) == 0; letter != want {
				t.Errorf("%s: a letter is under way: %v", why, letter)
			}
			if want := why&(betterauth.UserBanned|betterauth.UserDeleted) == 0; session != want {
				t.Errorf("%s: has a session: %v", why, session)
			}
			if ticket, letter, session := has(other); !ticket || !letter || !session {
				t.Errorf("%s reached somebody else: %v %v %v", why, ticket, letter, session)
			}
		}
		if err := kit.Host.End(t.Context(), "nobody", betterauth.UserBanned); !errors.Is(err, database.ErrNotFound) {
			t.Errorf("of nobody: %v", err)
		}
	})
}

// Whoever writes the row of a user: the endings that are changes of it happen.
func TestEndingsOfTheRow(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		p := &tickets{}
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{p, &badges{}}})
		user := kit.SignedIn("old@example.com").User
		update := func(set database.Set) {
			t.Helper()
			if _, err := kit.Users().Update(t.Context(), set, database.Eq("id", user.ID)); err != nil {
				t.Fatal(err)
			}
		}
		update(database.Set{"name": "Other"})
		update(database.Set{"email": "old@example.com"})
		if len(p.heard) > 0 {
			t.Errorf("nothing happened, and %v ended something", p.heard)
		}
		update(database.Set{"email": "new@example.com"})
		if !slices.Equal(p.heard, []betterauth.Ending{betterauth.AddressChanged}) || p.before[0] != "old@example.com" {
			t.Errorf("another address: %v of %v", p.heard, p.before)
		}
		// A failure to end undoes the change.
		p.fails = errTeapot
		if _, err := kit.Users().Update(t.Context(), database.Set{"email": "newer@example.com"}, database.Eq("id", user.ID)); !errors.Is(err, errTeapot) {
			t.Errorf("a change that ends nothing: %v", err)
		}
		if _, err := kit.Users().Delete(t.Context(), database.Eq("id", user.ID)); !errors.Is(err, errTeapot) {
			t.Errorf("a deletion that ends nothing: %v", err)
		}
		if now := kit.User("new@example.com"); now.ID != user.ID {
			t.Errorf("the user is %+v", now)
		}
		p.fails, p.heard = nil, p.heard[:1]
		if err := plugintest.StoreOf[badge](kit).Create(t.Context(), &badge{UserID: user.ID}); err != nil {
			t.Fatal(err)
		}
		if _, err := kit.Users().Delete(t.Context(), database.Eq("id", user.ID)); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(p.heard[1:], []betterauth.Ending{betterauth.UserDeleted}) {
			t.Errorf("deleted: %v", p.heard)
		}
	})
}

// withoutForeignKeys turns them off, which is a setting of a connection: in all that
// the pool may have, but the one that keeps the memory.
func withoutForeignKeys(t *testing.T, db *database.DB) {
	t.Helper()
	for range db.Bun().Stats().MaxOpenConnections - 1 {
		conn, err := db.Bun().Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }() // none is used twice
		if _, err := conn.ExecContext(t.Context(), "pragma foreign_keys = off"); err != nil {
			t.Fatal(err)
		}
	}
}

// keepsake refers to its user and is no credential.
type keepsake struct {
	UserID string `json:"userId" db:"userId,index,references=user"`
	ID     string `json:"id"`
}

// A user takes along what refers to them, in a database without foreign keys too.
func TestDeletionWithoutForeignKeys(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLiteMemory(t)
	p := &tickets{}
	kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{p, &badges{},
		betterauth.Inline{ID: "attic", Schema: betterauth.Schema{Tables: []database.Table{database.TableOf[keepsake]("keepsake")}}}}})
	withoutForeignKeys(t, db)
	alice, bob := kit.SignedIn("alice@example.com"), kit.SignedIn("bob@example.com")
	for _, c := range []*plugintest.Client{alice, bob} {
		c.Post("/ticket/add", nil).Want(http.StatusOK)
		if err := plugintest.StoreOf[badge](kit).Create(t.Context(), &badge{UserID: c.User.ID}); err != nil {
			t.Fatal(err)
		}
		if err := plugintest.StoreOf[keepsake](kit).Create(t.Context(), &keepsake{UserID: c.User.ID}); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := kit.Users().Delete(t.Context(), database.Eq("id", alice.User.ID)); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	for table, rows := range kit.Rows() {
		text := strings.Join(rows, "\n")
		if strings.Contains(text, alice.User.ID) {
			t.Errorf("%s still names who is gone: %s", table, text)
		}
		if table != "account" && table != "verification" && !strings.Contains(text, bob.User.ID) {
			t.Errorf("%s lost somebody else's rows", table)
		}
	}
}

func TestCredentialsAreChecked(t *testing.T) {
	t.Parallel()
	revoke := func(context.Context, betterauth.Revocation) error { return nil }
	for want, m := range map[string]betterauth.Inline{
		"credentials number 1": {ID: "x", Credentials: []betterauth.Credentials{{Revoke: revoke}}},
		"a Revoke unless":      {ID: "x", Credentials: []betterauth.Credentials{{Name: "key", Tables: []string{"user"}, CanSignIn: func(context.Context, string) (bool, error) { return false, nil }}}},
		"the table nowhere":    {ID: "x", Credentials: []betterauth.Credentials{{Name: "key", Tables: []string{"nowhere"}, Revoke: revoke}}},
		"pending number 1":     {ID: "x", Pending: []betterauth.Pending{{Name: "letter"}}},
		"access guard number":  {ID: "x", AccessGuards: []betterauth.AccessGuard{{Name: "guard"}}},
	} {
		if _, err := plugintest.Build(t, plugintest.Options{Plugins: []betterauth.Plugin{m}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestChangeAccessAsksGuards(t *testing.T) {
	t.Parallel()
	refused := &betterauth.ErrorCode{Code: "NOT_YOU", Message: "Not you", Status: http.StatusForbidden}
	p := &tickets{}
	kit := plugintest.New(t, p)
	alice := kit.SignedIn("alice@example.com")
	kit.Client().Post("/ticket/add", nil).WantError(betterauth.ErrUnauthorized)
	for name, tt := range map[string]struct {
		guard func(*betterauth.Identity) error
		want  *betterauth.ErrorCode
	}{
		"refuses": {func(*betterauth.Identity) error { return refused }, refused},
		"fails":   {func(*betterauth.Identity) error { return errors.New("no answer") }, betterauth.ErrInternal},
		"panics":  {func(*betterauth.Identity) error { panic("no answer") }, betterauth.ErrInternal},
	} {
		p.guard = tt.guard
		alice.Post("/ticket/add", nil).WantError(tt.want)
		if n, err := p.store.Count(t.Context()); n != 0 || err != nil {
			t.Errorf("a guard %s: %d tickets, %v", name, n, err)
		}
	}
	p.guard = func(id *betterauth.Identity) error {
		if id.User.ID != alice.User.ID || id.Session.ID != alice.Session.ID {
			t.Errorf("asked about %+v", id)
		}
		return nil
	}
	alice.Post("/ticket/add", nil).Want(http.StatusOK)
}

// Whatever ends a session at the same moment as it adds a way in: none is left.
func TestChangeAccessRaces(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(kit *plugintest.Kit, u *betterauth.User) error{
		"a revocation": func(kit *plugintest.Kit, u *betterauth.User) error {
			return kit.Host.Transaction(t.Context(), func(ctx context.Context) error {
				if err := kit.Host.End(ctx, u.ID, betterauth.PasswordReset); err != nil {
					return err
				}
				_, err := kit.Auth.Sessions().RevokeAll(ctx, u.ID)
				return err
			})
		},
		"the first proof": func(kit *plugintest.Kit, u *betterauth.User) error {
			_, _, err := kit.Host.ProvenUser(t.Context(), u.Email, nil)
			return err
		},
		"a deletion": func(kit *plugintest.Kit, u *betterauth.User) error {
			_, err := kit.Users().Delete(t.Context(), database.Eq("id", u.ID))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			databasetest.Each(t, func(t *testing.T, db *database.DB) {
				p := &tickets{}
				kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{p}})
				alice := kit.SignedIn("alice@example.com")
				var added atomic.Int32
				var wg sync.WaitGroup
				for i := range 60 {
					c := alice.Fork()
					wg.Go(func() {
						switch a := c.Post("/ticket/add", nil); a.Status {
						case http.StatusOK:
							added.Add(1)
						case http.StatusUnauthorized:
						default:
							t.Errorf("%d %s", a.Status, a.Body)
						}
					})
					if i == 20 {
						wg.Go(func() {
							if err := end(kit, alice.User); err != nil {
								t.Error(err)
							}
						})
					}
				}
				wg.Wait()
				if n, err := p.store.Count(t.Context()); n != 0 || err != nil {
					t.Errorf("%d of %d tickets are left, %v", n, added.Load(), err)
				}
			})
		})
	}
}

// A session that gets another token is no fresher for it (nothing was proven).
func TestRotateSessionKeepsItsAge(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{&tickets{}}})
		alice := kit.SignedIn("alice@example.com")
		thief := alice.Fork()
		kit.Clock.Advance(25 * time.Hour)
		alice.Get("/get-session").Want(http.StatusOK) // slides
		before := stored(t, kit, alice.Session.ID)
		alice.Post("/ticket/rotate", nil).Want(http.StatusOK)
		after := stored(t, kit, alice.Session.ID)
		if after.Token == before.Token || !after.CreatedAt.Equal(before.CreatedAt) || !after.ExpiresAt.Equal(before.ExpiresAt) {
			t.Errorf("%+v became %+v", before, after)
		}
		alice.Get("/list-sessions").WantError(betterauth.ErrSessionNotFresh)
		thief.Post("/ticket/rotate", nil).WantError(betterauth.ErrUnauthorized)
		kit.Client().Post("/ticket/rotate", nil).WantError(betterauth.ErrUnauthorized)
	})
}

func TestOnlySignInsMakeSessions(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, &tickets{})
	alice := kit.SignedIn("alice@example.com")
	answer := kit.Client().Post("/ticket/sneak", map[string]any{"owner": alice.User.ID}).WantError(betterauth.ErrInternal)
	if answer.SetCookie(sessionCookie) != nil || !strings.Contains(kit.Log.String(), "operation sneak makes a session but does not declare SignIn: MakesSession") {
		t.Errorf("%v\n%s", answer.Cookies, kit.Log)
	}
}
