// Package sqlite opens SQLite for package database, without cgo. Programs that use
// another engine do not link it.
//
// Start with [Open]; [New] takes a bun database that the application opened.
package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	driver "modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"
)

// busyTimeout is how long a statement waits for a writer in another process.
const busyTimeout = 10 * time.Second

// DSN returns the data source name with which Open opens a file with the driver
// modernc.org/sqlite. It sets a write-ahead log, so that readers and the writer do not
// wait for each other; a busy timeout of ten seconds for locks of other processes;
// enforced foreign keys; and transactions that take the write lock when they begin
// instead of failing half way.
func DSN(path string) string { return fileDSN(path) }

func fileDSN(path string, pragmas ...string) string {
	return dsnOf("file:"+(&url.URL{Path: path}).EscapedPath(), append(pragmas, "journal_mode(wal)")...)
}

func dsnOf(base string, pragmas ...string) string {
	q := url.Values{}
	q.Set("_txlock", "immediate")
	q.Add("_pragma", fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()))
	for _, p := range append(pragmas, "foreign_keys(1)", "synchronous(normal)") {
		q.Add("_pragma", p)
	}
	sep := "?"
	if strings.Contains(base, "?") {
		sep = "&"
	}
	return base + sep + q.Encode()
}

// Open opens the SQLite database in the file path and creates it if it is missing. For
// ":memory:" it opens a new database in memory, which lives until Close and which no
// other call shares. An unusable path is an error of Open, not of the first use.
//
// A new file can be read and written by its owner alone, whatever the umask, and so can
// the files that SQLite puts beside it (-wal, -shm). A file that exists keeps its mode.
//
// Of the write-ahead log a goroutine copies into the file what was committed, each 250
// commits, while others write. A crash of the process loses no commit; a loss of power may
// lose those since the last copy, and leaves the file whole.
//
// A database in memory has no write-ahead log: a read with a context outside of a running
// transaction waits for the end of that transaction, while in a file it sees the state
// before.
func Open(path string) (*database.DB, error) {
	if path == "" {
		return nil, errors.New(`sqlite: Open needs a path or ":memory:"`)
	}
	if strings.ContainsRune(path, 0) {
		return nil, errors.New("sqlite: the path holds a NUL byte")
	}
	memory := path == ":memory:"
	dsn := fileDSN(path, longestLog)
	var log *checkpoints
	if !memory {
		if err := createPrivate(path); err != nil {
			return nil, fmt.Errorf("sqlite: %w", err)
		}
		log = newCheckpoints()
	} else {
		// The engine's memory file system shares one database among all
		// connections that name it, within this process; the name is random so
		// that two calls never meet. It has no write-ahead log.
		dsn = dsnOf("file:/" + rand.Text() + "?vfs=memdb")
	}
	connects, err := driver.NewConnector(dsn)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	pool := sql.OpenDB(connector{connects, log})
	size := max(8, 2*runtime.GOMAXPROCS(0))
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)

	// The memory database ends with its last connection; this one stays.
	keep, err := firstConn(pool)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %s: %w", path, errors.Join(err, pool.Close()))
	}
	if memory {
		pool.SetMaxOpenConns(size + 1)
	} else if err := keep.Close(); err != nil {
		return nil, fmt.Errorf("sqlite: %s: %w", path, errors.Join(err, pool.Close()))
	}
	if log != nil {
		log.run(pool)
	}
	db := bun.NewDB(pool, sqlitedialect.New())
	return database.New(db, database.Driver{Engine: database.SQLite, ReadsAtOnce: !memory, Close: func() error {
		if memory {
			return errors.Join(keep.Close(), db.Close())
		}
		log.close()
		return db.Close()
	}})
}

// firstConn opens a connection, and waits as busy_timeout says where another
// process holds the file. SQLite itself does not wait when it changes a file's
// journal mode, so of several processes that open a new file at once all but one
// would be refused (https://www.sqlite.org/wal.html, "Activating And Configuring
// WAL Mode").
func firstConn(pool *sql.DB) (*sql.Conn, error) {
	for deadline := time.Now().Add(busyTimeout); ; time.Sleep(5 * time.Millisecond) {
		conn, err := pool.Conn(context.Background())
		var refused *driver.Error
		if err == nil || !errors.As(err, &refused) || refused.Code()&0xff != sqlitelib.SQLITE_BUSY || time.Now().After(deadline) {
			return conn, err
		}
	}
}

// New uses a pool that the application opened and owns; Close leaves it open. The dialect
// must be sqlitedialect, the driver modernc.org/sqlite.
//
// Open the pool with [Connector], or else with the settings of [DSN]: immediate
// transactions, foreign keys on, and a busy timeout for writers in other processes. The database.DB queues the writers of
// this process. Code that writes through the same pool without it may get the error that
// the database is locked.
func New(db *bun.DB) (*database.DB, error) {
	logged := false
	if db != nil { // or New of package database says so
		_, logged = db.DB.Driver().(keeping)
	}
	return database.New(db, database.Driver{Engine: database.SQLite, ReadsAtOnce: logged})
}

// creating keeps a new file from being opened by SQLite before it is closed
// here: closing any handle of a file drops the locks that the process holds on
// it (https://www.sqlite.org/howtocorrupt.html, section 2.2).
var creating sync.Mutex

// createPrivate makes an empty file, which SQLite takes for a new database, if
// nothing is there.
func createPrivate(path string) error {
	creating.Lock()
	defer creating.Unlock()
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}
