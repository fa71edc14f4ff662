package main

import (
	"os"
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
				if err := s.close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
