package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/database"
)

// operationPlan is how an engine runs what one operation sends.
type operationPlan struct {
	operation  string
	statements []statementPlan
}

type statementPlan struct {
	text string
	plan []string
	// scanned are the tables, or whole indexes of them, that are read from end to end.
	scanned []string
}

// plansOf records what each operation sends at the database of a site, and asks the
// engine about it.
func plansOf(ctx context.Context, like *site) (out []operationPlan, err error) {
	var r recorder
	at := like.place
	s := &site{place: at, population: like.population, privateKey: like.privateKey}
	defer func() { err = errors.Join(err, s.shut()) }()
	if err := s.open(ctx, func() (*database.DB, error) { return at.openRecorded(&r) }); err != nil {
		return nil, err
	}
	for _, op := range operations() {
		statements, err := s.sentBy(ctx, op, &r)
		if err != nil {
			return nil, err
		}
		explained := operationPlan{operation: op.name}
		for _, st := range statements {
			plan, err := at.explain(ctx, st.text, st.args)
			if err != nil {
				return nil, fmt.Errorf("the plan of %s: %w", st.text, err)
			}
			explained.statements = append(explained.statements, statementPlan{st.text, plan, scans(at.engine(), st.text, plan)})
		}
		out = append(out, explained)
	}
	return out, nil
}

// sentBy returns the statements of an operation, each once. The first call may do more
// than the others.
func (s *site) sentBy(ctx context.Context, op operation, r *recorder) (out []sent, err error) {
	if _, err := op.batch(ctx, s, 1); err != nil {
		return nil, err
	}
	if op.prepare != nil {
		if err := op.prepare(ctx, s); err != nil {
			return nil, err
		}
	}
	r.take()
	if _, err := op.call(ctx, s); err != nil {
		return nil, err
	}
	for _, st := range r.take() {
		verb, _, _ := strings.Cut(st.text, " ")
		known := slices.ContainsFunc(out, func(other sent) bool { return other.text == st.text })
		if !known && slices.Contains([]string{"select", "insert", "update", "delete", "with"}, verb) {
			out = append(out, st)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s sends no statement", op.name)
	}
	return out, nil
}

var (
	// SQLite says SCAN for what it reads from end to end, be it a table or an index.
	sqliteScan = regexp.MustCompile(`^\s*SCAN (\w+)`)
	// PostgreSQL says so of a table. It reads an index from end to end where the node
	// has no condition on it.
	seqScan   = regexp.MustCompile(`Seq Scan on "?(\w+)"?`)
	indexScan = regexp.MustCompile(`Index (?:Only )?Scan (?:Backward )?using \S+ on "?(\w+)"?`)
)

// scans returns the tables that a plan reads from end to end.
func scans(engine database.Engine, text string, plan []string) (tables []string) {
	for i, line := range plan {
		var found []string
		if engine == database.SQLite {
			found = sqliteScan.FindStringSubmatch(line)
		} else if found = seqScan.FindStringSubmatch(line); found == nil {
			if found = indexScan.FindStringSubmatch(line); found != nil && hasIndexCond(plan[i+1:]) {
				found = nil
			}
		}
		if found == nil {
			continue
		}
		// What is no table is a row of constants, or what another node has read.
		table := tableOf(found[1], text)
		if strings.Contains(text, `"`+table+`"`) && !slices.Contains(tables, table) {
			tables = append(tables, table)
		}
	}
	return tables
}

// hasIndexCond looks for a condition among the lines that belong to the node before.
func hasIndexCond(after []string) bool {
	for _, line := range after {
		if strings.Contains(line, "Index Cond:") {
			return true
		}
		if strings.Contains(line, "->") {
			return false
		}
	}
	return false
}

// tableOf finds the table that a statement gives another name.
func tableOf(name, text string) string {
	if found := regexp.MustCompile(`"(\w+)" (?:as )?` + name + `\b`).FindStringSubmatch(text); found != nil {
		return found[1]
	}
	return name
}
