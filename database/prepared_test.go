package database_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

// changes are what a migration by another program may do to a table in use, in
// pairs that undo each other.
var changes = [][2]string{
	{`alter table "user" alter column "name" type varchar(200)`, `alter table "user" alter column "name" type text`},
	{`alter table "user" alter column "updatedAt" type timestamp(3) using "updatedAt" at time zone 'UTC'`, `alter table "user" alter column "updatedAt" type timestamptz using "updatedAt" at time zone 'UTC'`},
	{`alter table "twoFactor" alter column "failedVerificationCount" type bigint`, `alter table "twoFactor" alter column "failedVerificationCount" type integer`},
	{`alter table "user" add column "later" integer not null default 1`, `alter table "user" drop column "later"`},
	{`alter table "session" alter column "token" type varchar(255)`, `alter table "session" alter column "token" type text`},
	{`drop index "session_userId_idx"`, `create index "session_userId_idx" on "session" ("userId")`},
	{`create type mood as enum ('calm', 'second')`, `drop type mood`},
	{`create type place as enum ('none', 'here'); alter table "user" alter column "image" type place using 'none'::place`,
		`alter table "user" alter column "image" type text; drop type place`},
	{`deallocate all`, `deallocate all`},
	{`discard plans`, `discard all`},
}

// busy is what requests do with a database, on one user.
type busy struct {
	users    *database.Store[user]
	sessions *database.Store[session]
	factors  *database.Store[twoFactor]
	lookup   *database.Lookup[session, user]
	db       *database.DB
	added    atomic.Int64
	outside  atomic.Int64
	tokens   atomic.Int64
}

func (b *busy) token() string { return fmt.Sprint("token ", b.tokens.Add(1)) }

func newBusy(t *testing.T, db *database.DB) *busy {
	s := migrated(t, db, database.Options{})
	b := &busy{users: storeOf[user](t, s), sessions: storeOf[session](t, s), factors: storeOf[twoFactor](t, s), lookup: sessionLookup(t, s), db: db}
	u := &user{Name: "n", Email: "e"}
	must(t, b.users.Create(t.Context(), u))
	must(t, b.sessions.Create(t.Context(), &session{Token: "token", UserID: u.ID, ExpiresAt: noon}))
	must(t, b.factors.Create(t.Context(), &twoFactor{Secret: "s", UserID: u.ID}))
	return b
}

