package main

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
)

// arithmetic says what takes an operator's place.
var arithmetic = map[token.Token]string{
	token.ADD: "-", token.SUB: "+", token.MUL: "/", token.QUO: "*", token.REM: "*",
	token.ADD_ASSIGN: "-", token.SUB_ASSIGN: "+", token.MUL_ASSIGN: "/", token.QUO_ASSIGN: "*", token.REM_ASSIGN: "*",
}

// helpers are the functions of helper.txt for each operator.
var helpers = map[token.Token]string{
	token.LSS: "mutLess", token.LEQ: "mutLessEqual", token.GTR: "mutGreater", token.GEQ: "mutGreaterEqual",
	token.ADD: "mutAdd", token.SUB: "mutSub", token.MUL: "mutMul", token.QUO: "mutQuo", token.REM: "mutRem",
	token.ADD_ASSIGN: "mutAdd", token.SUB_ASSIGN: "mutSub", token.MUL_ASSIGN: "mutMul", token.QUO_ASSIGN: "mutQuo", token.REM_ASSIGN: "mutRem",
}

// boundaries and negations are the two changes of an ordered comparison.
var (
	boundaries = map[token.Token]string{token.LSS: "<=", token.LEQ: "<", token.GTR: ">=", token.GEQ: ">"}
	negations  = map[token.Token]string{token.LSS: ">=", token.LEQ: ">", token.GTR: "<=", token.GEQ: "<", token.EQL: "!=", token.NEQ: "=="}
)

// expression changes an expression, or looks inside.
func (r *rewriter) expression(e ast.Expr) {
	if tv, ok := r.info.Types[e]; ok && tv.Value != nil {
		return // the compiler must be able to compute it
	}
	switch e := e.(type) {
	case *ast.BinaryExpr:
		r.binary(e)
	case *ast.UnaryExpr:
		if e.Op == token.NOT {
			r.flip(e.X)
		}
	}
}

func (r *rewriter) binary(e *ast.BinaryExpr) {
	switch e.Op {
	case token.EQL, token.NEQ:
		if !r.plainBool(e) {
			return
		}
		id := r.mutant(e, r.text(e.X)+" "+negations[e.Op]+" "+r.text(e.Y))
		r.wrap(e, fmt.Sprintf("mutFlip(%d, ", id), ")")
	case token.LSS, token.LEQ, token.GTR, token.GEQ:
		if !r.plainBool(e) || !r.basic(e.X) || !r.basic(e.Y) {
			return
		}
		id := r.mutant(e, r.text(e.X)+" "+boundaries[e.Op]+" "+r.text(e.Y))
		r.mutant(e, r.text(e.X)+" "+negations[e.Op]+" "+r.text(e.Y))
		r.wrap(e, fmt.Sprintf("%s(%d, ", helpers[e.Op], id), ")")
		r.replace(e.OpPos, len(e.Op.String()), ",")
	case token.LAND, token.LOR:
		if !r.plainBool(e) {
			return
		}
		name, other := "mutAnd", "||"
		if e.Op == token.LOR {
			name, other = "mutOr", "&&"
		}
		id := r.mutant(e, r.text(e.X)+" "+other+" "+r.text(e.Y))
		r.wrap(e, fmt.Sprintf("%s(%d, ", name, id), ") })")
		r.replace(e.OpPos, 2, ", func() bool { return (")
		r.flip(e.X)
		r.flip(e.Y)
	case token.ADD, token.SUB, token.MUL, token.QUO, token.REM:
		if !r.number(e) {
			return
		}
		id := r.mutant(e, r.text(e.X)+" "+arithmetic[e.Op]+" "+r.text(e.Y))
		r.wrap(e, fmt.Sprintf("%s(%d, ", helpers[e.Op], id), ")")
		r.replace(e.OpPos, 1, ",")
	}
}

// flip negates a condition that is no comparison and made of no others: those
// have changes of their own.
func (r *rewriter) flip(e ast.Expr) {
	switch inner := ast.Unparen(e).(type) {
	case *ast.BinaryExpr, *ast.UnaryExpr:
		return
	default:
		tv := r.info.Types[inner]
		if !r.plainBool(inner) || tv.Value != nil && r.constantNeeded {
			return
		}
		id := r.mutant(inner, "!"+r.text(inner))
		r.wrap(inner, fmt.Sprintf("mutFlip(%d, ", id), ")")
	}
}

// statement changes a statement that stands in a list of its own, so that an
// if can be put around it.
func (r *rewriter) statement(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.ExprStmt:
		call, ok := s.X.(*ast.CallExpr)
		if !ok || r.needed(call) {
			return
		}
		r.leaveOut(s)
	case *ast.AssignStmt:
		if name, ok := s.Lhs[0].(*ast.Ident); s.Tok != token.ASSIGN || ok && name.Name == "_" && len(s.Lhs) == 1 {
			return
		}
		r.leaveOut(s)
	}
}

func (r *rewriter) leaveOut(s ast.Stmt) {
	id := r.mutant(s, "nothing")
	r.wrap(s, fmt.Sprintf("if !mutOn(%d) { ", id), " }")
}

// needed reports whether a call cannot be left out: the compiler wants it at
// the end of a function, or without it nothing but a race changes.
func (r *rewriter) needed(call *ast.CallExpr) bool {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name == "panic"
	case *ast.SelectorExpr:
		switch f.Sel.Name {
		case "Lock", "Unlock", "RLock", "RUnlock", "Exit", "Helper":
			return true
		}
	}
	return false
}

// counted changes i++, i-- and x += y.
func (r *rewriter) counted(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.IncDecStmt:
		if !r.number(s.X) {
			return
		}
		name, other := "mutAdd", "--"
		if s.Tok == token.DEC {
			name, other = "mutSub", "++"
		}
		id := r.mutant(s, r.text(s.X)+other)
		r.wrap(s, r.text(s.X)+fmt.Sprintf(" = %s(%d, ", name, id), "1)")
		r.replace(s.TokPos, 2, ", ")
	case *ast.AssignStmt:
		other, ok := arithmetic[s.Tok]
		if !ok || !r.number(s.Lhs[0]) {
			return
		}
		id := r.mutant(s, r.text(s.Lhs[0])+" "+other+"= "+r.text(s.Rhs[0]))
		r.wrap(s, r.text(s.Lhs[0])+fmt.Sprintf(" = %s(%d, ", helpers[s.Tok], id), ")")
		r.replace(s.TokPos, len(s.Tok.String()), ", ")
	}
}

// plainBool reports whether an expression is a bool and not a type made of it.
func (r *rewriter) plainBool(e ast.Expr) bool {
	basic, ok := r.info.Types[e].Type.(*types.Basic)
	return ok && basic.Info()&types.IsBoolean != 0
}

// basic reports whether an expression is ordered and its type no parameter.
func (r *rewriter) basic(e ast.Expr) bool {
	t := r.info.Types[e].Type
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return false
	}
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsOrdered != 0
}

func (r *rewriter) number(e ast.Expr) bool {
	tv := r.info.Types[e]
	if tv.Value != nil && tv.Value.Kind() != constant.Unknown || !r.basic(e) {
		return false
	}
	return tv.Type.Underlying().(*types.Basic).Info()&(types.IsInteger|types.IsFloat) != 0
}
