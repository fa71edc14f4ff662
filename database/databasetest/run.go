package databasetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json/jsontext"
)

type suite struct {
	db     *database.DB
	schema *database.Schema
	store  *database.Store[sample]
}

func newSuite(t *testing.T, db *database.DB) *suite {
	t.Helper()
	added := map[string][]database.Column{"sample": {
		{Name: "addedText", Type: database.String},
		{Name: "addedNumber", Type: database.Number, Default: 5},
		{Name: "addedFlag", Type: database.Boolean},
		{Name: "addedDate", Type: database.Date},
		{Name: "addedJSON", Type: database.JSON},
		{Name: "addedStrings", Type: database.Strings},
		{Name: "addedNumbers", Type: database.Numbers},
	}}
	schema, err := database.Compile(db, []database.Table{database.TableOf[sample]("sample")}, added, database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := schema.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	store, err := database.StoreOf[sample](schema)
	if err != nil {
		t.Fatal(err)
	}
	return &suite{db: db, schema: schema, store: store}
}

// Run proves that the databases open returns keep the contract: for a pool of
// your own given to sqlite.New or postgres.New, another driver, version or setting. What is
// stored comes back as it was, operators and orders mean one thing, absent is not broken, transactions and hooks undo
// what fails, of many at once one wins, and schemas only grow. open returns a
// new, empty database on every call and registers its own clean-up.
func Run(t *testing.T, open func(t *testing.T) *database.DB) {
	for name, test := range map[string]func(*testing.T, *suite){
		"RoundTrip":        testRoundTrip,
		"Nulls":            testNulls,
		"Conditions":       testConditions,
		"Operators":        testOperators,
		"NullOrder":        testNullOrder,
		"Ages":             testAges,
		"Absent":           testAbsent,
		"Unique":           testUnique,
		"Planner":          testPlanner,
		"Rollback":         testRollback,
		"FailedWrite":      testFailedWrite,
		"AfterCommit":      testAfterCommit,
		"TakeOneWinner":    testTake,
		"CompareAndSwap":   testCompareAndSwap,
		"ConcurrentWrites": testConcurrentWrites,
		"TakeAll":          testTakeAll,
		"Lock":             testLock,
		"GetLocked":        testGetLocked,
		"Hooks":            testHooks,
		"Lookup":           testLookup,
		"Upgrade":          testUpgrade,
		"Panic":            testPanic,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newSuite(t, open(t)))
		})
	}
}

func testRoundTrip(t *testing.T, s *suite) {
	row := full()
	if err := s.store.Create(t.Context(), row); err != nil {
		t.Fatal(err)
	}
	if len(row.ID) != 32 || row.Created.IsZero() || row.Touched.IsZero() {
		t.Errorf("not filled in: %+v", row)
	}
	got, err := s.store.Get(t.Context(), database.Eq("id", row.ID))
	if err != nil {
		t.Fatal(err)
	}
	want := time.Date(2026, 11, 23, 8, 9, 36, 560_000_000, time.UTC)
	if !got.Date.Equal(want) || got.Date.Location() != time.UTC {
		t.Errorf("date %v, want %v", got.Date, want)
	}
	if !sameJSON(got.JSON, row.JSON) {
		t.Errorf("json %s, want %s", got.JSON, row.JSON)
	}
	if n, ok := got.Extra.Value("addedNumber"); n != int64(5) || !ok {
		t.Errorf("default of an added column: %v, %v", n, ok)
	}
	got.JSON, row.JSON = nil, nil
	if !reflect.DeepEqual(got, row) {
		t.Errorf("read\n%+v\nwrote\n%+v", got, row)
	}
}

func sameJSON(a, b jsontext.Value) bool {
	a, b = a.Clone(), b.Clone()
	return a.Canonicalize() == nil && b.Canonicalize() == nil && string(a) == string(b)
}

