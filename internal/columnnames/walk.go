package columnnames

import (
	"fmt"
	"go/ast"
	"path/filepath"
	"slices"
)

// conditions are the functions of package database whose first argument is a column.
var conditions = []string{
	"Eq", "Ne", "Lt", "Lte", "Gt", "Gte", "In", "NotIn", "IsNull", "NotNull",
	"Contains", "StartsWith", "EndsWith", "ContainsFold", "StartsWithFold", "EndsWithFold",
}

// statements are the methods of a store that take conditions.
var statements = []string{"Get", "GetLocked", "List", "Count", "Exists", "Update", "UpdateOne", "Delete", "Take", "TakeAll"}

const sessionRow = "betterauth.Session"

// walker looks for names in one file after the other.
type walker struct {
	*source
	tables   []Table
	imports  map[string]string
	scope    *scope
	names    int
	findings []Finding
}

// scope is what is known inside a function of its variables.
type scope struct {
	// rows are those whose store is given a variable.
	rows map[string][]string
	// sets are the variables that are a database.Set.
	sets map[string]bool
}

func (w *walker) file(file *ast.File) {
	w.imports = importsOf(file)
	for _, decl := range file.Decls {
		w.scope = &scope{rows: map[string][]string{}, sets: map[string]bool{}}
		ast.Inspect(decl, w.learn)
		w.walk(decl, nil)
	}
}

// learn notes what variables are for. It is over before names are looked at, since a
// condition is made before a store is given it.
func (w *walker) learn(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.CallExpr:
		if rows := w.storeOf(n); rows != nil && len(n.Args) > 1 {
			for _, arg := range n.Args[1:] { // after the context
				w.given(arg, rows)
			}
		}
	case *ast.FuncType:
		w.parameters(n)
	case *ast.AssignStmt:
		for i, to := range n.Lhs {
			name, ok := to.(*ast.Ident)
			if !ok || i >= len(n.Rhs) {
				continue
			}
			if lit, ok := n.Rhs[i].(*ast.CompositeLit); ok && w.isSet(lit.Type) {
				w.scope.sets[name.Name] = true
			}
		}
	}
	return true
}

// condition is the column that a call makes a condition on.
func (w *walker) condition(call *ast.CallExpr) (column ast.Expr, ok bool) {
	name, ok := nameIn(w.imports, call.Fun, module+"database")
	if !ok || !slices.Contains(conditions, name) || len(call.Args) == 0 {
		return nil, false
	}
	return call.Args[0], true
}

// storeOf are the rows of the store that a call is a statement of, nil for any other.
func (w *walker) storeOf(call *ast.CallExpr) []string {
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !slices.Contains(statements, method.Sel.Name) {
		return nil
	}
	switch x := method.X.(type) {
	case *ast.Ident:
		return w.stores[x.Name]
	case *ast.SelectorExpr:
		return w.stores[x.Sel.Name]
	}
	return nil
}

// given notes the conditions and sets among the variables that an argument of a
// statement is made of, and not the values that they compare with.
func (w *walker) given(arg ast.Expr, rows []string) {
	ast.Inspect(arg, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit, *ast.SelectorExpr:
			return false
		case *ast.CallExpr:
			_, ok := w.condition(n)
			return !ok
		case *ast.Ident:
			w.scope.rows[n.Name] = append(w.scope.rows[n.Name], rows...)
		}
		return true
	})
}

// parameters notes the sets among them: that of a hook is about the row beside it.
func (w *walker) parameters(f *ast.FuncType) {
	row := ""
	for _, p := range f.Params.List {
		if _, pointer := p.Type.(*ast.StarExpr); pointer {
			if typ := w.row(w.imports, p.Type); slices.ContainsFunc(w.tables, func(t Table) bool { return t.Row == typ }) {
				row = typ
			}
		}
	}
	for _, p := range f.Params.List {
		for _, name := range p.Names {
			if !w.isSet(p.Type) {
				continue
			}
			if w.scope.sets[name.Name] = true; row != "" {
				w.scope.rows[name.Name] = append(w.scope.rows[name.Name], row)
			}
		}
	}
}

func (w *walker) isSet(typ ast.Expr) bool { return isDatabase(w.imports, typ, "Set") }

