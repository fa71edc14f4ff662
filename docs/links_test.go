package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	link       = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	inlineCode = regexp.MustCompile("`[^`\n]+`")
)

// Links within the repository lead to a file that exists, and to a heading in it.
func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	pages = append(pages, "../README.md", "../SECURITY.md", "../CONTRIBUTING.md", "../CHANGELOG.md",
		"../conformance/README.md", "../findings/README.md")
	found := 0
	for _, page := range pages {
		raw, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(inlineCode.ReplaceAllString(withoutBlocks(string(raw)), "code"), -1) {
			target, heading, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			found++
			path := page
			if target != "" {
				path = filepath.Join(filepath.Dir(page), filepath.FromSlash(target))
			}
			if !exists(path) {
				t.Errorf("%s: %s does not exist", page, m[1])
				continue
			}
			if heading != "" && !hasHeading(t, path, heading) {
				t.Errorf("%s: %s has no such heading", page, m[1])
			}
		}
	}
	if found < 100 {
		t.Errorf("only %d links were found", found)
	}
}

// Every finding is in the list of findings.
func TestFindingsAreListed(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../findings/README.md")
	if err != nil {
		t.Fatal(err)
	}
	scripts, err := filepath.Glob("../findings/*.sh")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no findings: %v", err)
	}
	for _, script := range scripts {
		if name := filepath.Base(script); !strings.Contains(string(raw), "| ["+name+"]("+name+") |") {
			t.Errorf("findings/README.md has no row for %s", name)
		}
	}
}

// withoutBlocks is a page without its blocks of code, whose brackets are no links.
func withoutBlocks(text string) string {
	var kept []string
	fenced := false
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
		} else if !fenced {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

var notInAnchors = regexp.MustCompile(`[^\p{L}\p{N} _-]`)

// hasHeading looks for a heading by the name that GitHub gives it.
func hasHeading(t *testing.T, path, anchor string) bool {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(withoutBlocks(string(raw)), "\n") {
		text := strings.TrimLeft(line, "#")
		if text == line {
			continue
		}
		name := notInAnchors.ReplaceAllString(strings.ToLower(strings.TrimSpace(text)), "")
		if strings.ReplaceAll(name, " ", "-") == anchor {
			return true
		}
	}
	return false
}