// round runs each kind of statement, outside of transactions and within.
func (b *busy) round(ctx context.Context, i int) error {
	_, u, err := b.lookup.Get(ctx, "token")
	if err != nil {
		return fmt.Errorf("lookup: %w", err)
	}
	if _, err := b.users.List(ctx, database.Query{Where: []database.Cond{database.Eq("email", "e")}, Limit: 5}); err != nil {
		return fmt.Errorf("list: %w", err)
	}
	if _, err := b.factors.Update(ctx, database.Set{"failedVerificationCount": database.Add(1)}, database.Eq("userId", u.ID)); err != nil {
		return fmt.Errorf("update: %w", err)
	}
	b.added.Add(1)
	if _, err := b.users.UpdateOne(ctx, database.Set{"name": fmt.Sprint("n", i)}, database.Eq("id", u.ID)); err != nil {
		return fmt.Errorf("update one: %w", err)
	}
	outside := &session{Token: b.token(), UserID: u.ID, ExpiresAt: noon}
	if err := b.sessions.Create(ctx, outside); err != nil {
		return fmt.Errorf("create: %w", err)
	}
	b.outside.Add(1)
	calls := 0
	err = b.db.Transaction(ctx, func(ctx context.Context) error {
		if calls++; calls > 1 {
			return errors.New("the function of a transaction was called twice")
		}
		if err := b.db.Lock(ctx, "busy"); err != nil {
			return fmt.Errorf("lock: %w", err)
		}
		if _, _, err := b.lookup.Get(ctx, "token"); err != nil {
			return fmt.Errorf("lookup: %w", err)
		}
		if _, err := b.users.GetLocked(ctx, database.Eq("id", u.ID)); err != nil {
			return fmt.Errorf("get locked: %w", err)
		}
		if _, err := b.factors.UpdateOne(ctx, database.Set{"failedVerificationCount": database.Add(1)}, database.Eq("userId", u.ID)); err != nil {
			return fmt.Errorf("update one: %w", err)
		}
		inside := &session{Token: b.token(), UserID: u.ID, ExpiresAt: noon}
		if err := b.sessions.Create(ctx, inside); err != nil {
			return fmt.Errorf("create: %w", err)
		}
		if _, err := b.sessions.Take(ctx, database.Eq("token", inside.Token)); err != nil {
			return fmt.Errorf("take: %w", err)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("transaction: %w", err)
	}
	b.added.Add(1)
	return nil
}

// settled checks that every write that was reported was made, and once.
func (b *busy) settled(t *testing.T) {
	t.Helper()
	f, err := b.factors.Get(t.Context(), database.Eq("secret", "s"))
	must(t, err)
	if *f.FailedVerificationCount != b.added.Load() {
		t.Errorf("counted to %d in %d writes", *f.FailedVerificationCount, b.added.Load())
	}
	wantCount(t, b.sessions, int(b.outside.Load())+1)
}

// Statements that were prepared before a change of the schema answer after it,
// whatever the change and on each connection.
func TestStatementsOutliveChangesOfTheSchema(t *testing.T) {
	t.Parallel()
	db := databasetest.Postgres(t)
	b := newBusy(t, db)
	must(t, b.round(t.Context(), 0))
	const connections = 4
	db.Bun().SetMaxOpenConns(connections)
	path := ""
	must(t, db.Bun().QueryRowContext(t.Context(), "show search_path").Scan(&path))
	for _, pair := range changes {
		for _, change := range pair {
			// On each connection, and each with everything prepared.
			databasetest.Concurrently(connections, func(i int) {
				if err := b.round(t.Context(), i); err != nil {
					t.Errorf("before %s: %v", change, err)
				}
			})
			onEach(t, db, connections, path, change)
			databasetest.Concurrently(connections, func(i int) {
				if err := b.round(t.Context(), i); err != nil {
					t.Errorf("after %s: %v", change, err)
				}
			})
		}
	}
	b.settled(t)
}

// onEach runs a change of the schema once, and one of the connection's state on
// each connection.
func onEach(t *testing.T, db *database.DB, connections int, path, change string) {
	t.Helper()
	if change[:3] != "dea" && change[:3] != "dis" {
		execute(t, db, change)
		return
	}
	var conns []func() error
	for range connections {
		conn, err := db.Bun().DB.Conn(t.Context())
		must(t, err)
		conns = append(conns, conn.Close)
		for _, statement := range []string{change, "set search_path = " + path} {
			_, err = conn.ExecContext(t.Context(), statement)
			must(t, err)
		}
	}
	for _, done := range conns {
		must(t, done())
	}
}

// The same while the schema changes back and forth under load.
func TestSchemaChangesUnderLoad(t *testing.T) {
	t.Parallel()
	db := databasetest.Postgres(t)
	b := newBusy(t, db)
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				if err := b.round(t.Context(), i); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 5 {
		for _, pair := range changes {
			for _, change := range pair {
				if change[:3] != "dis" { // it would forget the test's schema
					execute(t, db, change)
				}
			}
		}
	}
	stop()
	wg.Wait()
	b.settled(t)
}

// SQLite prepares again by itself.
func TestSQLiteStatementsOutliveChangesOfTheSchema(t *testing.T) {
	t.Parallel()
	for name, db := range map[string]*database.DB{"memory": databasetest.SQLiteMemory(t), "file": databasetest.SQLiteFile(t)} {
		t.Run(name, func(t *testing.T) {
			b := newBusy(t, db)
			for i, change := range []string{
				`alter table "user" add column "later" integer not null default 1`,
				`alter table "user" drop column "later"`,
				`drop index "session_userId_idx"`,
				`alter table "twoFactor" rename to "aside"; create table "twoFactor" as select * from "aside"; drop table "aside"`,
			} {
				must(t, b.round(t.Context(), i))
				execute(t, db, change)
				if err := b.round(t.Context(), i); err != nil {
					t.Errorf("after %s: %v", change, err)
				}
			}
			b.settled(t)
		})
	}
}