// walk looks at what is under n, where rows are those that names are about.
func (w *walker) walk(n ast.Node, rows []string) {
	ast.Inspect(n, func(at ast.Node) bool {
		switch at := at.(type) {
		case *ast.CallExpr:
			return w.call(at, rows)
		case *ast.CompositeLit:
			w.composite(at, rows)
			return false
		case *ast.AssignStmt:
			return w.assignment(at, rows)
		case *ast.IndexExpr:
			if x, ok := at.X.(*ast.Ident); ok && w.scope.sets[x.Name] {
				w.name(at.Index, w.scope.rows[x.Name])
			}
		}
		return true
	})
}

// call is false where it has looked at all that is in a call.
func (w *walker) call(call *ast.CallExpr, rows []string) bool {
	if of := w.storeOf(call); of != nil {
		for _, arg := range call.Args {
			w.walk(arg, of)
		}
		w.walk(call.Fun, nil)
		return false
	}
	if len(call.Args) == 0 {
		return true
	}
	if column, ok := w.condition(call); ok {
		w.name(column, rows)
	}
	if fun, ok := call.Fun.(*ast.Ident); ok && fun.Name == "delete" && len(call.Args) == 2 {
		if set, ok := call.Args[0].(*ast.Ident); ok && w.scope.sets[set.Name] {
			w.name(call.Args[1], w.scope.rows[set.Name])
		}
	}
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return true
	}
	if x, ok := method.X.(*ast.SelectorExpr); ok && x.Sel.Name == "Extra" {
		w.name(call.Args[0], nil)
	}
	if name, ok := nameIn(w.imports, call.Fun, "slices"); ok && name == "Contains" && len(call.Args) == 2 {
		if x, ok := call.Args[0].(*ast.SelectorExpr); ok && x.Sel.Name == "Columns" {
			w.name(call.Args[1], nil)
		}
	}
	return true
}

func (w *walker) composite(lit *ast.CompositeLit, rows []string) {
	typ := lit.Type
	if list, ok := typ.(*ast.ArrayType); ok && isDatabase(w.imports, list.Elt, "Order") {
		for _, e := range lit.Elts {
			if order, ok := e.(*ast.CompositeLit); ok {
				w.order(order, rows)
			} else {
				w.walk(e, rows)
			}
		}
		return
	}
	if isDatabase(w.imports, typ, "Order") {
		w.order(lit, rows)
		return
	}
	for _, e := range lit.Elts {
		pair, ok := e.(*ast.KeyValueExpr)
		if !ok {
			w.walk(e, rows)
			continue
		}
		if w.isSet(typ) {
			w.name(pair.Key, rows)
		}
		if sets, ok := nameOf(pair, "Columns"); ok && w.isSet(sets.Type) {
			w.walk(sets, []string{sessionRow}) // those that a sign-in sets
		} else {
			w.walk(pair.Value, rows)
		}
	}
}

// nameOf is the composite literal that a member is set to.
func nameOf(pair *ast.KeyValueExpr, member string) (*ast.CompositeLit, bool) {
	key, ok := pair.Key.(*ast.Ident)
	if !ok || key.Name != member {
		return nil, false
	}
	lit, ok := pair.Value.(*ast.CompositeLit)
	return lit, ok
}

func (w *walker) order(lit *ast.CompositeLit, rows []string) {
	for i, e := range lit.Elts {
		if pair, ok := e.(*ast.KeyValueExpr); !ok && i == 0 {
			w.name(e, rows)
		} else if ok && fmt.Sprint(pair.Key) == "Column" {
			w.name(pair.Value, rows)
		}
	}
}

// assignment looks at what a variable is given with the rows that it is for.
func (w *walker) assignment(a *ast.AssignStmt, rows []string) bool {
	for i, value := range a.Rhs {
		of := rows
		if len(a.Lhs) == len(a.Rhs) {
			if name, ok := a.Lhs[i].(*ast.Ident); ok && w.scope.rows[name.Name] != nil {
				of = w.scope.rows[name.Name]
			}
		}
		w.walk(value, of)
	}
	for _, to := range a.Lhs {
		w.walk(to, rows)
	}
	return false
}

// name looks at one name, if it is written in the source.
func (w *walker) name(e ast.Expr, rows []string) {
	text, ok := w.text(e)
	if !ok {
		return
	}
	w.names++
	tables, columns := columnsOf(w.tables, rows)
	if slices.Contains(columns, text) {
		return
	}
	at := w.set.Position(e.Pos())
	w.findings = append(w.findings, Finding{
		At: fmt.Sprintf("%s:%d", filepath.Base(at.Filename), at.Line), Name: text, Tables: tables, Nearest: nearest(text, columns),
	})
}
