// Package layout_test keeps the folders' import rules.
package layout_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/better-auth-go/better-auth/"

// rules say which of the project's folders a folder's files may import; tests
// may import more, but plugins' tests no internal packages either.
var rules = []struct {
	folder string
	may    []string
}{
	{"betterauth/plugintest", []string{"betterauth", "database", "internal/checkpoint", "internal/columnnames", "internal/input"}},
	{"betterauth", []string{"database", "internal"}},
	{"database/databasetest", []string{"database"}},
	{"database/sqlite", []string{"database"}},
	{"database/postgres", []string{"database"}},
	{"database", []string{"internal"}},
	{"plugins", []string{"betterauth", "database"}},
	{"adapters", []string{"betterauth", "database", "adapters/adaptertest", "plugins"}},
	{"internal", []string{"internal"}},
}

type source struct {
	path    string // slash separated, from the root
	file    *ast.File
	isTest  bool
	imports []string // of the project, without the module path
}

// sources are all Go files of the project.
func sources(t *testing.T) []source {
	t.Helper()
	all, err := read()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 50 {
		t.Fatalf("only %d files were found", len(all))
	}
	return all
}

// read parses the files once for all tests.
var read = sync.OnceValues(func() ([]source, error) {
	root := os.DirFS("../..")
	var out []source
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && path != ".") {
			return fs.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".go" {
			return nil
		}
		text, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ParseComments)
		if err != nil {
			return err
		}
		s := source{path: path, file: file, isTest: strings.HasSuffix(path, "_test.go")}
		for _, imp := range file.Imports {
			name, _ := strconv.Unquote(imp.Path.Value)
			if rest, ok := strings.CutPrefix(name, module); ok {
				s.imports = append(s.imports, rest)
			}
		}
		out = append(out, s)
		return nil
	})
	return out, err
})

func under(path, folder string) bool { return path == folder || strings.HasPrefix(path, folder+"/") }

func TestImports(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.isTest {
			continue
		}
		for _, rule := range rules {
			if !under(s.path, rule.folder) {
				continue
			}
			own := filepath.ToSlash(filepath.Dir(s.path))
			for _, imp := range s.imports {
				allowed := slices.ContainsFunc(rule.may, func(folder string) bool { return under(imp, folder) })
				if !allowed && !under(imp, own) && !under(own, imp) {
					t.Errorf("%s imports %s: a file of %s may import %s (rules, in internal/layout/layout_test.go)", s.path, imp, rule.folder, strings.Join(rule.may, ", "))
				}
			}
			break
		}
	}
}

// A program links the engine that it opens and no other, so what serves both
// names neither. Tests and what runs them open both.
func TestEnginesAreApart(t *testing.T) {
	t.Parallel()
	engines := []string{"database/sqlite", "database/postgres"}
	mayOpen := []string{"database/databasetest", "betterauth/plugintest", "adapters/adaptertest"}
	of := map[string]string{
		"modernc.org/sqlite": engines[0], "github.com/uptrace/bun/dialect/sqlitedialect": engines[0],
		"github.com/jackc/pgx": engines[1], "github.com/uptrace/bun/dialect/pgdialect": engines[1],
	}
	for _, s := range sources(t) {
		library := under(s.path, "betterauth") || under(s.path, "database") || under(s.path, "plugins") || under(s.path, "adapters") || under(s.path, "internal")
		opens := slices.ContainsFunc(mayOpen, func(folder string) bool { return under(s.path, folder) })
		if s.isTest || !library || opens {
			continue
		}
		for _, imp := range s.file.Imports {
			name, _ := strconv.Unquote(imp.Path.Value)
			for _, engine := range engines {
				if name == module+engine && !under(s.path, engine) {
					t.Errorf("%s imports %s, which the application chooses", s.path, name)
				}
			}
			for driver, engine := range of {
				if under(name, driver) && !under(s.path, engine) {
					t.Errorf("%s imports %s, which belongs to %s", s.path, name, engine)
				}
			}
		}
	}
}

// What plugins are made of is what everybody can use: not even their tests
// reach inside.
func TestPluginsUseThePublicContractOnly(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if !under(s.path, "plugins") && !under(s.path, "examples") {
			continue
		}
		for _, imp := range s.imports {
			if under(imp, "internal") {
				t.Errorf("%s imports %s: plugins and examples have what everybody has; see docs/plugins.md, or make what is missing part of the contract", s.path, imp)
			}
		}
	}
}

// A plugin knows another only as a peer behind an interface of its own.
func TestPluginsDoNotImportEachOther(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		parts := strings.Split(s.path, "/")
		if parts[0] != "plugins" || s.isTest {
			continue
		}
		for _, imp := range s.imports {
			if other := strings.Split(imp, "/"); other[0] == "plugins" && other[1] != parts[1] {
				t.Errorf("%s imports %s: declare an interface of what it needs, and name it in Manifest.Needs; see docs/plugins.md", s.path, imp)
			}
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		switch name := strings.TrimSuffix(s.file.Name.Name, "_test"); name {
		case "utils", "util", "common", "models", "types", "services", "helpers":
			t.Errorf("%s: package %s says nothing; name it after what it provides", s.path, name)
		}
	}
}

// No registration by import: two Auth values in one process share nothing.
func TestNoInit(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		for _, decl := range s.file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s has an init function: nothing is registered by import; pass it to a constructor", s.path)
			}
		}
	}
}

func TestTopLevel(t *testing.T) {
	t.Parallel()
	known := []string{
		"adapters", "benchmarks", "betterauth", "cmd", "conformance", "database", "docs", "examples", "findings", "internal", "plugins", "tools",
		"go.mod", "go.sum", "go.work", "go.work.sum", "LICENSE", "Makefile", "README.md", "CHANGELOG.md", "SECURITY.md", "CONTRIBUTING.md",
	}
	entries, err := os.ReadDir("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := e.Name()
		// What an example that was started here keeps, .gitignore ignores as well.
		kept := strings.HasSuffix(name, ".db") || strings.Contains(name, ".db-") || strings.HasSuffix(name, ".secret")
		if strings.HasPrefix(name, ".") || kept || slices.Contains(known, name) {
			continue
		}
		t.Errorf("%s has no place at the top level: move it into a folder, or add it to the list in internal/layout/layout_test.go", name)
	}
}
