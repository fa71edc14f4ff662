package passkey_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest/cases"
)

// Every case gets its answer, and what is refused changes nothing.
func TestCases(t *testing.T) {
	t.Parallel()
	for engine, open := range map[string]func(testing.TB) *database.DB{"SQLite": databasetest.SQLiteMemory, "PostgreSQL": databasetest.Postgres} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			if testing.Short() && engine == "PostgreSQL" {
				t.Skip("takes a minute; run it without -short")
			}
			playAll(t, open(t))
		})
	}
}

func playAll(t *testing.T, db *database.DB) {
	t.Helper()
	usual := newCaseServer(t, db, passkey.Config{})
	for _, c := range cases.All() {
		t.Run(c.ID(), func(t *testing.T) {
			server := usual
			if c.Config != nil {
				server = newCaseServer(t, db, *c.Config)
			}
			outcome, scene := cases.Play(t, server, c)
			if c.Want == nil {
				cases.Accepted(t, c, outcome, scene)
				transportsAreClean(t, scene)
			} else {
				turnedAway(t, c, outcome)
			}
		})
	}
}

func turnedAway(t *testing.T, c cases.Case, got cases.Outcome) {
	t.Helper()
	if got.Status != c.Want.Status || got.Code != c.Want.Code {
		t.Errorf("%d %s, want %d %s; body %s", got.Status, got.Code, c.Want.Status, c.Want.Code, got.Body())
	}
	if got.Status < 400 || got.Status > 499 {
		t.Errorf("status %d is no refusal", got.Status)
	}
	if len(got.Changed) > 0 {
		t.Errorf("it changed %v", got.Changed)
	}
	if slices.ContainsFunc(got.Header().Values("Set-Cookie"), func(line string) bool {
		return strings.HasPrefix(line, "better-auth.session_token=") && !strings.Contains(line, "Max-Age=0")
	}) {
		t.Error("a session came with the refusal")
	}
}

// transportsAreClean demands that only what can be a transport was kept.
func transportsAreClean(t *testing.T, s *cases.Scene) {
	t.Helper()
	for _, row := range s.List(s.Alice) {
		if strings.ContainsAny(strings.ReplaceAll(row.Transports, ",smart-card", ""), "<>") || strings.Contains(row.Transports, "evil") {
			t.Errorf("transports %q", row.Transports)
		}
	}
}

// inProcess hands requests to a handler.
type inProcess struct{ http.Handler }

func (h inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	r.RequestURI = r.URL.RequestURI()
	r.RemoteAddr = "192.0.2.1:1234"
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result(), nil
}

func newCaseServer(t testing.TB, db *database.DB, cfg passkey.Config) *cases.Server {
	t.Helper()
	kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{passkey.New(cfg)}})
	return caseServer(kit)
}

func caseServer(kit *plugintest.Kit) *cases.Server {
	return &cases.Server{
		URL: plugintest.BaseURL + kit.Auth.BasePath(), Origin: plugintest.BaseURL, Transport: inProcess{kit.Auth}, DB: kit.DB,
		SignUp: func(t testing.TB, b *cases.Browser, email string) {
			t.Helper()
			b.SetCookie("better-auth.session_token", kit.With(t).SignedIn(email).Cookie("better-auth.session_token"))
		},
		Later: func(_ testing.TB, d time.Duration) { kit.Clock.Advance(d) },
		Reset: func(t testing.TB) {
			t.Helper()
			_, err := kit.DB.Bun().ExecContext(t.Context(),
				`delete from "verification"; delete from "passkey"; delete from "session"; delete from "account"; delete from "user"`)
			if err != nil {
				t.Fatal(err)
			}
		},
	}
}
