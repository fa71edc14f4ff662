package cookie_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/internal/cookie"
)

// compare checks a list against what ParseAll reads of the same header.
func compare(t *testing.T, header string) {
	t.Helper()
	list := cookie.Read(header)
	first, repeated := cookie.ParseAll(header)
	names := []string{"", "a", "b", "session", "session.0", "se ssion"}
	for name := range first {
		names = append(names, name)
	}
	for _, name := range names {
		var want []string
		value, there := first[name]
		if there {
			want = append([]string{value}, repeated[name]...)
		}
		if got := slices.Collect(list.Values(name)); !slices.Equal(got, want) {
			t.Errorf("%q: %q is %q, want %q", header, name, got, want)
		}
		if got, ok := list.First(name); got != value || ok != there {
			t.Errorf("%q: the first %q is %q, %t, want %q, %t", header, name, got, ok, value, there)
		}
		values, parts := cookie.JoinAll(first, repeated, name)
		switch whole, how := list.Whole(name); how {
		case cookie.Absent:
			if len(values) > 0 || len(parts) > 0 || whole != "" {
				t.Errorf("%q: %q is absent, but %q in %q", header, name, values, parts)
			}
		case cookie.Single:
			if !slices.Equal(values, []string{whole}) || !slices.Equal(parts, []string{name}) {
				t.Errorf("%q: %q is %q, but %q in %q", header, name, whole, values, parts)
			}
		case cookie.Several:
			if whole != "" {
				t.Errorf("%q: %q is several and %q", header, name, whole)
			}
		}
	}
}

var headers = []string{
	"", ";", "=", "a", "a=", "=x", "a=1", "a=1; b=2", " a = 1 ;b=2", "a=1;a=2;a=3", `a="q"; b=""`, "a=%41; b=%zz", "session=x; session.0=y; session.1=z", "session.0=y; session.1=z",
	"session=; session.0=y", "session=x", "session=x; session=y", "session=x; sessions=y; session_=z", "session=x; session.extra=y", "session=", "a==;b=a=b", "session=x; se ssion=2",
	strings.Repeat("a=1;", 40), strings.Repeat("a=1;", 2999), strings.Repeat("a=1;", 3000), "session=x" + strings.Repeat(";", 2999), "session=x" + strings.Repeat(";", 3000),
}

func TestListFindsWhatParseAllFinds(t *testing.T) {
	t.Parallel()
	for _, header := range headers {
		compare(t, header)
	}
	if value, how := cookie.Read("a=1; session=x%20y; b=2").Whole("session"); value != "x y" || how != cookie.Single {
		t.Errorf("a single cookie is %q, %v", value, how)
	}
}

func FuzzList(f *testing.F) {
	for _, header := range headers {
		f.Add(header)
	}
	f.Fuzz(compare)
}

func TestListAllocatesForTheValueAlone(t *testing.T) {
	header := "other=1; session=abc.def%3D; more=" + strings.Repeat("x", 900)
	if n := testing.AllocsPerRun(100, func() {
		if value, ok := cookie.Read(header).First("session"); !ok || value != "abc.def=" {
			t.Error(value)
		}
	}); n > 1 {
		t.Errorf("%v allocations", n)
	}
}
