package columnnames_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/internal/columnnames"
)

var tables = []columnnames.Table{
	{Name: "note", Row: "sample.Note", Columns: []string{"id", "text", "userId"}},
	{Name: "user", Row: "betterauth.User", Columns: []string{"id", "name", "email", "emailVerified", "createdAt", "plan", "lockedUntil"}},
	{Name: "session", Row: "betterauth.Session", Columns: []string{"id", "token", "channel"}},
}

// sample is the folder of a package of testdata/sample.go.txt.
func sample(t *testing.T) (dir string, lines []string) {
	t.Helper()
	text, err := os.ReadFile("testdata/sample.go.txt")
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	for name, text := range map[string]string{"sample.go": string(text), "sample_test.go": "package sample_test\n\nthis is not read"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir, strings.Split(string(text), "\n")
}

// The sample says by comments which names are wrong, and nothing else is found.
func TestCheck(t *testing.T) {
	t.Parallel()
	dir, lines := sample(t)
	var want []string
	comment := regexp.MustCompile(`// ([\w-]+(, [\w-]+)*)$`)
	for n, line := range lines {
		if m := comment.FindStringSubmatch(line); m != nil {
			for _, name := range strings.Split(m[1], ", ") {
				want = append(want, "sample.go:"+strconv.Itoa(n+1)+" "+name)
			}
		}
	}
	findings, names, err := columnnames.Check(dir, tables)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range findings {
		got = append(got, f.At+" "+f.Name)
	}
	slices.Sort(got)
	slices.Sort(want)
	if len(want) < 16 || !slices.Equal(got, want) {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if right := 15; names != len(want)+right {
		t.Errorf("%d names, of which %d are wrong; %d are right", names, len(want), right)
	}
	if _, _, err := columnnames.Check("testdata/nothing", tables); err == nil {
		t.Error("a folder that is not there was read")
	}
}

func TestFindingSaysWhatIsNearest(t *testing.T) {
	t.Parallel()
	dir, _ := sample(t)
	findings, _, err := columnnames.Check(dir, tables)
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	for _, f := range findings {
		said[f.Name] = f.String()
	}
	for name, want := range map[string]string{
		"userID":       `table note has no column "userID"; the nearest is "userId"`,
		"emailVerifed": `table user has no column "emailVerifed"; the nearest is "emailVerified"`,
		"lockedUntill": `none of the tables note, user, session has a column "lockedUntill"; the nearest is "lockedUntil"`,
	} {
		if !strings.HasSuffix(said[name], want) {
			t.Errorf("%s: %s", name, said[name])
		}
	}
}

// The core names its own columns, which no contract test reads.
func TestCore(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{Config: betterauth.Config{RateLimit: betterauth.RateLimitConfig{Storage: betterauth.RateLimitDatabase}}})
	var core []columnnames.Table
	for name, row := range map[string]string{"user": "User", "session": "Session", "account": "Account", "verification": "Verification", "rateLimit": "rateRow"} {
		columns := []string{"id"}
		for _, c := range kit.Host.Columns(name) {
			columns = append(columns, c.Name)
		}
		core = append(core, columnnames.Table{Name: name, Row: "betterauth." + row, Columns: columns})
	}
	findings, names, err := columnnames.Check("../../betterauth", core)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		t.Error(f)
	}
	if names < 50 {
		t.Errorf("only %d names were found", names)
	}
}
