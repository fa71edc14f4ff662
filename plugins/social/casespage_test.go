package social_test

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

const casesPage = "../../docs/social-cases.md"

// The page says what the cases say; TestAttacks shows that each ends so.
func TestCasesPage(t *testing.T) {
	t.Parallel()
	rendered := renderCases(attacks())
	if *update {
		if err := os.WriteFile(casesPage, []byte(rendered), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got, err := os.ReadFile(casesPage); err != nil || string(got) != rendered {
		t.Errorf("docs/social-cases.md is out of date: run go test ./plugins/social -update (%v)", err)
	}
}

// Names are unique, every case has a source, and most are refused.
func TestCasesAreWellFormed(t *testing.T) {
	t.Parallel()
	seen, refused := map[string]bool{}, 0
	for _, a := range attacks() {
		id := a.group + "/" + a.name
		if seen[id] || a.source == "" || a.want == "" {
			t.Errorf("%s: twice, without a source, or without an end", id)
		}
		if seen[id] = true; !a.honest() {
			refused++
		}
	}
	if refused < 120 {
		t.Errorf("%d cases are refused", refused)
	}
}

func renderCases(all []attack) string {
	slices.SortStableFunc(all, func(a, b attack) int {
		return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.name, b.name))
	})
	refused := 0
	for _, a := range all {
		if !a.honest() {
			refused++
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# Sign-in at providers: what is turned away\n\n<!-- Generated: go test ./plugins/social -update -->\n\n")
	fmt.Fprintf(&b, "%d cases are played against the real handlers, with a provider that answers as each case says: %d that must be turned away, and %d that must succeed although many look\n", len(all), refused, len(all)-refused)
	b.WriteString("wrong. Every case runs on SQLite and PostgreSQL; after a refusal the rows of users, sessions and accounts are compared with those before. None may be let in, none wrongly refused, and no case\n")
	b.WriteString("ends in a failure of the server, but for those in which the provider itself cannot be reached: before a flow begins, or for its keys when a native client sends a token. They are 503 `PROVIDER_UNAVAILABLE`, since nothing the client sent is wrong. `go test ./plugins/social -run Attacks` plays them.\n\n")
	b.WriteString("*Ends with* is the code of the answer, or the parameter `error` of the page to which the browser is led.\n")
	group := ""
	for _, a := range all {
		if a.group != group {
			group = a.group
			fmt.Fprintf(&b, "\n## %s\n\n| case | ends with | source |\n|---|---|---|\n", strings.ToUpper(group[:1])+group[1:])
		}
		end := "`" + strings.NewReplacer("\n", "\\n", "\r", "\\r", "|", "\\|").Replace(a.want) + "`"
		if a.honest() {
			end = a.want
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", cell(a.name), end, cell(a.source))
	}
	return b.String()
}

// cell is a text for a table: what Markdown would read is escaped.
func cell(text string) string {
	return strings.NewReplacer("|", "\\|", "<", "&lt;", "\t", "\\t", "\n", "\\n", "\r", "\\r", "\\", "\\\\", "*", "\\*", "_", "\\_", "`", "'", "[", "\\[").Replace(text)
}
