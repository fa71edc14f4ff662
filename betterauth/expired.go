package betterauth

import (
	"context"
	"slices"
	"time"

	"github.com/better-auth-go/better-auth/database"
)

const (
	// expiredAtOnce is how many expired rows are read into memory at once.
	expiredAtOnce = 20_000
	// expiredPerDelete is how many of them one statement removes. SQLite has one
	// writer: whoever wants to sign in waits for that statement.
	expiredPerDelete = 1000
)

// deleteExpired removes the rows that have expired and returns how many. No index has the
// date, so the whole table is read, which takes long for a large one. It is read before
// it is written: a reader holds nobody up. What is prolonged in between stays.
func deleteExpired[Row any](ctx context.Context, store *database.Store[Row], now time.Time, id func(*Row) string) (deleted int, err error) {
	past := database.Lt("expiresAt", now)
	for {
		rows, err := store.List(ctx, database.Query{Where: []database.Cond{past}, Limit: expiredAtOnce})
		if err != nil {
			// One of them may hold what cannot be read; to remove it nobody has to.
			n, err := store.Delete(ctx, past)
			return deleted + n, err
		}
		before := deleted
		for some := range slices.Chunk(rows, expiredPerDelete) {
			ids := make([]any, len(some))
			for i, row := range some {
				ids[i] = id(row)
			}
			n, err := store.Delete(ctx, database.In("id", ids...), past)
			deleted += n
			if err != nil {
				return deleted, err
			}
		}
		if len(rows) < expiredAtOnce || deleted == before {
			return deleted, nil
		}
	}
}
