package docs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every row of a table has as many cells as its head: a row that was written for
// another form of the table would show its cells under the wrong names.
func TestRowsFitTheirTables(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	for _, page := range append(pages, "../README.md", "../SECURITY.md", "../CONTRIBUTING.md", "../CHANGELOG.md",
		"../conformance/README.md", "../findings/README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		fenced, head := false, 0
		for n, line := range strings.Split(string(text), "\n") {
			if strings.HasPrefix(strings.TrimSpace(line), "```") {
				fenced = !fenced
			}
			if fenced || !strings.HasPrefix(line, "|") {
				head = 0
				continue
			}
			got := cells(line)
			if head == 0 {
				head = got
			}
			if got != head {
				t.Errorf("%s:%d has %d cells, its table's head %d: %s", page, n+1, got, head, line)
			}
		}
	}
}

// cells counts those of a line that begins and ends with "|".
func cells(line string) int {
	return strings.Count(line, "|") - strings.Count(line, `\|`) - 1
}
