package cases

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json"
)

// Server is a relying party that cases are played at, one after the other. Its
// id is "localhost".
type Server struct {
	// URL is the base URL with the base path: "http://localhost:3000/api/auth".
	URL string
	// Origin is where its clients say they are, in client data and headers.
	Origin string
	// Transport carries the requests. Default http.DefaultTransport.
	Transport http.RoundTripper
	// DB is the server's database, to see what a case changed.
	DB *database.DB
	// Rand is where the authenticators' keys and ids come from: the same for each
	// case. Default: crypto/rand.
	Rand func() io.Reader
	// SignUp makes a user and signs the browser in.
	SignUp func(t testing.TB, b *Browser, email string)
	// Later lets time pass, for challenges and sessions.
	Later func(t testing.TB, d time.Duration)
	// Reset empties the database.
	Reset func(t testing.TB)
}

// Outcome is what became of a case.
type Outcome struct {
	Status int
	Code   string
	// Changed are the tables that the request changed, among user, session and
	// passkey.
	Changed []string

	body   []byte
	header http.Header
}

// Body is the body of the answer.
func (o Outcome) Body() string { return string(o.body) }

// Header is the header of the answer.
func (o Outcome) Header() http.Header { return o.header }

// Play plays a case from a clean state. The scene is for what a test wants to do
// next. It fails the test where the case cannot be set up.
func Play(t testing.TB, server *Server, c Case) (Outcome, *Scene) {
	t.Helper()
	request, s := Prepare(t, server, c)
	before := Rows(t, server.DB)
	outcome := request.From.send(t, request)
	after := Rows(t, server.DB)
	for _, table := range watched {
		if before[table] != after[table] {
			outcome.Changed = append(outcome.Changed, table)
		}
	}
	return outcome, s
}

// Prepare does what comes before a case, from a clean state, and returns the
// request without sending it.
func Prepare(t testing.TB, server *Server, c Case) (Request, *Scene) {
	t.Helper()
	server.Reset(t)
	s := &Scene{t: t, server: server}
	if server.Rand != nil {
		s.rand = server.Rand()
	}
	s.Authenticator = s.NewAuthenticator()
	s.Alice = s.SignedIn("alice@example.com")
	return c.Prepare(s), s
}

// watched are the tables that a refusal leaves as they are. Challenges are not
// among them: they are spent, whatever becomes of the answer.
var watched = []string{"user", "session", "passkey"}

// Rows are the tables that a refusal leaves as they are, as text.
func Rows(t testing.TB, db *database.DB) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, table := range watched {
		text, err := dump(t, db, table)
		if err != nil {
			t.Fatalf("cases: reading %s: %v", table, err)
		}
		all[table] = text
	}
	return all
}

func dump(t testing.TB, db *database.DB, table string) (string, error) {
	found, err := db.Bun().QueryContext(t.Context(), `select * from "`+table+`" order by id`)
	if err != nil {
		return "", err
	}
	defer func() { _ = found.Close() }()
	columns, err := found.Columns()
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for found.Next() {
		values := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := found.Scan(into...); err != nil {
			return "", err
		}
		fmt.Fprintln(&out, values...)
	}
	return out.String(), found.Err()
}

// Browser is one client: it keeps cookies and says where it is.
type Browser struct {
	// Header is sent with every request.
	Header http.Header
	jar    *cookiejar.Jar
	server *Server
}

func (s *Server) browser(t testing.TB) *Browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatalf("cases: %v", err)
	}
	return &Browser{jar: jar, server: s, Header: http.Header{"Origin": {s.Origin}, "Sec-Fetch-Site": {"same-origin"}}}
}

func (b *Browser) url() *url.URL {
	u, err := url.Parse(b.server.URL)
	if err != nil {
		panic(fmt.Sprintf("cases: Server.URL: %v", err))
	}
	return u
}

// Cookie is the value of a cookie as it is sent, "" without one.
func (b *Browser) Cookie(name string) string {
	for _, c := range b.jar.Cookies(b.url()) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// SetCookie puts a cookie into the jar, with the value as it is sent; "" takes
// it out.
func (b *Browser) SetCookie(name, value string) {
	c := &http.Cookie{Name: name, Value: value, Path: "/"}
	if value == "" {
		c.MaxAge = -1
	}
	b.jar.SetCookies(b.url(), []*http.Cookie{c})
}

// Request is what a case sends.
type Request struct {
	From *Browser
	// Method is POST by default.
	Method string
	// Path is below the base path.
	Path string
	// Body is sent as it is if it is a string, as JSON otherwise; nil sends none.
	Body any
	// Header is sent besides the browser's own, or in its place.
	Header http.Header
}

func (b *Browser) send(t testing.TB, in Request) Outcome {
	t.Helper()
	var content io.Reader
	switch body := in.Body.(type) {
	case nil:
	case string:
		content = strings.NewReader(body)
	default:
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatalf("cases: %v", err)
		}
		content = bytes.NewReader(raw)
	}
	if in.Method == "" {
		in.Method = http.MethodPost
	}
	r, err := http.NewRequestWithContext(t.Context(), in.Method, b.server.URL+in.Path, content)
	if err != nil {
		t.Fatalf("cases: %v", err)
	}
	if content != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, header := range []http.Header{b.Header, in.Header} {
		for name, values := range header {
			r.Header[name] = slices.Clone(values)
		}
	}
	client := http.Client{Jar: b.jar, Transport: b.server.Transport}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatalf("cases: %s %s: %v", in.Method, in.Path, err)
	}
	defer func() { _ = answer.Body.Close() }()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatalf("cases: %s %s: %v", in.Method, in.Path, err)
	}
	out := Outcome{Status: answer.StatusCode, body: raw, header: answer.Header}
	var refusal struct {
		Code string `json:"code"`
	}
	if err := json.Unmarshal(raw, &refusal); err == nil {
		out.Code = refusal.Code
	}
	return out
}

// must is send for what comes before a case.
func (b *Browser) must(t testing.TB, method, path string, body any) []byte {
	t.Helper()
	out := b.send(t, Request{From: b, Method: method, Path: path, Body: body})
	if out.Status != http.StatusOK {
		t.Fatalf("cases: %s %s: %d %s", method, path, out.Status, out.body)
	}
	return out.body
}

// Post is a request that has to be answered with 200.
func (b *Browser) Post(t testing.TB, path string, body any) []byte {
	t.Helper()
	return b.must(t, http.MethodPost, path, body)
}
