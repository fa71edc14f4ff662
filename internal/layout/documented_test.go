package layout_test

import (
	"go/ast"
	"go/token"
	"strings"
	"testing"
)

// What is exported is what people read about: each type, function, method,
// constant and variable says what it is, and so does each setting. The comment of
// another struct, or of an interface, speaks for its members.
func TestExportsAreDocumented(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.isTest || s.file.Name.Name == "main" || under(s.path, "internal") || under(s.path, "benchmarks") || under(s.path, "conformance") {
			continue
		}
		for _, name := range undocumented(s.file) {
			t.Errorf("%s: %s has no doc comment: say what it is, its default, its unit, its errors and whether goroutines may share it", s.path, name)
		}
	}
}

// undocumented names the exports without a comment.
func undocumented(file *ast.File) (names []string) {
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if owner := receiver(d); d.Name.IsExported() && d.Doc == nil && (owner == "" || ast.IsExported(owner)) {
				names = append(names, strings.TrimPrefix(owner+"."+d.Name.Name, "."))
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				names = append(names, undocumentedSpec(d, spec)...)
			}
		}
	}
	return names
}

func undocumentedSpec(d *ast.GenDecl, spec ast.Spec) (names []string) {
	switch s := spec.(type) {
	case *ast.ValueSpec:
		// The comment of a group speaks for what is in it.
		if d.Doc != nil || s.Doc != nil || s.Comment != nil {
			return nil
		}
		for _, name := range s.Names {
			if name.IsExported() {
				names = append(names, name.Name)
			}
		}
	case *ast.TypeSpec:
		if !s.Name.IsExported() {
			return nil
		}
		if s.Doc == nil && s.Comment == nil && (d.Doc == nil || len(d.Specs) > 1) {
			names = append(names, s.Name.Name)
		}
		fields, ok := s.Type.(*ast.StructType)
		if !ok || !isSettings(s.Name.Name) {
			return names
		}
		for _, field := range fields.Fields.List {
			for _, name := range field.Names {
				if name.IsExported() && field.Doc == nil && field.Comment == nil {
					names = append(names, s.Name.Name+"."+name.Name)
				}
			}
		}
	}
	return names
}

// isSettings tells whether each field of such a struct has a default to speak of.
func isSettings(name string) bool {
	return strings.HasSuffix(name, "Config") || name == "Options" || name == "Manifest"
}

// receiver is the name of the type that a method belongs to, "" for a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	expr := d.Recv.List[0].Type
	for {
		switch e := expr.(type) {
		case *ast.StarExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.IndexListExpr:
			expr = e.X
		case *ast.Ident:
			return e.Name
		default:
			return token.ILLEGAL.String()
		}
	}
}
