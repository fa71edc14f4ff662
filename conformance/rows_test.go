package conformance_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
	"github.com/better-auth-go/better-auth/plugins/username"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// stores read and write rows without a server between.
type stores struct {
	users         *database.Store[betterauth.User]
	sessions      *database.Store[betterauth.Session]
	accounts      *database.Store[betterauth.Account]
	verifications *database.Store[betterauth.Verification]
	passkeys      *database.Store[passkey.Passkey]
}

func storesOf(t *testing.T, db testDatabase) (s stores) {
	t.Helper()
	schema, err := database.Compile(db.opened(t), []database.Table{
		database.TableOf[betterauth.User]("user"),
		database.TableOf[betterauth.Session]("session"),
		database.TableOf[betterauth.Account]("account"),
		database.TableOf[betterauth.Verification]("verification"),
		database.TableOf[passkey.Passkey]("passkey"),
	}, map[string][]database.Column{
		"user": {username.Name.Column(), username.DisplayName.Column(), twofactor.Enabled.Column(),
			admin.Role.Column(), admin.Banned.Column(), admin.BanReason.Column(), admin.BanExpires.Column()},
		"session": {admin.ImpersonatedBy.Column()},
	}, database.Options{})
	if err == nil {
		errs := make([]error, 5)
		s.users, errs[0] = database.StoreOf[betterauth.User](schema)
		s.sessions, errs[1] = database.StoreOf[betterauth.Session](schema)
		s.accounts, errs[2] = database.StoreOf[betterauth.Account](schema)
		s.verifications, errs[3] = database.StoreOf[betterauth.Verification](schema)
		s.passkeys, errs[4] = database.StoreOf[passkey.Passkey](schema)
		err = errors.Join(errs...)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What the reference wrote is read in Go as the reference answered it.
func TestReferenceRowsInGo(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, db testDatabase) {
		at := startReference(t, db, "--migrate")
		var state seedState
		seeding := time.Now().Truncate(time.Millisecond) // what dates keep
		parse(t, interop(t, "seed", "--url", at.url).raw, &state)
		rows, ctx := storesOf(t, db), t.Context()

		session := found(t, rows.sessions, database.Eq("token", state.Token))
		sameJSON(t, "session", session, state.Session)
		user := found(t, rows.users, database.Eq("id", session.UserID))
		sameJSON(t, "user", user, state.User)
		if user.Image != nil || user.EmailVerified {
			t.Errorf("image %v, emailVerified %v of a user that has neither", user.Image, user.EmailVerified)
		}
		// The reference looks at the clock once for each of the two.
		if life := session.ExpiresAt.Sub(session.CreatedAt); life.Round(time.Second) != 7*24*time.Hour {
			t.Errorf("the session lives %v", life)
		}
		if session.CreatedAt.Before(seeding) || session.CreatedAt.After(time.Now()) {
			t.Errorf("the session was created at %v, not after %v", session.CreatedAt, seeding)
		}

		for _, credential := range state.Credentials {
			var answered struct {
				ID       string `json:"id"`
				BackedUp bool   `json:"backedUp"`
				Counter  int64  `json:"counter"`
			}
			parse(t, credential.Row, &answered)
			key := found(t, rows.passkeys, database.Eq("id", answered.ID))
			sameJSON(t, "passkey", key, credential.Row)
			if key.BackedUp != answered.BackedUp || key.Counter != answered.Counter || key.UserID != user.ID {
				t.Errorf("passkey: %+v, answered as %+v", key, answered)
			}
		}

		account := found(t, rows.accounts, database.Eq("userId", user.ID))
		if account.ProviderID != "credential" || account.AccountID != user.ID || account.Password == nil {
			t.Errorf("account: %+v", account)
		}
		if account.AccessToken != nil || account.RefreshToken != nil || account.IDToken != nil || account.Scope != nil ||
			account.AccessTokenExpiresAt != nil || account.RefreshTokenExpiresAt != nil {
			t.Errorf("NULL read as a value: %+v", account)
		}

		// A row that is compared by its date, as expired ones are when swept.
		if _, err := at.visitor().expect(ctx, "GET", "/passkey/generate-authenticate-options", nil); err != nil {
			t.Fatal(err)
		}
		now := time.Now()
		begun, err := rows.verifications.List(ctx, database.Query{Where: []database.Cond{
			database.Gt("expiresAt", now.Add(4*time.Minute)), database.Lt("expiresAt", now.Add(6*time.Minute)),
		}})
		if err != nil || len(begun) != 1 {
			t.Errorf("%d challenges expire in five minutes: %v", len(begun), err)
		}
	})
}

