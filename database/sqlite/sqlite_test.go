package sqlite_test

import (
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/database/sqlite"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// modeOf is the mode of a file that must be there.
func modeOf(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	must(t, err)
	return info.Mode().Perm()
}

// Hashes of passwords and tokens of sessions are nobody else's business on the
// machine, whatever the umask.
func TestNewFileIsItsOwnersAlone(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("files have no mode there")
	}
	for name, existing := range map[string]fs.FileMode{"new.db": 0, "od?d #%41 näme.db": 0, "shared.db": 0o660} {
		path := filepath.Join(t.TempDir(), name)
		want := fs.FileMode(0o600)
		if existing != 0 {
			// Whoever made it may share it with a group.
			must(t, os.WriteFile(path, nil, 0o600))
			must(t, os.Chmod(path, existing))
			want = existing
		}
		db, err := sqlite.Open(path)
		must(t, err)
		t.Cleanup(func() { must(t, db.Close()) })
		for _, statement := range []string{`create table "t" ("a" text)`, `insert into "t" values ('x')`} {
			_, err := db.Bun().DB.ExecContext(t.Context(), statement)
			must(t, err)
		}
		for _, suffix := range []string{"", "-wal", "-shm"} {
			if got := modeOf(t, path+suffix); got != want {
				t.Errorf("%s: mode %o, want %o", name+suffix, got, want)
			}
		}
		entries, err := os.ReadDir(filepath.Dir(path))
		must(t, err)
		if len(entries) != 3 {
			t.Errorf("files %v", entries)
		}
	}
}

// Many at once open one new file, and lose none of what they write.
func TestOpenNewFileAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new.db")
	var wg sync.WaitGroup
	start := make(chan struct{})
	write := func() {
		<-start
		db, err := sqlite.Open(path)
		if err != nil {
			t.Error(err)
			return
		}
		defer db.Close()
		_, err = db.Bun().DB.ExecContext(t.Context(), `create table if not exists "t" ("a" text)`)
		if err == nil {
			_, err = db.Bun().DB.ExecContext(t.Context(), `insert into "t" values ('x')`)
		}
		if err != nil {
			t.Error(err)
		}
	}
	for range 8 {
		wg.Go(write)
	}
	close(start)
	wg.Wait()
	db, err := sqlite.Open(path)
	must(t, err)
	defer db.Close()
	var n int
	must(t, db.Bun().DB.QueryRowContext(t.Context(), `select count(*) from "t"`).Scan(&n))
	if n != 8 {
		t.Errorf("%d rows", n)
	}
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", "a\x00b", t.TempDir() + "/missing/x.db"} {
		if db, err := sqlite.Open(path); err == nil {
			_ = db.Close()
			t.Errorf("Open(%q): no error", path)
		}
	}
}

// SQLite does not wait by itself when it changes a file's journal mode.
func TestOpenWaitsForAnotherProcess(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "auth.db")
	other, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	other.SetMaxOpenConns(1)
	exec := func(statement string) {
		if _, err := other.ExecContext(t.Context(), statement); err != nil {
			t.Error(err)
		}
	}
	exec("create table t (a)")
	exec("begin immediate")
	exec("insert into t values (1)")
	opened := make(chan error, 1)
	go func() {
		db, err := sqlite.Open(path)
		if err == nil {
			err = db.Close()
		}
		opened <- err
	}()
	select {
	case err := <-opened:
		t.Fatalf("opened while another process writes the file: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	exec("commit")
	if err := <-opened; err != nil {
		t.Error(err)
	}
}
