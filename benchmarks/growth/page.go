package main

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// page is docs/growth.md.
type page struct {
	steps   []int64
	began   time.Time
	engines []engineFigures
	leftOut []string
}

// flat is the ratio of the largest step to the small database that is the aim.
const flat = 1.3

// verdict looks at plans alone.
func (p page) verdict() error {
	var wrong []error
	for _, of := range p.engines {
		if err := keepList(of.plans); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", of.engine, err))
		}
	}
	return errors.Join(wrong...)
}

func (p page) text() string {
	var b strings.Builder
	largest := p.steps[len(p.steps)-1]
	fmt.Fprintf(&b, `# Growth

This page shows how the cost of operations grows with the tables, and why. %[1]s writes it. "The TypeScript server" is Better Auth (TypeScript).

## How to run it

`+"```sh"+`
make growth                                          # everything, and this page
go run ./benchmarks/growth -engine sqlite -max 1e5   # less, to the terminal
`+"```"+`

PostgreSQL's part needs a %[2]s URL in %[3]s. It works in a schema of its own, which it drops. The command fails if a statement reads a
whole table and the list in %[4]s does not allow it; it never fails because of a time. A short test compares the plans of small databases with the same list,
so a new feature cannot lose an index unseen.

## What is measured

Each step has a database with as many sessions and as many passkeys as its column says, with ten of each per user, and an account with a password and an outstanding
value in the table %[5]s for each user. A small database with %[6]d sessions is made beside each of them. Operations go through the whole handler with the plugins
password, passkey and admin, one request after the other, each for other rows of the whole table. Small and large take turns. A time is a median at the step's database, and
a ratio is the median of the ratios of consecutive turns. What would hide the growth is off: rate limits, the cost of the password hash, and on PostgreSQL the wait of a
commit for the disk. The aim is a ratio of at most %[7]s.

| operation | the work |
|---|---|
| %[8]s | both requests, with a new challenge and an ES256 assertion |
| admin/list-users | %[9]d users: the first ones, those in the middle, those whose address contains a text, the one with an address |
| %[10]s, %[11]s, %[12]s | of a user with one session |
| %[13]s | %[14]s removes %[15]d sessions and as many values that have expired |

`, code("go run ./benchmarks/growth"), code("postgres://"), code(postgresEnv), code("benchmarks/growth/kept.go"), code("verification"), smallest, fmt.Sprint(flat),
		passkeySignIn, pageOfUsers, signOut, banUser, removeUser, cleanUp, code("Auth.DeleteExpired"), expiredPerTable)
	fmt.Fprintf(&b, "## One run\n\nThe run of %s with %s took %d minutes. Compare ratios: times depend on the machine, and on what else it does.\n", p.began.Format("2 January 2006"),
		runtime.Version(), int(time.Since(p.began).Minutes())+1)
	for _, of := range p.engines {
		fmt.Fprintf(&b, "The databases on %s had at most %s on disk; the largest was filled in %s.\n", of.engine, bytesText(of.disk), of.seeding.Round(time.Second))
	}
	if peak := peakMemory(); peak > 0 {
		fmt.Fprintf(&b, "The process had at most %s of memory.\n", bytesText(peak))
	}
	for _, what := range p.leftOut {
		fmt.Fprintf(&b, "LEFT OUT: %s.\n", what)
	}
	for _, of := range p.engines {
		p.writeFigures(&b, of)
	}
	p.writeMissed(&b, largest)
	for _, of := range p.engines {
		writePlans(&b, of, largest)
	}
	return b.String()
}

func code(s string) string { return "`" + s + "`" }

// power writes a power of ten.
func power(n int64) string {
	exponent := 0
	for ; n >= 10; n /= 10 {
		exponent++
	}
	digits := []rune("⁰¹²³⁴⁵⁶⁷⁸⁹")
	out := "10"
	for _, digit := range strconv.Itoa(exponent) {
		out += string(digits[digit-'0'])
	}
	return out
}

func (p page) writeFigures(b *strings.Builder, of engineFigures) {
	fmt.Fprintf(b, "\n### %s\n\n| sessions |", of.engine)
	for _, n := range p.steps {
		fmt.Fprintf(b, " %s |", power(n))
	}
	fmt.Fprintf(b, " %s beside %s |\n|---|%s---:|\n", power(p.steps[len(p.steps)-1]), power(smallest), strings.Repeat("---:|", len(p.steps)))
	for _, op := range operations() {
		figures := of.figures[op.name]
		fmt.Fprintf(b, "| %s |", op.name)
		for _, f := range figures {
			fmt.Fprintf(b, " %s |", spaced(f.large))
		}
		fmt.Fprintf(b, " %s |\n", ratioText(figures[len(figures)-1].ratio))
	}
}

// spaced writes a duration with its unit apart.
func spaced(d time.Duration) string {
	text := round(d).String()
	i := strings.IndexFunc(text, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	return text[:i] + " " + text[i:]
}

func ratioText(ratio float64) string {
	if ratio >= 10 {
		return fmt.Sprintf("%.0f", ratio)
	}
	return fmt.Sprintf("%.2f", ratio)
}

// writeMissed says of each operation that is not flat what would make it so.
func (p page) writeMissed(b *strings.Builder, largest int64) {
	fmt.Fprintf(b, `
## Missed aims

These operations are not within %.1f at %s sessions on one of the engines. The tables here have the indexes of the TypeScript server and no others, so that both servers can share
a database. An application may create the index that the table names: a migration neither drops it nor misses it. "Indexed" is the ratio once all of these indexes are there.

| operation |`, flat, power(largest))
	for _, of := range p.engines {
		fmt.Fprintf(b, " %s | indexed |", of.engine)
	}
	fmt.Fprintf(b, " why | what would help |\n|---|%s---|---|\n", strings.Repeat("---:|---:|", len(p.engines)))
	for _, op := range operations() {
		worst := 0.0
		for _, of := range p.engines {
			worst = max(worst, last(of.figures[op.name]).ratio)
		}
		if worst <= flat {
			continue
		}
		fmt.Fprintf(b, "| %s |", op.name)
		for _, of := range p.engines {
			indexed := ""
			if f, ok := of.indexed[op.name]; ok {
				indexed = ratioText(f.ratio)
			}
			fmt.Fprintf(b, " %s | %s |", ratioText(last(of.figures[op.name]).ratio), indexed)
		}
		why, remedy := whyNot(op.name)
		fmt.Fprintf(b, " %s | %s |\n", why, remedy)
	}
	b.WriteString("\n```sql\n" + strings.Join(missingIndexes(), ";\n") + ";\n```\n")
}

func last(figures []figure) figure { return figures[len(figures)-1] }

// whyNot says why an operation grows and what would help.
func whyNot(operation string) (why, remedy string) {
	var reasons, remedies []string
	for _, k := range kept {
		if k.operation != operation {
			continue
		}
		reasons = append(reasons, code(k.table)+": "+k.reason)
		if k.remedy != "" && !slices.Contains(remedies, k.remedy) {
			remedies = append(remedies, k.remedy)
		}
	}
	if len(reasons) == 0 {
		return "the plan finds every row by an index; at the small database all pages are in the engine's cache, at the large one hardly any", "nothing in the tables or statements; on SQLite reads from mapped memory would (`pragma mmap_size`), at the price of a crash when the disk fails under a mapped file"
	}
	return strings.Join(reasons, "; "), strings.Join(remedies, "; ")
}
