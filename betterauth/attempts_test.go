package betterauth_test

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/emailotp"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

var update = flag.Bool("update", false, "write the figures into docs/attempts.md")

const (
	// networks are how many clients a /48 of IPv6 has: its /64.
	networks = 1 << 16
	// million is how many codes of six digits there are.
	million = 1_000_000
	year    = 365.25 * 24 * time.Hour
)

// attacker guesses at a@example.com, each time as a client of a network that was
// not seen before.
type attacker struct {
	t     *testing.T
	kit   *plugintest.Kit
	n     int
	start time.Time
}

func attack(t *testing.T, cfg betterauth.FailuresConfig) *attacker {
	t.Helper()
	kit := plugintest.NewWith(t, plugintest.Options{
		RateLimited: true,
		Config: betterauth.Config{
			Failures: cfg, ClientIP: betterauth.ClientIPConfig{Headers: []string{"X-Real-IP"}},
			Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}},
		},
		Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{}), emailotp.New(emailotp.Config{})},
	})
	signedUp(t, kit, "a@example.com")
	return &attacker{t: t, kit: kit, start: kit.Clock.Now()}
}

func (a *attacker) since() time.Duration { return a.kit.Clock.Now().Sub(a.start) }

// guess guesses once and reports whether that was looked at, else how long to
// wait.
func (a *attacker) guess() (looked bool, wait time.Duration) {
	a.t.Helper()
	a.n++
	c := from(a.kit, fmt.Sprintf("2001:db8:%x:%x::1", a.n>>16, a.n&0xffff))
	answer := tryPassword(c, "a@example.com", "wrong-password")
	if answer.Status == http.StatusUnauthorized {
		return true, 0
	}
	answer.WantError(betterauth.ErrTooManyFailures)
	seconds, err := strconv.Atoi(answer.Header.Get("Retry-After"))
	if err != nil {
		a.t.Fatal(err)
	}
	return false, time.Duration(seconds) * time.Second
}

// persist guesses as soon as it may, for so long, and returns how often.
func (a *attacker) persist(d time.Duration) (guesses int) {
	a.t.Helper()
	for a.since() < d {
		looked, wait := a.guess()
		if looked {
			guesses++
		}
		a.kit.Clock.Advance(wait)
	}
	return guesses
}

// pause guesses so often as soon as it may and then waits until all is
// forgotten, again and again, and returns how often in all.
func (a *attacker) pause(burst int, d time.Duration) (guesses int) {
	a.t.Helper()
	for a.since() < d {
		for n := 0; n < burst && a.since() < d; {
			looked, wait := a.guess()
			if looked {
				n++
				guesses++
			}
			a.kit.Clock.Advance(wait)
		}
		a.kit.Clock.Advance(24*time.Hour + time.Second)
	}
	return guesses
}

// inAMinute is how often one client may send a request to path in a minute.
func (a *attacker) inAMinute(path string, body map[string]any) (n int) {
	a.t.Helper()
	for end := a.kit.Clock.Now().Add(time.Minute); a.kit.Clock.Now().Before(end); a.kit.Clock.Advance(time.Second) {
		for {
			answer := from(a.kit, "2001:db8::1").Post(path, body)
			if answer.Status == http.StatusTooManyRequests {
				break
			}
			n++
		}
	}
	return n
}

// TestFiguresOfAttempts guesses through the handler, with a clock that moves,
// and holds docs/attempts.md to what comes of it.
func TestFiguresOfAttempts(t *testing.T) {
	t.Parallel()
	const month = 30 * 24 * time.Hour
	clientsOnly := attack(t, betterauth.FailuresConfig{Disabled: true})
	passwords := clientsOnly.inAMinute("/sign-in/email", map[string]any{"email": "a@example.com", "password": "wrong-password"})
	codes := clientsOnly.inAMinute("/sign-in/email-otp", map[string]any{"email": "a@example.com", "otp": "000000"})

	inADay := attack(t, betterauth.FailuresConfig{}).persist(24 * time.Hour)
	inAMonth := attack(t, betterauth.FailuresConfig{}).persist(month)
	// The burst that is best before a pause, by the waits of TestWaits.
	waits := []time.Duration{30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600}
	best, bestRate, took := 0, 0.0, time.Duration(0)
	for i := range waits {
		if rate := float64(20+i) / (24*time.Hour + took).Hours(); rate > bestRate {
			best, bestRate = 20+i, rate
		}
		took += waits[i] * time.Second
	}
	paused := attack(t, betterauth.FailuresConfig{}).pause(best, month)

	perDay := func(perMinute int) int { return perMinute * 24 * 60 * networks }
	took6 := func(perMinute int) string {
		return fmt.Sprintf("%.0f seconds", million/(float64(perMinute*networks)/60))
	}
	years := func(guesses int, in time.Duration) string {
		return fmt.Sprintf("%.0f years", million/(float64(guesses)/float64(in))/float64(year))
	}
	lines := []string{
		"| an attacker with a /48 of IPv6, against one account | guesses in 24 hours | in 30 days | 1,000,000 guesses take |",
		"|---|---|---|---|",
		fmt.Sprintf("| passwords, with client limits only | %s | %s | %s |", thousands(perDay(passwords)), thousands(30*perDay(passwords)), took6(passwords)),
		fmt.Sprintf("| mailed codes, with client limits only | %s | %s | %s |", thousands(perDay(codes)), thousands(30*perDay(codes)), took6(codes)),
		fmt.Sprintf("| all limits, the attacker guesses as soon as possible | %d | %d | %s |", inADay, inAMonth, years(inAMonth, month)),
		fmt.Sprintf("| all limits, the attacker pauses after %d guesses until the count has ended | %d | %d | %s |", best, best, paused, years(paused, month)),
		fmt.Sprintf("| all limits, the owner signs in once a day | %d | %d | %s |", inADay, 30*inADay, years(inADay, 24*time.Hour)),
	}
	if inADay > 100 || paused > 30*27 {
		t.Errorf("%d guesses in a day, %d in a month with pauses", inADay, paused)
	}
	wantFigures(t, strings.Join(lines, "\n"))
}

// thousands writes a number with commas.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

var figures = regexp.MustCompile(`(?s)(<!-- figures: [^\n]*-->\n\n).*?(\n\n<!-- end of figures -->)`)

func wantFigures(t *testing.T, table string) {
	t.Helper()
	const page = "../docs/attempts.md"
	raw, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if !figures.Match(raw) {
		t.Fatalf("%s has no place for the figures", page)
	}
	text := figures.ReplaceAllString(string(raw), "${1}"+table+"${2}")
	if text == string(raw) {
		return
	}
	if !*update {
		t.Fatalf("%s has other figures than\n%s\nrun go test ./betterauth -run Figures -update", page, table)
	}
	if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
