package main_test

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/better-auth-go/better-auth/benchmarks/inprocess"
	"github.com/better-auth-go/better-auth/benchmarks/subject"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

var engines = []struct {
	name string
	open func(testing.TB) *database.DB
}{
	{"sqlite", databasetest.SQLiteFile},
	{"postgres", databasetest.Postgres},
}

func seeded(t testing.TB, open func(testing.TB) *database.DB) (*database.DB, subject.Visitor) {
	t.Helper()
	db := open(t)
	visitors, err := subject.Seed(t.Context(), db, 100, 1)
	if err != nil {
		t.Fatal(err)
	}
	return db, visitors[0]
}

func handler(t testing.TB, kind string, db *database.DB, cache string) http.Handler {
	t.Helper()
	h, err := subject.Handler(t.Context(), kind, db, cache)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// The comparison means nothing unless both handlers do the same work.
func TestBareAnswersWhatOursAnswers(t *testing.T) {
	t.Parallel()
	for _, engine := range engines {
		t.Run(engine.name, func(t *testing.T) {
			t.Parallel()
			db, visitor := seeded(t, engine.open)
			var bodies [2][]byte
			for i, kind := range []string{"ours", "bare"} {
				body, err := inprocess.SessionBody(handler(t, kind, db, ""), visitor)
				if err != nil {
					t.Fatal(err)
				}
				bodies[i] = body
			}
			if !bytes.Equal(bodies[0], bodies[1]) {
				t.Errorf("ours answers\n%s\nbare answers\n%s", bodies[0], bodies[1])
			}
			if !bytes.Contains(bodies[0], []byte(`"email":"person0@example.com"`)) {
				t.Errorf("the answer is nobody's session: %s", bodies[0])
			}
		})
	}
}

func BenchmarkGetSession(b *testing.B) {
	for _, engine := range engines {
		for _, kind := range []string{"ours", "bare"} {
			b.Run(engine.name+"/"+kind, func(b *testing.B) {
				db, visitor := seeded(b, engine.open)
				run(b)(inprocess.Session(handler(b, kind, db, ""), visitor, false))
			})
		}
	}
}

func BenchmarkGetSessionFromCookie(b *testing.B) {
	for _, cache := range []string{"compact", "jwt", "jwe"} {
		b.Run(cache, func(b *testing.B) {
			db, visitor := seeded(b, databasetest.SQLiteFile)
			run(b)(inprocess.Session(handler(b, "ours", db, cache), visitor, true))
		})
	}
}

func BenchmarkPasskeyOptions(b *testing.B) {
	for _, engine := range engines {
		b.Run(engine.name, func(b *testing.B) {
			db, _ := seeded(b, engine.open)
			run(b)(inprocess.Options(handler(b, "ours", db, "")))
		})
	}
}

func BenchmarkPasskeyVerify(b *testing.B) {
	for _, engine := range engines {
		b.Run(engine.name, func(b *testing.B) {
			db, visitor := seeded(b, engine.open)
			run(b)(inprocess.Verify(handler(b, "ours", db, ""), visitor), nil)
		})
	}
}

func run(b *testing.B) func(inprocess.Work, error) {
	return func(w inprocess.Work, err error) {
		b.Helper()
		if err == nil && w.Prepare != nil {
			err = w.Prepare(b.N)
		}
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		b.ResetTimer()
		for i := range b.N {
			if err := w.Do(i); err != nil {
				b.Fatal(err)
			}
		}
	}
}
