package passkey_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest/cases"
)

var writePasskeyCases = flag.Bool("write-passkey-cases", false, "write docs/passkey-cases.md")

const casesPage = "../../docs/passkey-cases.md"

// The page says what the cases say. TestCases shows that the answers are the
// ones the cases want.
func TestCasesPage(t *testing.T) {
	t.Parallel()
	page := renderCases(cases.All())
	if *writePasskeyCases {
		if err := os.WriteFile(casesPage, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got, err := os.ReadFile(casesPage); err != nil || string(got) != page {
		t.Errorf("docs/passkey-cases.md is stale: go test ./plugins/passkey -run Cases -write-passkey-cases (%v)", err)
	}
}

// Names are unique, steps are known, and a reason why other servers need not
// accept a case stands at no refusal.
func TestCasesAreWellFormed(t *testing.T) {
	t.Parallel()
	known, seen, refused := map[string]bool{}, map[string]bool{}, 0
	for _, step := range cases.Steps() {
		known[step.ID] = true
	}
	used := map[string]bool{}
	for _, c := range cases.All() {
		used[c.Step] = true
		if seen[c.ID()] || !known[c.Step] || c.Bends == "" {
			t.Errorf("%s: twice, of the unknown step %q, or bends %q", c.ID(), c.Step, c.Bends)
		}
		if c.Want != nil && c.OnlyHere != "" {
			t.Errorf("%s: is turned away, and says why others need not accept it", c.ID())
		}
		seen[c.ID()] = true
		if c.Want != nil {
			refused++
		}
	}
	for id := range known {
		if !used[id] {
			t.Errorf("no case for step %s", id)
		}
	}
	if refused < 150 {
		t.Errorf("%d cases are turned away", refused)
	}
}

// tally counts what becomes of cases.
type tally struct{ all, refused, accepted, common int }

func (n *tally) add(c cases.Case) {
	n.all++
	if c.Want == nil {
		n.accepted++
	} else {
		n.refused++
	}
	if c.Common() {
		n.common++
	}
}

func renderCases(all []cases.Case) string {
	var total tally
	bySteps := map[string]*tally{}
	for _, step := range cases.Steps() {
		bySteps[step.ID] = &tally{}
	}
	for _, c := range all {
		total.add(c)
		bySteps[c.Step].add(c)
	}
	var out strings.Builder
	fmt.Fprintf(&out, `# Passkeys: what is turned away

<!-- Generated: go test ./plugins/passkey -run Cases -write-passkey-cases -->

%d cases are sent to the passkey endpoints: %d that must be turned away, each with a 4xx and its code, and %d that must be accepted although many look
wrong. Every case runs on SQLite and PostgreSQL through the real handler, and after a refusal the rows of users, sessions and passkeys
are compared with those before. No case may end in a 5xx. They are made with the software authenticator
`+"[`passkeytest`](../plugins/passkey/passkeytest), and are data: [`passkeytest/cases`](../plugins/passkey/passkeytest/cases)"+` says how to add one.

%d of the accepted cases are what any server must accept. Better Auth (TypeScript) is sent these as well, and has to accept each:
`+"`go test ./conformance -run PasskeyCases`"+`. The others depend on an option of this plugin or on a rule of its own.

Steps are those of WebAuthn Level 3: 7.1.14 is section 7.1 (registering), step 14; 7.2 is signing in.

## By step

| step | what it is about | cases | turned away | accepted |
|---|---|---:|---:|---:|
`, total.all, total.refused, total.accepted, total.common)
	for _, step := range cases.Steps() {
		n := bySteps[step.ID]
		fmt.Fprintf(&out, "| %s | %s %s\n", step.ID, step.Demands, n.columns())
	}
	fmt.Fprintf(&out, "| | all %s\n", total.columns())
	for _, group := range cases.Groups() {
		fmt.Fprintf(&out, "\n## %s%s\n\n| case | step | bends | answer |\n|---|---|---|---|\n", strings.ToUpper(string(group[:1])), group[1:])
		for _, c := range all {
			if c.Group == group {
				fmt.Fprintf(&out, "| %s | %s | %s | %s |\n", c.Name, c.Step, c.Bends, answer(c))
			}
		}
	}
	renderVectors(&out)
	return out.String()
}

func (n *tally) columns() string {
	cells := ""
	for _, number := range []int{n.all, n.refused, n.accepted} {
		text := ""
		if number > 0 {
			text = fmt.Sprint(number)
		}
		cells += "| " + text + " "
	}
	return cells + "|"
}

func answer(c cases.Case) string {
	switch {
	case c.Want != nil:
		return strings.TrimSpace(fmt.Sprint(c.Want.Status, " ", c.Want.Code))
	case c.OnlyHere != "":
		return "accepted: " + c.OnlyHere
	}
	return "accepted"
}

func renderVectors(out *strings.Builder) {
	out.WriteString(`
## The specification's own vectors

The fifteen pairs of section 16. "Verifiable" says whether both ceremonies can be verified with nothing but the columns of the passkey table; "answer" is what
the endpoints make of them under the default policy. The tests read all but packed-ed448 from the tests of go-webauthn, in the version that go.mod names; a key
of that kind is a case of its own.

| vector | verifiable | answer |
|---|---|---|
`)
	for _, v := range cases.Vectors() {
		verified, here := "yes", "registers and signs in"
		switch {
		case v.Unverifiable != "":
			verified, here = "no: "+v.Unverifiable, "turned away"
		case v.Declined != "":
			here = "turned away: " + v.Declined
		}
		fmt.Fprintf(out, "| %s | %s | %s |\n", v.ID, verified, here)
	}
	out.WriteString(`
## Recorded registrations

What real authenticators sent, from go-webauthn's tests, verified with the challenge, origin and relying party that each names.

| format | captures | verify | turned away, and why |
|---|---:|---:|---|
`)
	var order []string
	count, fine, why := map[string]int{}, map[string]int{}, map[string]map[string]int{}
	for _, c := range cases.Captures() {
		if count[c.Format] == 0 {
			order = append(order, c.Format)
			why[c.Format] = map[string]int{}
		}
		count[c.Format]++
		if c.Refused == "" {
			fine[c.Format]++
		} else {
			why[c.Format][c.Refused]++
		}
	}
	for _, format := range order {
		var reasons []string
		for reason, n := range why[format] { // one reason a format
			reasons = append(reasons, fmt.Sprintf("%d: %s", n, reason))
		}
		fmt.Fprintf(out, "| %s | %d | %d | %s |\n", format, count[format], fine[format], strings.Join(reasons, "; "))
	}
	out.WriteString("\nCompound and ECDAA attestations are not among them; ECDAA is refused by the library.\n")
}
