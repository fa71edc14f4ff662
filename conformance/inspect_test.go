package conformance_test

import (
	"context"
	"testing"

	"github.com/better-auth-go/better-auth/database"
	"github.com/uptrace/bun"
)

// violations are statements that count what must never be in a database.
var violations = map[string]string{
	"users without an account with a password": `select count(*) from "user" u where not exists
		(select 1 from account a where a."userId" = u.id and a."accountId" = u.id and a."providerId" = 'credential' and a.password is not null)`,
	"accounts without a user": `select count(*) from account a where not exists (select 1 from "user" u where u.id = a."userId")`,
	"sessions without a user": `select count(*) from session s where not exists (select 1 from "user" u where u.id = s."userId")`,
	"passkeys without a user": `select count(*) from passkey p where not exists (select 1 from "user" u where u.id = p."userId")`,
	"addresses used twice":    `select count(*) from (select 1 from "user" group by lower(email) having count(*) > 1) d`,
	"accounts made twice":     `select count(*) from (select 1 from account group by "userId", "providerId" having count(*) > 1) d`,
	"passkeys stored twice":   `select count(*) from (select 1 from passkey group by "credentialID" having count(*) > 1) d`,
	"tokens used twice":       `select count(*) from (select 1 from session group by token having count(*) > 1) d`,
	"keys that are not whole": `select count(*) from passkey where "publicKey" = '' or "credentialID" = '' or "createdAt" is null`,
}

// inspect looks for violations, and for everything that was acknowledged.
func inspect(t *testing.T, of testDatabase, acknowledged *ledger) {
	t.Helper()
	db, err := of.open()
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx := t.Context()
	for what, query := range violations {
		var n int
		if err := db.Bun().QueryRowContext(ctx, query).Scan(&n); err != nil {
			t.Fatalf("counting %s: %v", what, err)
		}
		if n != 0 {
			t.Errorf("%d %s", n, what)
		}
	}
	if db.Engine() == database.SQLite {
		var verdict string
		if err := db.Bun().QueryRowContext(ctx, "pragma integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
			t.Errorf("integrity check: %s %v", verdict, err)
		}
	}
	users := pairs(ctx, t, db.Bun(), `select id, email from "user"`)
	for _, u := range acknowledged.users {
		if users[u.id] != u.email {
			t.Errorf("the acknowledged sign-up of %s is gone", u.email)
		}
	}
	passkeys := pairs(ctx, t, db.Bun(), `select "credentialID", "userId" from passkey`)
	for id, user := range acknowledged.passkeys {
		if passkeys[id] != user {
			t.Errorf("the acknowledged passkey %s is gone", id)
		}
	}
}

func pairs(ctx context.Context, t *testing.T, db *bun.DB, query string) map[string]string {
	t.Helper()
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	found := map[string]string{}
	for rows.Next() {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			t.Fatal(err)
		}
		found[key] = value
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}
