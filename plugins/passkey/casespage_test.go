package passkey_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest/cases"
	"github.com/go-json-experiment/json"
)

var writePasskeyCases = flag.Bool("write-passkey-cases", false, "write docs/passkey-cases.md")

const (
	casesPage       = "../../docs/passkey-cases.md"
	referenceAnswer = "../../conformance/testdata/passkey-cases.json"
)

// The page says what the cases and the recorded answers say. TestCases shows
// that the answers here are the ones the cases want.
func TestCasesPage(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(referenceAnswer)
	if err != nil {
		t.Fatal(err)
	}
	var reference map[string]cases.Outcome
	if err := json.Unmarshal(raw, &reference); err != nil {
		t.Fatal(err)
	}
	page := renderCases(cases.All(), reference)
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

// Names are unique, steps are known, and what is asked of the reference alone
// has a reason.
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
		if c.Config != nil && c.OnlyHere == "" {
			t.Errorf("%s: a policy of its own, and no reason not to ask the reference", c.ID())
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

// tally counts what became of cases.
type tally struct{ all, refused, accepted, referenceRefuses, referenceAccepts, referenceFails, letsIn, notAsked int }

func (n *tally) add(c cases.Case, reference map[string]cases.Outcome) {
	n.all++
	if c.Want == nil {
		n.accepted++
	} else {
		n.refused++
	}
	answer, asked := reference[c.ID()]
	switch {
	case !asked:
		n.notAsked++
	case answer.Status >= 500:
		n.referenceFails++
	case answer.Status >= 400:
		n.referenceRefuses++
	default:
		n.referenceAccepts++
		if c.Want != nil {
			n.letsIn++
		}
	}
}

func renderCases(all []cases.Case, reference map[string]cases.Outcome) string {
	var total tally
	bySteps := map[string]*tally{}
	for _, step := range cases.Steps() {
		bySteps[step.ID] = &tally{}
	}
	for _, c := range all {
		total.add(c, reference)
		bySteps[c.Step].add(c, reference)
	}
	var out strings.Builder
	fmt.Fprintf(&out, `# Passkeys: what is turned away

<!-- Generated: go test ./plugins/passkey -run Cases -write-passkey-cases -->

%d cases are sent to the passkey endpoints: %d that must be turned away, each with a 4xx and its code, and %d that must be accepted although many look
wrong. Every case runs on SQLite and PostgreSQL through the real handler, and after a refusal the rows of users, sessions and passkeys
are compared with those before. No case may end in a 5xx. They are made with the software authenticator
`+"[`passkeytest`](../plugins/passkey/passkeytest), and are data: [`passkeytest/cases`](../plugins/passkey/passkeytest/cases)"+` says how to add one.

The same requests are sent to the reference server, Better Auth 1.7.5 with SimpleWebAuthn on Node, unless they need an option it does not have (%d). Of
what is turned away here it **lets in** %d; %d requests it answers with 500, which changes nothing there either. `+"`go test ./conformance -run PasskeyCases`"+` asks it
again and compares.

Steps are those of WebAuthn Level 3: 7.1.14 is section 7.1 (registering), step 14; 7.2 is signing in.

## By step

| step | what it is about | cases | turned away | accepted | reference: turns away | fails | accepts | **lets in** |
|---|---|---:|---:|---:|---:|---:|---:|---:|
`, total.all, total.refused, total.accepted, total.notAsked, total.letsIn, total.referenceFails)
	for _, step := range cases.Steps() {
		n := bySteps[step.ID]
		fmt.Fprintf(&out, "| %s | %s %s\n", step.ID, step.Demands, n.columns())
	}
	fmt.Fprintf(&out, "| | all %s\n", total.columns())
	out.WriteString("\nEach number under *accepts* contains the one under *lets in*: what is turned away here and accepted there.\n")
	for _, group := range cases.Groups() {
		fmt.Fprintf(&out, "\n## %s%s\n\n| case | step | bends | here | reference |\n|---|---|---|---|---|\n", strings.ToUpper(string(group[:1])), group[1:])
		for _, c := range all {
			if c.Group == group {
				fmt.Fprintf(&out, "| %s | %s | %s | %s | %s |\n", c.Name, c.Step, c.Bends, answerHere(c), answerThere(c, reference))
			}
		}
	}
	renderVectors(&out)
	return out.String()
}

func (n *tally) columns() string {
	cells := ""
	for _, number := range []int{n.all, n.refused, n.accepted, n.referenceRefuses, n.referenceFails, n.referenceAccepts, n.letsIn} {
		text := ""
		if number > 0 {
			text = fmt.Sprint(number)
		}
		cells += "| " + text + " "
	}
	return cells + "|"
}

func answerHere(c cases.Case) string {
	if c.Want == nil {
		return "accepted"
	}
	return strings.TrimSpace(fmt.Sprint(c.Want.Status, " ", c.Want.Code))
}

func answerThere(c cases.Case, reference map[string]cases.Outcome) string {
	answer, asked := reference[c.ID()]
	switch {
	case !asked:
		return "not asked: " + c.OnlyHere
	case answer.Status < 400 && c.Want != nil:
		return "**lets in**"
	case answer.Status < 400:
		return "accepted"
	}
	return strings.TrimSpace(fmt.Sprint(answer.Status, " ", answer.Code))
}

func renderVectors(out *strings.Builder) {
	out.WriteString(`
## The specification's own vectors

The fifteen pairs of section 16. "Verified" is what go-webauthn makes of both ceremonies with nothing but the columns of the passkey table; "here" is what the
endpoints answer under the default policy. The vectors lie outside this repository, whose licence is another; the tests read them where they are.

| vector | verified | here |
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
