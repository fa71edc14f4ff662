package plugins_test

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

// Every way to sign in asks every gate. There is a session, and a cookie of
// one, exactly where the matrix says so.
func TestSignInMatrix(t *testing.T) {
	t.Parallel()
	t.Log("\n" + matrix())
	for _, w := range ways {
		if len(w.want) != len(gates) {
			t.Fatalf("%s has %d cells", w.name, len(w.want))
		}
	}
	for i, g := range gates {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
				s := newSignInSite(t, db, g)
				for _, w := range ways {
					t.Run(w.name, func(t *testing.T) { s.with(t).play(w, g, w.want[i]) })
				}
			})
		})
	}
}

// with is the site for a cell, without anybody.
func (s *signInSite) with(t *testing.T) *signInSite {
	t.Helper()
	s.Kit, s.t, s.arrives, s.ada = s.With(t), t, false, nil
	if _, err := s.Users().Delete(t.Context(), database.NotNull("id")); err != nil {
		t.Fatal(err)
	}
	s.Mails()
	return s
}

func (s *signInSite) play(w way, g gate, want string) {
	s.t.Helper()
	if !w.arrives {
		s.createAda(!w.unverified)
	}
	try := w.prepare(s)
	s.Mails()
	if s.arrives = w.arrives; !s.arrives {
		s.shut(g)
	}
	users, sessions := s.count()
	s.audit.take()
	got := try()
	verdict := verdictOf(s.t, got)
	if verdict != want {
		s.t.Errorf("%s, want %s", verdict, want)
	}
	now, since := s.count()
	s.wantTold(now-users, since-sessions)
	s.wantSessions(got, sessions, verdict == signedIn)
	// Who is refused is not signed up either.
	refused := verdict != signedIn && verdict != secondary && verdict != noSession
	if now, _ := s.count(); now != users && (!w.arrives || refused) {
		s.t.Errorf("%d users, before %d", now, users)
	}
	if verdict == secondary && got.client != nil {
		got.answer, got.own = s.second(got.client).Want(http.StatusOK), false
		s.wantTold(0, 1)
		s.wantSessions(got, sessions, true)
	}
}

// verdictOf reads what came of a way.
func verdictOf(t *testing.T, got tried) string {
	t.Helper()
	if got.client == nil {
		code, ok := errors.AsType[*betterauth.ErrorCode](got.err)
		switch {
		case got.err == nil:
			return signedIn
		case ok:
			return code.Code
		case strings.Contains(got.err.Error(), "a further step is needed"):
			return secondary
		}
		return got.err.Error()
	}
	var body struct {
		TwoFactorRedirect bool `json:"twoFactorRedirect"`
	}
	failed, err := url.Parse(got.answer.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case failed.Query().Get("error") != "":
		return failed.Query().Get("error")
	case got.answer.Status >= 400:
		return got.answer.Code()
	case strings.Contains(string(got.answer.Body), "twoFactorRedirect"):
		if got.answer.Into(&body); !body.TwoFactorRedirect {
			t.Errorf("answered %s", got.answer.Body)
		}
		return secondary
	case string(got.client.Get("/get-session").Want(http.StatusOK).Body) == "null":
		return noSession
	}
	return signedIn
}

// wantSessions counts rows, and looks for what could be used as a session in the
// answer and in the browser.
func (s *signInSite) wantSessions(got tried, before int, want bool) {
	s.t.Helper()
	more := 0
	if want {
		more = 1
	}
	if _, now := s.count(); now != before+more {
		s.t.Errorf("%d sessions, before %d; signed in: %v", now, before, want)
	}
	if got.client == nil {
		return
	}
	token := got.answer.SetCookie("better-auth.session_token")
	if given := token != nil && token.Value != ""; given != want {
		s.t.Errorf("the answer gives a session's cookie: %v, want %v", given, want)
	}
	if given := s.cached(got.answer.SetCookie("better-auth.session_data")); given != want {
		s.t.Errorf("the answer gives a copy of a session: %v, want %v", given, want)
	}
	if given := got.answer.Header.Get("set-auth-token") != ""; given != (want && !got.own) {
		s.t.Errorf("the answer gives a bearer token: %v, want %v", given, want)
	}
	var id *betterauth.Identity
	got.client.Get("/get-session").Want(http.StatusOK).Into(&id)
	if is := id != nil && id.User.Email == adasEmail; is != want {
		s.t.Errorf("signed in as %+v, want %v", id, want)
	}
}

// cached reports whether a cookie holds a copy of a session of Ada's: that of an
// administrator holds their own.
func (s *signInSite) cached(cookie *http.Cookie) bool {
	s.t.Helper()
	if cookie == nil || cookie.Value == "" {
		return false
	}
	raw, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil || !strings.Contains(string(raw), `"user"`) {
		s.t.Fatalf("a copy that cannot be read: %s, %v", raw, err)
	}
	return strings.Contains(string(raw), adasEmail)
}

func (s *signInSite) count() (users, sessions int) {
	s.t.Helper()
	users, err := s.Users().Count(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	sessions, err = plugintest.StoreOf[betterauth.Session](s.Kit).Count(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return users, sessions
}

const (
	matrixPage  = "../docs/signin.md"
	matrixBegin = "<!-- matrix: generated by go test ./plugins -update -->\n"
	matrixEnd   = "<!-- end of matrix -->\n"
)

// matrix is the table for people.
func matrix() string {
	head := []string{"way"}
	for _, g := range gates {
		head = append(head, g.name)
	}
	var rows [][]string
	for _, w := range ways {
		rows = append(rows, append([]string{w.name}, w.want...))
	}
	return table(head, rows)
}

// table is a table of a page, of rows with their names before them.
func table(head []string, rows [][]string) string {
	var b strings.Builder
	line := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(head)
	b.WriteString("|" + strings.Repeat("---|", len(head)) + "\n")
	for _, row := range rows {
		line(row)
	}
	return b.String()
}

// The matrix in the documentation is the one that is played.
func TestSignInMatrixPage(t *testing.T) {
	t.Parallel()
	renew(t, matrixPage, matrixBegin, matrixEnd, matrix())
}

// renew compares what a page has between two marks with want, and writes it
// there with -update.
func renew(t *testing.T, page, begin, end, want string) {
	t.Helper()
	raw, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(raw), begin)
	old, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the table", page)
	}
	want = "\n" + want + "\n"
	if old == want {
		return
	}
	if !*update {
		t.Fatalf("the table in %s is out of date; run go test ./plugins -update\n%s", page, want)
	}
	if err := os.WriteFile(page, []byte(before+begin+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
