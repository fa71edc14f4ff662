package subject_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/benchmarks/subject"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

// What is written by hand is worth a comparison only if it does the work: it
// refuses what it must refuse, and who signed in is known afterwards. Ours goes
// through the same, so that the test cannot be satisfied by refusing everything.
var signingIn = []string{subject.KindOurs, subject.KindEverything, subject.KindWebAuthn, subject.KindScs, subject.KindScsPrepared}

func eachSubject(t *testing.T, kinds []string, test func(t *testing.T, h http.Handler, v []subject.Visitor)) {
	t.Helper()
	for _, kind := range kinds {
		for engine, open := range map[string]func(testing.TB) *database.DB{"sqlite": databasetest.SQLiteFile, "postgres": databasetest.Postgres} {
			t.Run(kind+"/"+engine, func(t *testing.T) {
				t.Parallel()
				db := open(t)
				seed := subject.Seed
				if kind == subject.KindEverything {
					seed = subject.SeedEverything
				}
				visitors, err := seed(t.Context(), db, 3, 2)
				if err != nil {
					t.Fatal(err)
				}
				h, err := subject.Handler(t.Context(), kind, db, "")
				if err != nil {
					t.Fatal(err)
				}
				test(t, h, visitors)
			})
		}
	}
}

func call(h http.Handler, method, path, cookie string, body []byte) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, subject.Origin+subject.BasePath+path, bytes.NewReader(body))
	r.Header.Set("Origin", subject.Origin)
	r.Header.Set("Content-Type", "application/json")
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func cookies(w *httptest.ResponseRecorder) string {
	var pairs []string
	for _, c := range w.Result().Cookies() {
		pairs = append(pairs, c.Name+"="+c.Value)
	}
	return strings.Join(pairs, "; ")
}

// begin is a ceremony as far as the browser's cookies and its signed answer.
func begin(t *testing.T, h http.Handler, v subject.Visitor, how passkeytest.GetOptions) (cookie string, body []byte) {
	t.Helper()
	w := call(h, http.MethodGet, "/passkey/generate-authenticate-options", "", nil)
	if w.Code != http.StatusOK {
		t.Fatalf("options: %d %s", w.Code, w.Body)
	}
	signed, err := v.Phone.Get(w.Body.Bytes(), how)
	if err != nil {
		t.Fatal(err)
	}
	return cookies(w), append(append([]byte(`{"response":`), signed...), '}')
}

func knows(t *testing.T, h http.Handler, cookie, email string) {
	t.Helper()
	w := call(h, http.MethodGet, "/get-session", cookie, nil)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"email":"`+email+`"`) {
		t.Errorf("after signing in get-session answers %d %s, without %s", w.Code, w.Body, email)
	}
}

const verify = "/passkey/verify-authentication"

func TestSignInWithAPasskey(t *testing.T) {
	t.Parallel()
	eachSubject(t, signingIn, func(t *testing.T, h http.Handler, visitors []subject.Visitor) {
		v := visitors[1]
		cookie, body := begin(t, h, v, passkeytest.GetOptions{})
		w := call(h, http.MethodPost, verify, cookie, body)
		if w.Code != http.StatusOK {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		knows(t, h, cookies(w), v.Email)
		if again := call(h, http.MethodPost, verify, cookie, body); again.Code == http.StatusOK {
			t.Errorf("one challenge signed in twice: %s", again.Body)
		}

		wrong := passkeytest.GetOptions{Tamper: passkeytest.Tamper{Signature: func(s []byte) []byte { s[len(s)-1] ^= 1; return s }}}
		cookie, body = begin(t, h, v, wrong)
		if w := call(h, http.MethodPost, verify, cookie, body); w.Code == http.StatusOK {
			t.Errorf("a wrong signature signed in: %s", w.Body)
		}
		_, other := begin(t, h, visitors[0], passkeytest.GetOptions{})
		cookie, _ = begin(t, h, v, passkeytest.GetOptions{})
		if w := call(h, http.MethodPost, verify, cookie, other); w.Code == http.StatusOK {
			t.Errorf("another challenge's answer signed in: %s", w.Body)
		}
	})
}

func TestSignInWithAPassword(t *testing.T) {
	t.Parallel()
	eachSubject(t, []string{subject.KindOurs, subject.KindEverything, subject.KindScs, subject.KindScsPrepared}, func(t *testing.T, h http.Handler, visitors []subject.Visitor) {
		with := func(password string) *httptest.ResponseRecorder {
			return call(h, http.MethodPost, "/sign-in/email", "", []byte(`{"email":"`+visitors[1].Email+`","password":"`+password+`"}`))
		}
		w := with(subject.Password)
		if w.Code != http.StatusOK {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		knows(t, h, cookies(w), visitors[1].Email)
		if w := with("a wrong password"); w.Code == http.StatusOK {
			t.Errorf("a wrong password signed in: %s", w.Body)
		}
	})
}

func TestRouteBehindRequireSession(t *testing.T) {
	t.Parallel()
	for _, cache := range []string{"", "compact"} {
		db := databasetest.SQLiteFile(t)
		visitors, err := subject.Seed(t.Context(), db, 2, 2)
		if err != nil {
			t.Fatal(err)
		}
		_, guarded, err := subject.Route(t.Context(), db, cache)
		if err != nil {
			t.Fatal(err)
		}
		for cookie, want := range map[string]int{visitors[1].Cookie: http.StatusOK, "": http.StatusUnauthorized, subject.SessionCookie + "=forged.AAAA": http.StatusUnauthorized} {
			r := httptest.NewRequest(http.MethodGet, subject.Origin+subject.RoutePath, nil)
			r.Header.Set("Cookie", cookie)
			w := httptest.NewRecorder()
			guarded.ServeHTTP(w, r)
			if w.Code != want || want == http.StatusOK && !strings.Contains(w.Body.String(), "Hello Person 1") {
				t.Errorf("cache %q, cookie %q: %d %s", cache, cookie, w.Code, w.Body)
			}
		}
	}
}
