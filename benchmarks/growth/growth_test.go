package main

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// Every operation finds its rows by an index, or is on the list of those that cannot, and
// does what it says with the rows that were seeded.
func TestPlansUseIndexes(t *testing.T) {
	t.Parallel()
	for _, m := range []maker{sqliteMaker{}, postgresMaker{os.Getenv(postgresEnv)}} {
		t.Run(m.name(), func(t *testing.T) {
			t.Parallel()
			if err := m.usable(); err != nil {
				t.Skip(err)
			}
			for _, n := range []int64{100, 1000} {
				s, err := newSite(t.Context(), m, n)
				if err != nil {
					t.Fatal(err)
				}
				plans, err := plansOf(t.Context(), s)
				if err == nil {
					err = keepList(plans)
				}
				if err != nil {
					t.Errorf("%d sessions: %v", n, err)
				}
				if n == 1000 {
					wantIndexesUsed(t, s)
				}
				if err := s.close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// The indexes that the list names are ones that engines use. The library's verification of
// the tables, which plansOf begins with, does not mind them.
func wantIndexesUsed(t *testing.T, s *site) {
	t.Helper()
	for _, statement := range missingIndexes() {
		if err := s.exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.place.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	plans, err := plansOf(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range kept {
		if k.index == "" {
			continue
		}
		name := strings.Split(k.index, `"`)[1]
		used := slices.ContainsFunc(plans, func(op operationPlan) bool {
			return op.operation == k.operation && slices.ContainsFunc(op.statements, func(st statementPlan) bool {
				return strings.Contains(strings.Join(st.plan, "\n"), name)
			})
		})
		if !used {
			t.Errorf("%s does not use %s", k.operation, name)
		}
	}
}
