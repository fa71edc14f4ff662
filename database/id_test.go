package database_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

func TestRandomString(t *testing.T) {
	t.Parallel()
	// 255 would favour the first characters of an alphabet of 10 and is skipped.
	got, err := database.RandomString(bytes.NewReader([]byte{255, 0, 19, 254, 249, 3, 3, 3}), 4, "0123456789")
	if err != nil || got != "0993" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := database.RandomString(iotest.ErrReader(errBoom), 4, "ab"); !errors.Is(err, errBoom) {
		t.Errorf("a broken source: %v", err)
	}
	for _, alphabet := range []string{"", strings.Repeat("x", 257)} {
		if _, err := database.RandomString(bytes.NewReader(nil), 1, alphabet); err == nil {
			t.Errorf("alphabet of %d: no error", len(alphabet))
		}
	}
}

func TestBrokenRandomSource(t *testing.T) {
	t.Parallel()
	for _, ids := range []database.IDStrategy{database.RandomID, database.UUID} {
		s := migrated(t, databasetest.SQLiteMemory(t), database.Options{IDs: ids, Rand: iotest.ErrReader(errBoom)})
		if err := storeOf[user](t, s).Create(t.Context(), &user{}); !errors.Is(err, errBoom) {
			t.Errorf("%q: %v", ids, err)
		}
	}
}

// An id that is made before its row is the row's, and "" leaves it to the
// database.
func TestNewID(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := migrated(t, db, database.Options{})
		users := storeOf[user](t, s)
		id, err := users.NewID()
		if err != nil || len(id) != 32 {
			t.Fatalf("%q, %v", id, err)
		}
		row := &user{ID: id}
		if err := users.Create(t.Context(), row); err != nil || row.ID != id {
			t.Errorf("created %q as %q, %v", id, row.ID, err)
		}
	})
	s := migrated(t, databasetest.SQLiteMemory(t), database.Options{IDs: database.Serial})
	if id, err := storeOf[user](t, s).NewID(); id != "" || err != nil {
		t.Errorf("serial: %q, %v", id, err)
	}
}
