package conformance_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest/cases"
)

// What any server must accept is accepted by the reference, too: so the cases
// ask of this project nothing that a correct client would not find there.
// TestCases of the passkey plugin plays the same cases here.
func TestPasskeyCasesAtTheReference(t *testing.T) {
	t.Parallel()
	at := caseReference(t)
	played := 0
	for _, c := range cases.All() {
		if !c.Common() {
			continue
		}
		played++
		t.Run(c.ID(), func(t *testing.T) {
			outcome, scene := cases.Play(t, at, c)
			cases.Accepted(t, c, outcome, scene)
		})
	}
	if played < 50 {
		t.Errorf("%d cases were played", played)
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
