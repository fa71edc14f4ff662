package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var quoted = regexp.MustCompile("`([^`]+)`")

// What the glossary says that a word is called, or where it lives, exists: a name
// of package betterauth, one of another package with that, or a path from the
// root or from betterauth.
func TestGlossaryNamesExist(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("glossary.md")
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]bool{}
	declare(t, declared, "../betterauth", "")
	declare(t, declared, "../database", "database.")
	declare(t, declared, "../betterauth/plugintest", "plugintest.")
	found := 0
	for n, line := range strings.Split(string(raw), "\n") {
		if !strings.HasPrefix(line, "|") {
			continue
		}
		columns := strings.Split(line, "|")
		for _, m := range quoted.FindAllStringSubmatch(columns[len(columns)-2], -1) {
			found++
			if !declared[m[1]] && !exists("../"+m[1]) && !exists("../betterauth/"+m[1]) {
				t.Errorf("glossary.md:%d: %s is neither a name nor a file", n+1, m[1])
			}
		}
	}
	if found < 50 {
		t.Errorf("only %d names were found", found)
	}
}

// Every folder of code is on the page on architecture, and every folder on the page
// exists.
func TestArchitectureNamesTheFolders(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, line := range strings.Split(string(raw), "\n") {
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		first, _, _ := strings.Cut(line[1:], "|")
		for _, m := range quoted.FindAllStringSubmatch(first, -1) {
			folder := strings.TrimSuffix(m[1], "/")
			named[folder] = true
			named[filepath.ToSlash(filepath.Dir(folder))] = true
			if !exists("../" + folder) {
				t.Errorf("architecture.md names %s, which does not exist", folder)
			}
		}
	}
	top, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	var folders []string
	for _, entry := range top {
		if entry.IsDir() && entry.Name() != ".git" && entry.Name() != "bin" {
			folders = append(folders, entry.Name())
		}
	}
	for _, parent := range []string{"internal", "adapters"} {
		entries, err := os.ReadDir("../" + parent)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			folders = append(folders, parent+"/"+entry.Name())
		}
	}
	for _, folder := range folders {
		if !named[folder] {
			t.Errorf("architecture.md does not say what lives in %s", folder)
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(filepath.FromSlash(path))
	return err == nil
}

// declare collects the exported names of a package: its own, and those of methods
// and fields after their type.
func declare(t *testing.T, into map[string]bool, folder, prefix string) {
	t.Helper()
	files, err := fs.Glob(os.DirFS(folder), "*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in %s: %v", folder, err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(folder, name), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			for _, found := range declaredBy(decl) {
				into[prefix+found] = true
			}
		}
	}
}

func declaredBy(decl ast.Decl) (names []string) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			return []string{d.Name.Name}
		}
		return []string{receiver(d.Recv.List[0].Type) + "." + d.Name.Name}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.ValueSpec:
				for _, name := range s.Names {
					names = append(names, name.Name)
				}
			case *ast.TypeSpec:
				names = append(names, s.Name.Name)
				if fields, ok := s.Type.(*ast.StructType); ok {
					for _, field := range fields.Fields.List {
						for _, name := range field.Names {
							names = append(names, s.Name.Name+"."+name.Name)
						}
					}
				}
			}
		}
	}
	return names
}

// receiver is the name of a method's type.
func receiver(expr ast.Expr) string {
	switch e := expr.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}
