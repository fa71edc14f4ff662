package conformance_test

import (
	"strings"
	"sync"
	"testing"
)

// schemaOf is what a database holds, as sorted text.
func schemaOf(t *testing.T, db testDatabase) string {
	t.Helper()
	out, err := node(t, "reference/schema.mjs", db.name)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// stopped ends a server and expects it to end well.
func stopped(t *testing.T, s *server) {
	t.Helper()
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
}

// The index by which accounts of providers are found is the only one that is ours alone.
func TestBothMakeTheSameTables(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, theirs testDatabase) {
		withoutOurIndex := func(db testDatabase) {
			t.Helper()
			if _, err := db.opened(t).Bun().ExecContext(t.Context(), `drop index "account_accountId_providerId_idx"`); err != nil {
				t.Fatal(err)
			}
		}
		ours := theirs.another(t)
		stopped(t, startReference(t, theirs, "--migrate"))
		stopped(t, startGo(t, ours))

		withoutOurIndex(ours)
		made := schemaOf(t, theirs)
		if got := schemaOf(t, ours); got != made {
			t.Errorf("the tables differ; the reference makes\n%s\nand we make\n%s", made, got)
		}
		// Neither finds anything to do about the other's tables.
		stopped(t, startGo(t, theirs, "--verify"))
		stopped(t, startReference(t, ours))
		// A start that may create tables leaves the reference's as they are.
		stopped(t, startGo(t, theirs))
		withoutOurIndex(theirs)
		if got := schemaOf(t, theirs); got != made {
			t.Errorf("our migration changed the reference's tables from\n%s\nto\n%s", made, got)
		}
	})
}

// Shows that the refusals which the test above waits for in vain do happen.
func TestIncompleteTablesAreRefused(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, db testDatabase) {
		stopped(t, startGo(t, db))
		if _, err := db.opened(t).Bun().ExecContext(t.Context(), `alter table passkey drop column aaguid`); err != nil {
			t.Fatal(err)
		}
		if _, err := launchGo(t, db, "--verify"); err == nil || !strings.Contains(err.Error(), "aaguid") {
			t.Errorf("our server on a table without a column: %v", err)
		}
		if _, err := launchReference(t, db); err == nil || !strings.Contains(err.Error(), "aaguid") {
			t.Errorf("the reference on a table without a column: %v", err)
		}
	})
}

func TestTenProcessesMigrateAtOnce(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, db testDatabase) {
		const processes = 10
		var group sync.WaitGroup
		faults := make([]error, processes)
		for i := range processes {
			group.Go(func() {
				s, err := launchGo(t, db)
				if err == nil {
					err = s.stop()
				}
				faults[i] = err
			})
		}
		group.Wait()
		for i, err := range faults {
			if err != nil {
				t.Errorf("process %d: %v", i, err)
			}
		}

		alone := db.another(t)
		stopped(t, startGo(t, alone))
		if got, want := schemaOf(t, db), schemaOf(t, alone); got != want {
			t.Errorf("ten processes made\n%s\none makes\n%s", got, want)
		}
	})
}
