package conformance_test

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest/cases"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

var writePasskeyCases = flag.Bool("write-passkey-cases", false, "write what the reference answers to testdata/passkey-cases.json")

const passkeyCasesFile = "testdata/passkey-cases.json"

// What the reference answers to each case is as it is recorded, which is what
// docs/passkey-cases.md shows beside our answer.
func TestPasskeyCasesAtTheReference(t *testing.T) {
	t.Parallel()
	if testing.Short() && !*writePasskeyCases {
		t.Skip("takes half a minute; run it without -short")
	}
	at := caseReference(t)
	answers := map[string]cases.Outcome{}
	malformed := map[string]bool{}
	for _, c := range cases.All() {
		malformed[c.ID()] = c.Bends == cases.Signature
		if c.OnlyHere == "" {
			t.Run(c.ID(), func(t *testing.T) { answers[c.ID()], _ = cases.Play(t, at, c) })
		}
	}
	if *writePasskeyCases {
		writeAnswers(t, answers)
		return
	}
	raw, err := os.ReadFile(passkeyCasesFile)
	if err != nil {
		t.Fatal(err)
	}
	var recorded map[string]cases.Outcome
	parse(t, raw, &recorded)
	for id, got := range answers {
		want, ok := recorded[id]
		if malformed[id] && ok && got.Status >= 400 && want.Status >= 400 {
			continue // how its library fails over a bent signature depends on the signature's random bytes
		}
		if !ok || got.Status != want.Status || got.Code != want.Code || !slices.Equal(got.Changed, want.Changed) {
			t.Errorf("%s: the reference answers %d %s %v, recorded is %d %s %v; -write-passkey-cases records it again",
				id, got.Status, got.Code, got.Changed, want.Status, want.Code, want.Changed)
		}
	}
	for id := range recorded {
		if _, ok := answers[id]; !ok {
			t.Errorf("%s is recorded, and no case; -write-passkey-cases records them again", id)
		}
	}
}

func caseReference(t *testing.T) *cases.Server {
	t.Helper()
	db := sqliteDatabase(t)
	reference := startReference(t, db, "--migrate", "--with", "insecure-cheap-passwords")
	control := reference.visitor()
	control.base = reference.url
	opened := db.opened(t)
	return &cases.Server{
		URL: reference.url + "/api/auth", Origin: sharedOrigin, DB: opened,
		SignUp: func(t testing.TB, b *cases.Browser, email string) {
			t.Helper()
			b.Post(t, "/sign-up/email", map[string]any{"email": email, "name": email, "password": "a long password"})
		},
		// The reference's clock cannot be moved, so what is stored gets older.
		Later: func(t testing.TB, d time.Duration) {
			t.Helper()
			control.must(t, "POST", "/__test/age-sessions", map[string]any{"seconds": int(d.Seconds())})
			older := fmt.Sprintf("%+d seconds", -int(d.Seconds()))
			if _, err := opened.Bun().ExecContext(t.Context(),
				`update verification set "expiresAt" = strftime('%Y-%m-%dT%H:%M:%fZ', "expiresAt", ?)`, older); err != nil {
				t.Fatal(err)
			}
		},
		Reset: func(t testing.TB) {
			t.Helper()
			control.must(t, "POST", "/__test/reset-state", nil)
		},
	}
}

func writeAnswers(t *testing.T, answers map[string]cases.Outcome) {
	t.Helper()
	var out bytes.Buffer
	out.WriteString("{\n")
	ids := slices.Sorted(maps.Keys(answers))
	for i, id := range ids {
		name, err := json.Marshal(id)
		if err != nil {
			t.Fatal(err)
		}
		outcome, err := json.Marshal(answers[id])
		if err != nil {
			t.Fatal(err)
		}
		comma := ","
		if i == len(ids)-1 {
			comma = ""
		}
		fmt.Fprintf(&out, "  %s: %s%s\n", name, outcome, comma)
	}
	out.WriteString("}\n")
	if !jsontext.Value(out.Bytes()).IsValid() {
		t.Fatalf("not JSON: %s", out.Bytes())
	}
	if err := os.WriteFile(passkeyCasesFile, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
