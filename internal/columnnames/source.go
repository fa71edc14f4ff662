package columnnames

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// source is a package as it is written: nothing is type-checked, so that what it
// imports need not be there.
type source struct {
	set   *token.FileSet
	name  string
	files []*ast.File
	// constants are those of the package that are text.
	constants map[string]string
	// stores are the rows of the stores that fields, parameters and variables of a
	// name hold.
	stores map[string][]string
}

func read(dir string) (*source, error) {
	s := &source{set: token.NewFileSet(), constants: map[string]string{}, stores: map[string][]string{}}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if filepath.Ext(e.Name()) != ".go" || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(s.set, filepath.Join(dir, e.Name()), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		s.name = file.Name.Name
		s.files = append(s.files, file)
	}
	for _, file := range s.files {
		s.declarations(file)
	}
	return s, nil
}

// declarations notes the constants and the stores that a file declares.
func (s *source) declarations(file *ast.File) {
	imports := importsOf(file)
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			for _, name := range n.Names {
				s.store(imports, name, n.Type)
			}
		case *ast.ValueSpec:
			for i, name := range n.Names {
				s.store(imports, name, n.Type)
				if i < len(n.Values) {
					s.constant(name, n.Values[i])
				}
			}
		}
		return true
	})
}

func (s *source) constant(name *ast.Ident, value ast.Expr) {
	if text, ok := literal(value); ok {
		s.constants[name.Name] = text
	}
}

// store notes that a name holds a store, if its type says so.
func (s *source) store(imports map[string]string, name *ast.Ident, typ ast.Expr) {
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	generic, ok := typ.(*ast.IndexExpr)
	if !ok || !isDatabase(imports, generic.X, "Store") {
		return
	}
	if row := s.row(imports, generic.Index); !slices.Contains(s.stores[name.Name], row) {
		s.stores[name.Name] = append(s.stores[name.Name], row)
	}
}

// row is a type as reflect.Type.String has it.
func (s *source) row(imports map[string]string, typ ast.Expr) string {
	switch t := typ.(type) {
	case *ast.StarExpr:
		return s.row(imports, t.X)
	case *ast.Ident:
		return s.name + "." + t.Name
	case *ast.SelectorExpr:
		if x, ok := t.X.(*ast.Ident); ok {
			return path.Base(imports[x.Name]) + "." + t.Sel.Name
		}
	}
	return ""
}

// text is an expression that is text, written here or as a constant.
func (s *source) text(e ast.Expr) (string, bool) {
	if name, ok := e.(*ast.Ident); ok {
		text, ok := s.constants[name.Name]
		return text, ok
	}
	return literal(e)
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

// importsOf are the paths of a file's imports, by the name they have in it.
func importsOf(file *ast.File) map[string]string {
	out := map[string]string{}
	for _, spec := range file.Imports {
		at, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		name := path.Base(at)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		out[name] = at
	}
	return out
}

const module = "github.com/better-auth-go/better-auth/"

// isDatabase reports whether an expression is this name of package database.
func isDatabase(imports map[string]string, e ast.Expr, name string) bool {
	got, ok := nameIn(imports, e, module+"database")
	return ok && got == name
}

// nameIn is the name that an expression is of a package.
func nameIn(imports map[string]string, e ast.Expr, pkg string) (string, bool) {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return "", false
	}
	x, ok := sel.X.(*ast.Ident)
	return sel.Sel.Name, ok && imports[x.Name] == pkg
}
