package subject

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/alexedwards/scs/postgresstore"
	"github.com/alexedwards/scs/sqlite3store"
	"github.com/alexedwards/scs/v2"
)

// publishedStore is the store that scs has for the engine. The lock lets one
// writer at a time into SQLite, as everywhere else by hand.
type publishedStore struct {
	scs.Store
	*byHand
}

// newPublishedStore makes the table that the store's documentation describes.
func newPublishedStore(ctx context.Context, h *byHand) (scs.Store, error) {
	table := `create table if not exists sessions (token text primary key, data blob not null, expiry real not null)`
	if h.postgres {
		table = `create table if not exists sessions (token text primary key, data bytea not null, expiry timestamptz not null)`
	}
	for _, text := range []string{table, `create index if not exists sessions_expiry_idx on sessions (expiry)`} {
		if _, err := h.pool.ExecContext(ctx, text); err != nil {
			return nil, err
		}
	}
	const never = 0 // clean up
	if h.postgres {
		return &publishedStore{postgresstore.NewWithCleanupInterval(h.pool, never), h}, nil
	}
	return &publishedStore{sqlite3store.NewWithCleanupInterval(h.pool, never), h}, nil
}

// Commit implements scs.Store.
func (s *publishedStore) Commit(token string, data []byte, expiry time.Time) error {
	defer s.alone()()
	return s.Store.Commit(token, data, expiry)
}

// Delete implements scs.Store.
func (s *publishedStore) Delete(token string) error {
	defer s.alone()()
	return s.Store.Delete(token)
}

// preparedStore is a store with statements that are prepared once.
type preparedStore struct {
	*byHand
	find, put, remove *sql.Stmt
}

func newPreparedStore(ctx context.Context, h *byHand) (scs.Store, error) {
	blob := "blob"
	if h.postgres {
		blob = "bytea"
	}
	if _, err := h.pool.ExecContext(ctx, `create table if not exists scs_prepared (token text primary key, data `+blob+` not null, expiry bigint not null)`); err != nil {
		return nil, err
	}
	return &preparedStore{byHand: h,
		find: h.prepare(ctx, `select data from scs_prepared where token = ? and expiry > ?`),
		put: h.prepare(ctx, `insert into scs_prepared (token, data, expiry) values (?, ?, ?)
			on conflict (token) do update set data = excluded.data, expiry = excluded.expiry`),
		remove: h.prepare(ctx, `delete from scs_prepared where token = ?`),
	}, nil
}

// Find implements scs.Store.
func (s *preparedStore) Find(token string) (data []byte, found bool, err error) {
	err = s.find.QueryRowContext(context.Background(), token, time.Now().Unix()).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	return data, err == nil, err
}

// Commit implements scs.Store.
func (s *preparedStore) Commit(token string, data []byte, expiry time.Time) error {
	return s.write(context.Background(), s.put, token, data, expiry.Unix())
}

// Delete implements scs.Store.
func (s *preparedStore) Delete(token string) error {
	return s.write(context.Background(), s.remove, token)
}
