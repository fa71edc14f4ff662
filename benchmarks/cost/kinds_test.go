package main

import (
	"testing"
)

// Every kind is answered as it says, so that a run measures what it is about.
func TestKindsAreAnswered(t *testing.T) {
	s, err := newSite(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	for _, k := range s.kinds() {
		for _, n := range []int{k.n / 10, k.n} {
			in, err := k.make(n)
			if err == nil {
				_, err = s.call(k.at, in, 1)
			}
			if err != nil {
				t.Errorf("%s, %d: %v", k.name, n, err)
			}
		}
	}
}
