package betterauth_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

// mostForApplications is how many names somebody may have to look through who only
// embeds sign-in.
const mostForApplications = 60

// Every exported name of the package is in one of the two lists of doc.go, and what
// applications have to know stays little.
func TestNamesAreListedByAudience(t *testing.T) {
	t.Parallel()
	const (
		applications = "Names for applications"
		authors      = "Names for plugin authors"
		where        = `the lists are at the end of the package comment in betterauth/doc.go: under "` + applications +
			`" is what a program needs that has no plugin of its own, under "` + authors + `" is everything else`
	)
	lists := map[string]map[string]bool{applications: {}, authors: {}}
	exported := map[string]bool{}
	comment := ""
	for _, file := range sourceFiles(t) {
		if file.Doc != nil {
			comment += file.Doc.Text()
		}
		for _, name := range exportedNames(file) {
			exported[name] = true
		}
	}
	link := regexp.MustCompile(`\[(\w+)\]`)
	for _, section := range strings.Split(comment, "\n# ")[1:] {
		title, text, _ := strings.Cut(section, "\n")
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			switch list := lists[title]; {
			case list == nil:
			case list[m[1]]:
				t.Errorf("%s is twice under %q; %s", m[1], title, where)
			case !exported[m[1]]:
				t.Errorf("%s is listed and no exported name of the package; %s", m[1], where)
			default:
				list[m[1]] = true
			}
		}
	}
	for name := range exported {
		if lists[applications][name] == lists[authors][name] {
			t.Errorf("%s has to be in exactly one list; %s", name, where)
		}
	}
	if n := len(lists[applications]); n == 0 || n >= mostForApplications {
		t.Errorf("applications have %d names to know, which has to be under %d: look for what only plugins need, for constants that can be a bool or a word, "+
			"and for types that can be part of another; %s", n, mostForApplications, where)
	}
}

// sourceFiles are those of the package, without its tests.
func sourceFiles(t *testing.T) (files []*ast.File) {
	t.Helper()
	names, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	if len(files) < 20 {
		t.Fatalf("only %d files were found", len(files))
	}
	return files
}

// exportedNames are those that a file declares on package level.
func exportedNames(file *ast.File) (names []string) {
	add := func(id *ast.Ident) {
		if id.IsExported() {
			names = append(names, id.Name)
		}
	}
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				add(d.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					add(s.Name)
				case *ast.ValueSpec:
					for _, id := range s.Names {
						add(id)
					}
				}
			}
		}
	}
	return names
}
