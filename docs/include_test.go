package docs_test

import (
	"context"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write included code into the pages")

// include is a comment before a block that says where its code is from: a file,
// and a declaration in it or all of it.
var include = regexp.MustCompile("<!-- include (\\S+)(?: (\\S+))? -->\n```go\n((?s:.*?))```\n")

// Included blocks are what is in the source, to the byte.
func TestIncludedCodeIsTheSource(t *testing.T) {
	pages, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, page := range pages {
		raw, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		text := include.ReplaceAllStringFunc(string(raw), func(block string) string {
			found++
			m := include.FindStringSubmatch(block)
			code, err := source(m[1], m[2])
			if err != nil {
				t.Error(err)
				return block
			}
			return strings.Replace(block, "```go\n"+m[3], "```go\n"+code, 1)
		})
		if text == string(raw) {
			continue
		}
		if !*update {
			t.Errorf("%s shows other code than the source; run go test ./docs -update", page)
			continue
		}
		if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if found < 2 {
		t.Errorf("only %d included blocks were found", found)
	}
}

// source is a file, or the function or method in it by this name, with its
// comment.
func source(path, name string) (string, error) {
	raw, err := os.ReadFile(path)
	if err != nil || name == "" {
		return string(raw), err
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, raw, parser.ParseComments)
	if err != nil {
		return "", err
	}
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Name.Name != name {
			continue
		}
		from := f.Pos()
		if f.Doc != nil {
			from = f.Doc.Pos()
		}
		return string(raw[fset.Position(from).Offset:fset.Position(f.End()).Offset]) + "\n", nil
	}
	return "", fmt.Errorf("%s has no function %s", path, name)
}

// The plugin that the page on plugins begins with is as short as it says, and
// its test runs: here, as whoever copies both would run it.
func TestIncludedTestsPass(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles and runs another module's tests; run it without -short")
	}
	raw, err := os.ReadFile("plugins.md")
	if err != nil {
		t.Fatal(err)
	}
	most := map[string]int{"notes.go": 60, "notes_test.go": 15}
	for _, m := range include.FindAllStringSubmatch(string(raw), -1) {
		if lines, limit := strings.Count(m[3], "\n"), most[filepath.Base(m[1])]; limit > 0 && lines >= limit {
			t.Errorf("%s has %d lines, which is not under %d", m[1], lines, limit)
		}
		delete(most, filepath.Base(m[1]))
		if !strings.HasSuffix(m[1], "_test.go") {
			continue
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		run := exec.CommandContext(ctx, "go", "test", "-count=1", "-v", ".")
		run.Dir = filepath.Dir(m[1])
		run.Env = append(os.Environ(), "GOWORK=off")
		out, err := run.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", m[1], err, out)
		}
		if !strings.Contains(string(out), "--- PASS: TestContract/ownership/sqlite") {
			t.Errorf("%s proved nothing:\n%s", m[1], out)
		}
	}
	for name := range most {
		t.Errorf("%s is not on the page", name)
	}
}
