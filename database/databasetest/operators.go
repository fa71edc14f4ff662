package databasetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/database"
)

// texts are in the order of their code points, which no locale has.
var texts = []string{"", "!", "%", "*?[", "0", "10", "9", "A", "Ab", "B", "Z", `\`, "_", "a", "a b", "aB", "ab", "ab\n", "ab%", "b", "z", "É", "ß", "é", "ﬀ", "\U0001F600"}

// Each operator means one thing, whatever the engine makes of it by itself.
func testOperators(t *testing.T, s *suite) {
	shuffled := slices.Clone(texts)
	slices.Reverse(shuffled)
	for i, text := range shuffled {
		row := &sample{Key: fmt.Sprint(i), Text: text, TextN: &text}
		if err := s.store.Create(t.Context(), row); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.store.Create(t.Context(), &sample{Key: "null", Text: "~null"}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		where database.Cond
		want  []string
	}{
		"eq":                {database.Eq("textN", "ab"), []string{"ab"}},
		"eq accent":         {database.Eq("textN", "É"), []string{"É"}},
		"eq empty":          {database.Eq("textN", ""), []string{""}},
		"ne":                {database.And(database.Ne("textN", "ab"), database.StartsWith("textN", "ab")), []string{"ab%", "ab\n"}},
		"in":                {database.In("textN", "AB", "ab", "É"), []string{"ab", "É"}},
		"in none":           {database.In("textN"), nil},
		"not in":            {database.And(database.NotIn("textN", "ab", "B"), database.Gte("textN", "ab"), database.Lt("textN", "b")), []string{"ab%", "ab\n"}},
		"not in none":       {database.And(database.NotIn("textN"), database.Lt("textN", "!")), []string{""}},
		"lt":                {database.Lt("textN", "A"), []string{"", "!", "%", "*?[", "0", "10", "9"}},
		"lte":               {database.And(database.Lte("textN", "a"), database.Gt("textN", "Z")), []string{`\`, "_", "a"}},
		"gt":                {database.Gt("textN", "z"), []string{"É", "ß", "é", "ﬀ", "\U0001F600"}},
		"gte":               {database.Gte("textN", "ß"), []string{"ß", "é", "ﬀ", "\U0001F600"}},
		"contains":          {database.Contains("textN", "b"), []string{"a b", "ab", "ab%", "ab\n", "Ab", "b"}},
		"contains nothing":  {database.And(database.Contains("textN", ""), database.Lt("textN", "%")), []string{"", "!"}},
		"contains %":        {database.Contains("textN", "%"), []string{"%", "ab%"}},
		"contains _":        {database.Contains("textN", "_"), []string{"_"}},
		`contains \`:        {database.Contains("textN", `\`), []string{`\`}},
		"contains *":        {database.Contains("textN", "*"), []string{"*?["}},
		"contains ?[":       {database.Contains("textN", "?["), []string{"*?["}},
		"starts":            {database.StartsWith("textN", "a"), []string{"a", "a b", "aB", "ab", "ab%", "ab\n"}},
		"starts accent":     {database.StartsWith("textN", "é"), []string{"é"}},
		"ends":              {database.EndsWith("textN", "B"), []string{"B", "aB"}},
		"ends with newline": {database.EndsWith("textN", "\n"), []string{"ab\n"}},
		"contains, fold":    {database.ContainsFold("textN", "B"), []string{"Ab", "B", "a b", "aB", "ab", "ab%", "ab\n", "b"}},
		"contains %, fold":  {database.ContainsFold("textN", "B%"), []string{"ab%"}},
		"starts, fold":      {database.StartsWithFold("textN", "aB"), []string{"Ab", "aB", "ab", "ab%", "ab\n"}},
		"ends, fold":        {database.EndsWithFold("textN", "aB"), []string{"Ab", "aB", "ab"}},
		"accents, fold":     {database.ContainsFold("textN", "É"), []string{"É"}},
		"ligatures, fold":   {database.ContainsFold("textN", "FF"), nil},
		"null":              {database.IsNull("textN"), []string{"<nil>"}},
	} {
		got := listed(t, s, database.Query{Where: []database.Cond{c.where}})
		want := slices.Clone(c.want)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	up := append([]string{"<nil>"}, texts...)
	if got := listed(t, s, database.Query{Order: []database.Order{{Column: "textN"}}}); !slices.Equal(got, up) {
		t.Errorf("sorted %q, want %q", got, up)
	}
	slices.Reverse(up)
	if got := listed(t, s, database.Query{Order: []database.Order{{Column: "textN", Desc: true}}}); !slices.Equal(got, up) {
		t.Errorf("sorted downwards %q, want %q", got, up)
	}
	for _, column := range []string{"json", "strings", "numbers"} {
		if _, err := s.store.List(t.Context(), database.Query{Order: []database.Order{{Column: column}}}); err == nil {
			t.Errorf("sorted by %s, which has no order", column)
		}
	}
}

func listed(t *testing.T, s *suite, q database.Query) (out []string) {
	t.Helper()
	rows, err := s.store.List(t.Context(), q)
	if err != nil {
		t.Error(err)
	}
	for _, row := range rows {
		if row.TextN == nil {
			out = append(out, "<nil>")
		} else {
			out = append(out, *row.TextN)
		}
	}
	return out
}

// NULL comes first, and last downwards, in columns of every type.
func testNullOrder(t *testing.T, s *suite) {
	for _, row := range []*sample{
		{Key: "some", NumberN: ptr(int64(-1)), BigN: ptr(int64(-1)), FlagN: ptr(false), DateN: ptr(time.Unix(0, 0)), TextN: ptr("")},
		{Key: "none"},
	} {
		if err := s.store.Create(t.Context(), row); err != nil {
			t.Fatal(err)
		}
	}
	for _, column := range []string{"textN", "numberN", "bigN", "flagN", "dateN", "addedText", "addedDate"} {
		for _, desc := range []bool{false, true} {
			rows, err := s.store.List(t.Context(), database.Query{Order: []database.Order{{Column: column, Desc: desc}, {Column: "key"}}})
			want := "none"
			if desc {
				want = "some"
			}
			if column == "addedText" || column == "addedDate" {
				want = "none" // both are NULL, so the key decides
			}
			if err != nil || len(rows) != 2 || rows[0].Key != want {
				t.Errorf("%s, desc %v: %v, %v; want %s first", column, desc, rows, err, want)
			}
		}
	}
}

// Rows made in one millisecond are listed in the order they were made, and their
// dates stay whole milliseconds.
func testAges(t *testing.T, s *suite) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.UTC)
	const n = 60
	want := make([]string, n)
	for i := range want {
		row := &sample{Key: fmt.Sprint(i), Created: at}
		if i%20 == 19 {
			at = at.Add(time.Millisecond)
		}
		if err := s.store.Create(t.Context(), row); err != nil {
			t.Fatal(err)
		}
		want[i] = row.Key
	}
	if _, err := s.store.Update(t.Context(), database.Set{"text": "changed"}, database.In("key", "3", "30")); err != nil {
		t.Fatal(err)
	}
	for _, desc := range []bool{false, true} {
		rows, err := s.store.List(t.Context(), database.Query{Order: []database.Order{{Column: "created", Desc: desc}, {Column: "id"}}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, row := range rows {
			got = append(got, row.Key)
		}
		if !slices.Equal(got, want) {
			t.Errorf("desc %v: listed %v, want %v", desc, got, want)
		}
		slices.Reverse(want)
	}
	first, second := at.Add(-3*time.Millisecond), at.Add(-2*time.Millisecond)
	for name, c := range map[string]struct {
		where database.Cond
		want  int
	}{
		"eq":     {database.Eq("created", first), 20},
		"ne":     {database.Ne("created", first), 40},
		"in":     {database.In("created", first, second), 40},
		"not in": {database.NotIn("created", first, second), 20},
		"lt":     {database.Lt("created", second), 20},
		"lte":    {database.Lte("created", second), 40},
		"gt":     {database.Gt("created", first), 40},
		"gte":    {database.Gte("created", second), 40},
	} {
		if n, err := s.store.Count(t.Context(), c.where); n != c.want || err != nil {
			t.Errorf("%s: %d rows, %v; want %d", name, n, err, c.want)
		}
	}
	row, err := s.store.Get(t.Context(), database.Eq("key", "1"))
	if err != nil || !row.Created.Equal(first) {
		t.Errorf("made at %v, %v; want %v", row, err, first)
	}
}