func testNulls(t *testing.T, s *suite) {
	row := &sample{Text: "", Key: "nulls", Date: time.Unix(0, 0)}
	if err := s.store.Create(t.Context(), row); err != nil {
		t.Fatal(err)
	}
	got, err := s.store.Get(t.Context(), database.Eq("key", "nulls"), database.IsNull("textN"),
		database.Eq("dateN", nil), database.IsNull("addedText"), database.NotNull("addedNumber"))
	if err != nil {
		t.Fatal(err)
	}
	if got.TextN != nil || got.NumberN != nil || got.BigN != nil || got.FlagN != nil || got.DateN != nil ||
		got.JSON != nil || got.Map != nil || got.Strings != nil || got.Numbers != nil || got.ParentID != nil {
		t.Errorf("NULL was read as a value: %+v", got)
	}
	for _, name := range []string{"addedText", "addedFlag", "addedDate", "addedJSON", "addedStrings", "addedNumbers"} {
		if v, ok := got.Extra.Value(name); ok {
			t.Errorf("%s: NULL was read as %v", name, v)
		}
	}
}

func testConditions(t *testing.T, s *suite) {
	base := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 5 {
		row := &sample{Key: fmt.Sprint("k", i), Text: []string{"a%b", "a_b", `a\b`, "axb", "end"}[i],
			Number: int64(i), Date: base.Add(time.Duration(i) * time.Millisecond), Flag: i%2 == 0}
		if i > 2 {
			row.NumberN = ptr(int64(i))
		}
		if err := s.store.Create(t.Context(), row); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		where []database.Cond
		want  int
	}{
		"all":                {nil, 5},
		"eq":                 {[]database.Cond{database.Eq("number", 3)}, 1},
		"ne":                 {[]database.Cond{database.Ne("number", 3)}, 4},
		"ne leaves out NULL": {[]database.Cond{database.Ne("numberN", 3)}, 1},
		"ne nil":             {[]database.Cond{database.Ne("numberN", nil)}, 2},
		"range":              {[]database.Cond{database.Gt("number", 0), database.Lte("number", 3)}, 3},
		"dates":              {[]database.Cond{database.Gte("date", base.Add(time.Millisecond)), database.Lt("date", base.Add(3*time.Millisecond))}, 2},
		"bool":               {[]database.Cond{database.Eq("flag", true)}, 3},
		"in":                 {[]database.Cond{database.In("key", "k1", "k2", "none")}, 2},
		"in nothing":         {[]database.Cond{database.In("key")}, 0},
		"not in":             {[]database.Cond{database.NotIn("key", "k1")}, 4},
		"not in nothing":     {[]database.Cond{database.NotIn("key")}, 5},
		"percent":            {[]database.Cond{database.Contains("text", "%")}, 1},
		"underscore":         {[]database.Cond{database.Contains("text", "_")}, 1},
		"backslash":          {[]database.Cond{database.Contains("text", `\`)}, 1},
		"starts":             {[]database.Cond{database.StartsWith("text", "a")}, 4},
		"ends":               {[]database.Cond{database.EndsWith("text", "d")}, 1},
		"or":                 {[]database.Cond{database.Or(database.Eq("number", 0), database.Eq("number", 1)), database.Eq("flag", true)}, 1},
		"and in or":          {[]database.Cond{database.Or(database.And(database.Eq("number", 0), database.Eq("flag", false)), database.Eq("number", 1))}, 1},
		"added column":       {[]database.Cond{database.Eq("addedNumber", 5)}, 5},
		"NUL byte":           {[]database.Cond{database.Eq("key", "k1\x00")}, 0},
	} {
		n, err := s.store.Count(t.Context(), c.where...)
		if err != nil || n != c.want {
			t.Errorf("%s: %d rows, %v; want %d", name, n, err, c.want)
		}
	}
	rows, err := s.store.List(t.Context(), database.Query{
		Order: []database.Order{{Column: "flag"}, {Column: "number", Desc: true}}, Limit: 2, Offset: 1,
	})
	if err != nil || len(rows) != 2 || rows[0].Number != 1 || rows[1].Number != 4 {
		t.Errorf("order, limit and offset: %v, %v", rows, err)
	}
}

func testAbsent(t *testing.T, s *suite) {
	ctx := t.Context()
	none := database.Eq("key", "none")
	if _, err := s.store.Get(ctx, none); !errors.Is(err, database.ErrNotFound) {
		t.Errorf("Get: %v", err)
	}
	if _, err := s.store.Take(ctx, none); !errors.Is(err, database.ErrNotFound) {
		t.Errorf("Take: %v", err)
	}
	if _, err := s.store.UpdateOne(ctx, database.Set{"text": "x"}, none); !errors.Is(err, database.ErrNotFound) {
		t.Errorf("UpdateOne: %v", err)
	}
	if n, err := s.store.Delete(ctx, none); n != 0 || err != nil {
		t.Errorf("Delete: %d, %v", n, err)
	}
	if ok, err := s.store.Exists(ctx, none); ok || err != nil {
		t.Errorf("Exists: %v, %v", ok, err)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := s.store.Get(gone, none); err == nil || errors.Is(err, database.ErrNotFound) {
		t.Errorf("a database that could not answer: %v, want an error other than ErrNotFound", err)
	}
}

func testUnique(t *testing.T, s *suite) {
	if err := s.store.Create(t.Context(), &sample{Key: "same"}); err != nil {
		t.Fatal(err)
	}
	err := s.store.Create(t.Context(), &sample{Key: "same"})
	var unique *database.UniqueError
	if !errors.As(err, &unique) || unique.Table != "sample" || !reflect.DeepEqual(unique.Columns, []string{"key"}) {
		t.Errorf("got %v, want a UniqueError on sample.key", err)
	}
	if !errors.Is(err, database.ErrUnique) {
		t.Errorf("%v is not ErrUnique", err)
	}
	_, err = s.store.UpdateOne(t.Context(), database.Set{"parentId": "nobody"}, database.Eq("key", "same"))
	if err == nil || errors.Is(err, database.ErrUnique) || errors.Is(err, database.ErrNotFound) {
		t.Errorf("a foreign key to nowhere: %v", err)
	}
}

func testPlanner(t *testing.T, s *suite) {
	plan, err := s.schema.Plan(t.Context())
	if err != nil || !plan.Empty() {
		t.Errorf("after Migrate: %v, %v; want an empty plan", plan, err)
	}
	plan, err = s.schema.Migrate(t.Context())
	if err != nil || !plan.Empty() {
		t.Errorf("second Migrate: %v, %v; want an empty plan", plan, err)
	}
}

func testRollback(t *testing.T, s *suite) {
	boom := errors.New("boom")
	err := s.db.Transaction(t.Context(), func(ctx context.Context) error {
		if err := s.store.Create(ctx, &sample{Key: "a"}); err != nil {
			return err
		}
		if ok, err := s.store.Exists(ctx, database.Eq("key", "a")); !ok || err != nil {
			t.Errorf("a transaction does not see its own row: %v, %v", ok, err)
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Errorf("got %v, want %v", err, boom)
	}
	if n, err := s.store.Count(t.Context()); n != 0 || err != nil {
		t.Errorf("%d rows after a rollback, %v", n, err)
	}
}

// A write that was refused leaves no transaction that could commit, on any
// engine.
func testFailedWrite(t *testing.T, s *suite) {
	err := s.db.Transaction(t.Context(), func(ctx context.Context) error {
		for range 2 {
			_ = s.store.Create(ctx, &sample{Key: "same"})
		}
		return nil
	})
	if !errors.Is(err, database.ErrRolledBack) || !errors.Is(err, database.ErrUnique) {
		t.Errorf("got %v, want ErrRolledBack with ErrUnique", err)
	}
	if n, err := s.store.Count(t.Context()); n != 0 || err != nil {
		t.Errorf("%d rows, %v; want none", n, err)
	}
}

func testAfterCommit(t *testing.T, s *suite) {
	var order []string
	err := s.db.Transaction(t.Context(), func(ctx context.Context) error {
		s.db.AfterCommit(ctx, func(context.Context) { order = append(order, "1") })
		return s.db.Transaction(ctx, func(ctx context.Context) error {
			s.db.AfterCommit(ctx, func(ctx context.Context) {
				order = append(order, "2")
				if err := s.store.Create(ctx, &sample{Key: "later"}); err != nil {
					t.Errorf("a write after the commit: %v", err)
				}
			})
			if len(order) > 0 {
				t.Error("ran before the commit")
			}
			return nil
		})
	})
	if err != nil || !reflect.DeepEqual(order, []string{"1", "2"}) {
		t.Errorf("order %v, %v", order, err)
	}
}
