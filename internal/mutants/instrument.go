package main

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// mutant is one change of one place.
type mutant struct {
	id       int
	position token.Position
	// where is the file and the function, was and becomes the code.
	where, was, becomes string
	// again counts equal changes of one function, from 1.
	again int
}

// key names a change by its code, so that it stays the same when lines move.
func (m mutant) key() string {
	key := m.where + ": " + m.was + " => " + m.becomes
	if m.again > 1 {
		key += " #" + strconv.Itoa(m.again)
	}
	return key
}

// rewriter puts all changes of a file into its text, each behind a question
// whether it is in force.
type rewriter struct {
	folder   string // of the package, from the project's root
	fset     *token.FileSet
	info     *types.Info
	source   []byte
	file     *token.File
	function string
	// constantNeeded holds where a bool that is constant has to stay so.
	constantNeeded bool
	mutants        *[]mutant
	edits          []edit
}

// edit replaces size bytes at an offset. Of two at one place, suffixes come
// before prefixes; the inner suffix comes first, and the outer prefix.
type edit struct {
	at, size int
	suffix   bool
	depth    int // how long the expression is that it belongs to
	text     string
}

func (r *rewriter) rewrite(file *ast.File) []byte {
	for _, decl := range file.Decls {
		r.function = "var"
		if f, ok := decl.(*ast.FuncDecl); ok {
			r.function = functionName(f)
		}
		if g, ok := decl.(*ast.GenDecl); ok && g.Tok != token.VAR {
			continue
		}
		ast.Inspect(decl, r.visit)
	}
	slices.SortStableFunc(r.edits, func(a, b edit) int {
		if a.at != b.at {
			return a.at - b.at
		}
		if a.suffix != b.suffix {
			if a.suffix {
				return -1
			}
			return 1
		}
		if a.suffix {
			return cmp.Compare(a.depth, b.depth)
		}
		return cmp.Compare(b.depth, a.depth)
	})
	var out strings.Builder
	from := 0
	for _, e := range r.edits {
		out.Write(r.source[from:e.at])
		out.WriteString(e.text)
		from = e.at + e.size
	}
	out.Write(r.source[from:])
	return []byte(out.String())
}

func (r *rewriter) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.GenDecl:
		return n.Tok == token.VAR
	case *ast.BlockStmt:
		r.statements(n.List)
	case *ast.SwitchStmt:
		if n.Tag == nil {
			for _, clause := range n.Body.List {
				for _, condition := range clause.(*ast.CaseClause).List {
					r.flip(condition)
				}
			}
		}
	case *ast.CaseClause:
		r.statements(n.Body)
	case *ast.CommClause:
		r.statements(n.Body)
	case *ast.IfStmt:
		r.flip(n.Cond)
	case *ast.ForStmt:
		if n.Cond != nil {
			r.flip(n.Cond)
		}
		r.counted(n.Post)
	case *ast.ReturnStmt:
		for _, result := range n.Results {
			r.flip(result)
		}
	case *ast.KeyValueExpr:
		r.flip(n.Value)
	case ast.Expr:
		r.expression(n)
	}
	return true
}

func (r *rewriter) statements(list []ast.Stmt) {
	for _, s := range list {
		r.statement(s)
		r.counted(s)
	}
}

// mutant notes a change of the node's code and returns its number.
func (r *rewriter) mutant(n ast.Node, becomes string) int {
	id := len(*r.mutants)
	position := r.fset.Position(n.Pos())
	m := mutant{
		id: id, position: position, where: r.folder + "/" + base(position.Filename) + " " + r.function,
		was: r.text(n), becomes: becomes, again: 1,
	}
	m.was, m.becomes = oneLine(m.was), oneLine(m.becomes)
	for _, other := range *r.mutants {
		if other.where == m.where && other.was == m.was && other.becomes == m.becomes {
			m.again++
		}
	}
	*r.mutants = append(*r.mutants, m)
	return id
}

func (r *rewriter) wrap(n ast.Node, prefix, suffix string) {
	from, to := r.file.Offset(n.Pos()), r.file.Offset(n.End())
	r.edits = append(r.edits, edit{at: from, depth: to - from, text: prefix}, edit{at: to, suffix: true, depth: to - from, text: suffix})
}

func (r *rewriter) replace(at token.Pos, size int, text string) {
	r.edits = append(r.edits, edit{at: r.file.Offset(at), size: size, text: text})
}

func (r *rewriter) text(n ast.Node) string {
	return string(r.source[r.file.Offset(n.Pos()):r.file.Offset(n.End())])
}

func functionName(f *ast.FuncDecl) string {
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return f.Name.Name
	}
	t := f.Recv.List[0].Type
	for {
		switch inner := t.(type) {
		case *ast.StarExpr:
			t = inner.X
		case *ast.IndexExpr:
			t = inner.X
		case *ast.Ident:
			return inner.Name + "." + f.Name.Name
		default:
			return f.Name.Name
		}
	}
}

func base(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// oneLine shortens code to what fits a line of the list.
func oneLine(code string) string {
	code = strings.Join(strings.Fields(code), " ")
	const most = 140
	if len(code) > most {
		code = code[:most] + "…"
	}
	return code
}
