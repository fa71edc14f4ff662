package profiled_test

import (
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/benchmarks/inprocess"
	"github.com/better-auth-go/better-auth/benchmarks/profiled"
	"github.com/google/pprof/profile"
)

const library = "github.com/better-auth-go/better-auth/"

// stack is a sample, the innermost function first.
func stack(value int64, label string, names ...string) *profile.Sample {
	s := &profile.Sample{Value: []int64{1, value}, Label: map[string][]string{}}
	if label != "" {
		s.Label[inprocess.Phase] = []string{label}
	}
	for _, name := range names {
		s.Location = append(s.Location, &profile.Location{Line: []profile.Line{{Function: &profile.Function{Name: name}}}})
	}
	return s
}

func TestAggregate(t *testing.T) {
	t.Parallel()
	shares := profiled.Aggregate(&profile.Profile{Sample: []*profile.Sample{
		stack(60, inprocess.Calls, "crypto/ecdsa.VerifyASN1", library+"plugins/passkey.(*Passkeys).verify.func1", library+"betterauth.(*Auth).ServeHTTP"),
		stack(40, inprocess.Calls, "runtime.mallocgc", library+"database.(*Store[go.shape.struct { A string }]).Get", library+"betterauth.(*Auth).ServeHTTP"),
		stack(900, "", "runtime.mallocgc", library+"plugins/passkey.(*Passkeys).begin"),
	}})
	want := []profiled.Share{{Name: "plugins/passkey.(*Passkeys).verify", Part: 0.6}, {Name: "database.(*Store).Get", Part: 0.4}}
	if len(shares.Functions) != 2 || shares.Functions[0] != want[0] || shares.Functions[1] != want[1] {
		t.Errorf("functions %v, want %v: without what prepares, and what is only on the way", shares.Functions, want)
	}
	if len(shares.Packages) != 2 || shares.Packages[0] != (profiled.Share{Name: "crypto/ecdsa", Part: 0.6}) {
		t.Errorf("packages %v", shares.Packages)
	}
	if table := shares.Table(); !strings.Contains(table, "60 %") || strings.Contains(table, "begin") {
		t.Errorf("the table is\n%s", table)
	}
}

// A real profile knows the calls from what prepares them.
func TestOf(t *testing.T) {
	t.Parallel()
	spin := func() {
		for i, sum := 0, 0; i < 1_000_000; i++ {
			sum += i % 7
		}
	}
	shares, err := profiled.Of(inprocess.Work{Do: func(int) error { spin(); return nil }}, 20, 300_000_000)
	if err != nil {
		t.Fatal(err)
	}
	if len(shares.Packages) == 0 {
		t.Error("no sample belongs to calls")
	}
}
