package betterauth_test

import (
	"cmp"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

const (
	// timingSamples of each kind are enough to see a shift of one standard
	// deviation nearly always (its z is about 5.5).
	timingSamples = 80
	// mostMedian is how far the medians may lie apart, as a share of the smaller.
	mostMedian = 0.10
	// mostRank is how far the rank statistic may lie from chance, in standard
	// deviations: beyond 4 once in 16,000 measurements of equal things.
	mostRank = 4.0
	// timingRounds is how often a busy machine may spoil the measurement.
	timingRounds = 3
)

// How long a sign-in takes does not tell whether the address is known: with
// real hashes, samples of a known address with a wrong password and of an
// unknown address come from distributions that neither their medians nor the
// Mann-Whitney test can tell apart. Not parallel: it measures time.
func TestSignInTakesTheSameTimeForUnknownAddresses(t *testing.T) {
	if testing.Short() || raceDetector {
		t.Skip("hashes hundreds of passwords as fast as it can; run without -short and -race")
	}
	kit := plugintest.New(t, emailpassword.New(emailpassword.Config{}))
	client := kit.Client()
	client.Post("/sign-up/email", signUp).Want(http.StatusOK)
	client.ClearCookies()
	measure := func(email string) float64 {
		start := time.Now()
		client.Post("/sign-in/email", map[string]any{"email": email, "password": "wrong-password"}).WantError(emailpassword.ErrInvalidCredentials)
		return float64(time.Since(start))
	}
	for round := range timingRounds {
		known, unknown := make([]float64, timingSamples), make([]float64, timingSamples)
		for i := range timingSamples {
			// In turns and in random order, so that what slows the machine down
			// slows both down.
			if rand.N(2) == 0 {
				known[i], unknown[i] = measure("a@example.com"), measure("b@example.com")
			} else {
				unknown[i], known[i] = measure("b@example.com"), measure("a@example.com")
			}
		}
		a, b := median(known), median(unknown)
		apart, z := math.Abs(a-b)/min(a, b), rankZ(known, unknown)
		t.Logf("round %d: medians %v and %v, %.1f %% apart; z = %.2f", round+1, time.Duration(a), time.Duration(b), 100*apart, z)
		if apart < mostMedian && math.Abs(z) < mostRank {
			return
		}
	}
	t.Errorf("known and unknown addresses can be told apart in %d of %d rounds", timingRounds, timingRounds)
}

func median(samples []float64) float64 {
	sorted := slices.Sorted(slices.Values(samples))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// rankZ is the Mann-Whitney U statistic of two sets of samples in standard
// deviations from what chance would give. Times of nanoseconds are hardly ever
// equal, so that ties are not corrected for.
func rankZ(x, y []float64) float64 {
	type sample struct {
		value float64
		first bool
	}
	all := make([]sample, 0, len(x)+len(y))
	for _, v := range x {
		all = append(all, sample{v, true})
	}
	for _, v := range y {
		all = append(all, sample{v, false})
	}
	slices.SortFunc(all, func(a, b sample) int { return cmp.Compare(a.value, b.value) })
	ranks := 0.0
	for i, s := range all {
		if s.first {
			ranks += float64(i + 1)
		}
	}
	n, m := float64(len(x)), float64(len(y))
	u := ranks - n*(n+1)/2
	return (u - n*m/2) / math.Sqrt(n*m*(n+m+1)/12)
}

// The measure itself: equal things pass, a shift does not.
func TestRankStatistic(t *testing.T) {
	t.Parallel()
	source := rand.New(rand.NewPCG(1, 2))
	draw := func(shift float64) []float64 {
		out := make([]float64, timingSamples)
		for i := range out {
			out[i] = 100 + source.NormFloat64() + shift
		}
		return out
	}
	for range 200 {
		if z := rankZ(draw(0), draw(0)); math.Abs(z) >= mostRank {
			t.Errorf("equal samples: z = %.2f", z)
		}
	}
	missed := 0
	for range 200 {
		if math.Abs(rankZ(draw(0), draw(1))) < mostRank {
			missed++
		}
	}
	if missed > 20 {
		t.Errorf("a shift of one standard deviation is missed %d times in 200", missed)
	}
	if z := rankZ([]float64{1, 2, 3}, []float64{4, 5, 6}); math.Abs(z+1.964) > 0.001 {
		t.Errorf("z = %.3f, want -1.964", z)
	}
}