// What Go wrote, at the edges of each type, is answered by the reference as we
// answer it ourselves, and means the same to it.
func TestGoRowsInReference(t *testing.T) {
	t.Parallel()
	image, empty, address := "https://example.com/é.png", "", "203.0.113.7"
	when := func(text string) time.Time {
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	later := time.Now().Add(time.Hour)
	cases := []struct {
		name    string
		user    betterauth.User
		session betterauth.Session
	}{
		{"null and false",
			betterauth.User{Name: "", Email: "null@example.com"},
			betterauth.Session{ExpiresAt: later}},
		{"values and true",
			betterauth.User{Name: "Ada \"λ\" <b>\\ 🔑\u2028\x01", Email: "values@example.com", EmailVerified: true, Image: &image},
			betterauth.Session{ExpiresAt: later, IPAddress: &address, UserAgent: &image}},
		{"empty texts",
			betterauth.User{Name: " ", Email: "empty@example.com", Image: &empty},
			betterauth.Session{ExpiresAt: later, IPAddress: &empty, UserAgent: &empty}},
		{"early dates",
			betterauth.User{Email: "early@example.com", CreatedAt: when("1970-01-01T00:00:00.001Z"), UpdatedAt: when("1999-12-31T23:59:59.999Z")},
			betterauth.Session{ExpiresAt: when("2999-12-31T23:59:59.999Z"), CreatedAt: when("1969-12-31T23:59:59.999Z")}},
		{"fractions and zones",
			betterauth.User{Email: "zones@example.com", CreatedAt: when("2024-02-29T23:30:00.1-05:00"), UpdatedAt: when("2026-03-29T02:30:00.987654321+01:00")},
			betterauth.Session{ExpiresAt: when("2199-10-31T02:30:00.5+02:00"), CreatedAt: when("2026-10-25T01:30:00Z")}},
	}
	onEachEngine(t, func(t *testing.T, db testDatabase) {
		ours := startGo(t, db)
		theirs := startReference(t, db)
		rows := storesOf(t, db)
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				user, session := c.user, c.session
				create(t, rows.users, &user)
				session.UserID, session.Token = user.ID, strings.Repeat("t", 20)+user.ID[:12]
				create(t, rows.sessions, &session)
				answers := make(map[*server][]byte)
				for _, at := range []*server{ours, theirs} {
					v := at.visitor()
					v.bearer = session.Token
					answers[at] = v.must(t, "GET", "/get-session?disableRefresh=true", nil)
				}
				if got := string(answers[theirs]); got == "null" {
					t.Fatalf("the reference knows no session for %s", answers[ours])
				}
				sameJSON(t, "get-session", jsontext.Value(answers[ours]), answers[theirs])
				sameJSON(t, "the rows", &betterauth.Identity{Session: &session, User: &user}, answers[theirs])
			})
		}

		t.Run("expired", func(t *testing.T) {
			user := betterauth.User{Email: "expired@example.com"}
			create(t, rows.users, &user)
			session := betterauth.Session{UserID: user.ID, Token: "expired-" + user.ID, ExpiresAt: time.Now().Add(-time.Second)}
			create(t, rows.sessions, &session)
			v := theirs.visitor()
			v.bearer = session.Token
			if got := v.must(t, "GET", "/get-session", nil); string(got) != "null" {
				t.Errorf("the reference takes an expired session: %s", got)
			}
		})

		t.Run("passkeys", func(t *testing.T) {
			user := betterauth.User{Email: "keys@example.com"}
			create(t, rows.users, &user)
			session := betterauth.Session{UserID: user.ID, Token: "passkeys-" + user.ID, ExpiresAt: later}
			create(t, rows.sessions, &session)
			created := when("2026-01-02T03:04:05.006Z")
			for _, key := range []*passkey.Passkey{
				{UserID: user.ID, CredentialID: "a", PublicKey: "AA==", DeviceType: "singleDevice"},
				{UserID: user.ID, CredentialID: "b", PublicKey: "AA==", DeviceType: "multiDevice", Counter: 1<<31 - 1, BackedUp: true,
					Name: &image, Transports: &empty, CreatedAt: &created, AAGUID: &empty},
			} {
				create(t, rows.passkeys, key)
				v := theirs.visitor()
				v.bearer = session.Token
				var listed []map[string]any
				parse(t, v.must(t, "GET", "/passkey/list-user-passkeys", nil), &listed)
				listed = slices.DeleteFunc(listed, func(row map[string]any) bool { return row["id"] != key.ID })
				if len(listed) != 1 {
					t.Fatalf("the reference lists passkey %s %d times", key.CredentialID, len(listed))
				}
				row, err := json.Marshal(listed[0])
				if err != nil {
					t.Fatal(err)
				}
				sameJSON(t, "passkey", key, row)
			}
		})
	})
}

func found[Row any](t *testing.T, store *database.Store[Row], where ...database.Cond) *Row {
	t.Helper()
	row, err := store.Get(t.Context(), where...)
	if err != nil {
		t.Fatal(err)
	}
	return row
}

func create[Row any](t *testing.T, store *database.Store[Row], row *Row) {
	t.Helper()
	if err := store.Create(context.WithoutCancel(t.Context()), row); err != nil {
		t.Fatal(err)
	}
}

// sameJSON compares members and values; their order does not matter.
func sameJSON(t *testing.T, what string, got any, want jsontext.Value) {
	t.Helper()
	raw, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	if g, w := canonical(t, raw), canonical(t, want); g != w {
		t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}

func canonical(t *testing.T, value jsontext.Value) string {
	t.Helper()
	value = value.Clone()
	if err := value.Canonicalize(); err != nil {
		t.Fatalf("%v in %s", err, value)
	}
	return string(value)
}
