package betterauth_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

// Tables of before, whose ids may be used twice, are told of once at each start.
func TestBuildTellsOfIDsUsedTwice(t *testing.T) {
	t.Parallel()
	const old = `create table "account" ("id" integer not null primary key, "accountId" text not null, "providerId" text not null,
		"userId" integer not null references "user" ("id") on delete cascade, "accessToken" text, "refreshToken" text, "idToken" text,
		"accessTokenExpiresAt" date, "refreshTokenExpiresAt" date, "scope" text, "password" text, "createdAt" date not null, "updatedAt" date not null)`
	for before, want := range map[string]int{"": 0, old: 1} {
		db := databasetest.SQLiteMemory(t)
		if _, err := db.Bun().DB.ExecContext(t.Context(), before); err != nil {
			t.Fatal(err)
		}
		for _, mode := range []betterauth.SchemaMode{betterauth.SchemaMigrate, betterauth.SchemaVerify, betterauth.SchemaIgnore} {
			var log bytes.Buffer
			auth, err := betterauth.New(betterauth.Config{
				BaseURL: plugintest.BaseURL, Secret: plugintest.Secret, IDs: database.Serial, Schema: mode,
				Logger: slog.New(slog.NewTextHandler(&log, nil)),
			}).Database(db).Build(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := auth.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			want := want
			if mode == betterauth.SchemaIgnore {
				want = 0
			}
			if strings.Count(log.String(), "AUTOINCREMENT") != want || strings.Count(log.String(), "level=WARN") != want || strings.Count(log.String(), "table account") != want {
				t.Errorf("%v: want %d, logged %s", mode, want, &log)
			}
		}
	}
}
