package devmail_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/adapters/mail/devmail"
	"github.com/better-auth-go/better-auth/betterauth"
)

func reset(to string) *betterauth.Message {
	return &betterauth.Message{
		Kind:    "reset-password",
		To:      to,
		URL:     "http://localhost:3000/api/auth/reset-password/aToken?callbackURL=%2F&x=1",
		Token:   "aToken",
		Subject: "Reset your password",
		Text:    "Somebody asked for a new password.",
	}
}

func get(in *devmail.Inbox, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "http://localhost:3000/dev/mail", nil)
	r.RemoteAddr = "127.0.0.1:5000"
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	in.ServeHTTP(w, r)
	return w
}

func TestPrints(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	in := devmail.New(devmail.Config{Out: &out})
	if err := in.Send(t.Context(), reset("ada@example.com")); err != nil {
		t.Fatal(err)
	}
	code := &betterauth.Message{Kind: "two-factor", To: "\x1b[2Jada@example.com\n", Code: "123456"}
	if err := in.Send(t.Context(), code); err != nil {
		t.Fatal(err)
	}
	want := "Mail (not sent): reset-password to ada@example.com\n" +
		"  http://localhost:3000/api/auth/reset-password/aToken?callbackURL=%2F&x=1\n" +
		"Mail (not sent): two-factor to \uFFFD[2Jada@example.com\uFFFD\n  123456\n"
	if out.String() != want {
		t.Errorf("%q", out.String())
	}

	full := errors.New("disk full")
	in = devmail.New(devmail.Config{Out: failing{full}})
	if err := in.Send(t.Context(), reset("ada@example.com")); !errors.Is(err, full) || len(in.Mails()) != 1 {
		t.Errorf("%v, %d kept", err, len(in.Mails()))
	}
}

func TestKeepsTheLast(t *testing.T) {
	t.Parallel()
	now := time.Date(2025, 3, 1, 9, 30, 0, 0, time.UTC)
	in := devmail.New(devmail.Config{Out: &bytes.Buffer{}, Keep: 3, Clock: func() time.Time { now = now.Add(time.Second); return now }})
	for n := range 5 {
		m := reset(fmt.Sprintf("user%d@example.com", n))
		if err := in.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		m.To = "changed afterwards"
	}
	var to []string
	for _, m := range in.Mails() {
		to = append(to, m.To)
	}
	if got := strings.Join(to, " "); got != "user4@example.com user3@example.com user2@example.com" {
		t.Error(got)
	}
	body := get(in, nil).Body.String()
	if strings.Contains(body, "user1@") || strings.Index(body, "user4@") > strings.Index(body, "user3@") || !strings.Contains(body, `<time datetime="2025-03-01T09:30:05Z">09:30:05</time>`) {
		t.Error(body)
	}
}

func TestPageIsEscaped(t *testing.T) {
	t.Parallel()
	in := devmail.New(devmail.Config{Out: &bytes.Buffer{}})
	if body := get(in, nil).Body.String(); !strings.Contains(body, "No mail yet") {
		t.Error(body)
	}
	evil := `"><script>alert(1)</script>`
	m := &betterauth.Message{Kind: evil, To: evil, Subject: evil, Text: evil, Code: evil, URL: "http://localhost/" + evil}
	scheme := reset("ada@example.com")
	scheme.URL = "javascript:alert(1)"
	for _, m := range []*betterauth.Message{m, scheme, reset("ada@example.com")} {
		if err := in.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	w := get(in, nil)
	body := w.Body.String()
	if strings.Contains(body, "<script") || strings.Contains(body, `href="javascript`) {
		t.Error(body)
	}
	if !strings.Contains(body, `<a class="button primary" href="http://localhost:3000/api/auth/reset-password/aToken?callbackURL=%2F&amp;x=1">`) {
		t.Errorf("the link is not as it was in the message: %s", body)
	}

	style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(body)
	sum := sha256.Sum256([]byte(style[1]))
	want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	for name, value := range map[string]string{
		"Content-Security-Policy":      want,
		"Content-Type":                 "text/html; charset=utf-8",
		"X-Content-Type-Options":       "nosniff",
		"Cache-Control":                "no-store",
		"Referrer-Policy":              "no-referrer",
		"Cross-Origin-Resource-Policy": "same-origin",
	} {
		if got := w.Header().Get(name); got != value {
			t.Errorf("%s: %q", name, got)
		}
	}
	if outside := regexp.MustCompile(`(?i)\ssrc\s*=|@import|\burl\(`).FindString(body); outside != "" {
		t.Errorf("the page loads something: %q", outside)
	}
}

func TestAnswersThisMachineAlone(t *testing.T) {
	t.Parallel()
	in := devmail.New(devmail.Config{Out: &bytes.Buffer{}})
	if err := in.Send(t.Context(), reset("ada@example.com")); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		remote, host, method string
		header               string
		status               int
	}{
		{"127.0.0.1:5000", "localhost:3000", "GET", "", 200},
		{"127.0.0.1:5000", "localhost", "HEAD", "", 200},
		{"[::1]:5000", "[::1]:3000", "GET", "", 200},
		{"[::ffff:127.0.0.1]:5000", "127.0.0.1:3000", "GET", "", 200},
		{"127.8.9.1:5000", "app.LOCALHOST:3000", "GET", "", 200},
		{"192.168.1.5:5000", "localhost:3000", "GET", "", 404},
		{"[2001:db8::1]:5000", "localhost:3000", "GET", "", 404},
		{"", "localhost:3000", "GET", "", 404},
		{"@", "localhost:3000", "GET", "", 404},
		{"127.0.0.1:5000", "example.com", "GET", "", 404},
		{"127.0.0.1:5000", "localhost.example.com:3000", "GET", "", 404},
		{"127.0.0.1:5000", "127.0.0.1.example.com", "GET", "", 404},
		{"127.0.0.1:5000", "192.168.1.4:3000", "GET", "", 404},
		{"127.0.0.1:5000", "", "GET", "", 404},
		{"127.0.0.1:5000", "localhost:3000", "GET", "X-Forwarded-For", 404},
		{"127.0.0.1:5000", "localhost:3000", "GET", "Forwarded", 404},
		{"127.0.0.1:5000", "localhost:3000", "GET", "X-Real-IP", 404},
		{"127.0.0.1:5000", "localhost:3000", "GET", "Via", 404},
		{"127.0.0.1:5000", "localhost:3000", "POST", "", 405},
		{"192.168.1.5:5000", "localhost:3000", "POST", "", 404},
	}
	for _, test := range tests {
		w := get(in, func(r *http.Request) {
			r.RemoteAddr, r.Host, r.Method = test.remote, test.host, test.method
			if test.header != "" {
				r.Header.Set(test.header, "127.0.0.1")
			}
		})
		if w.Code != test.status {
			t.Errorf("%+v: %d", test, w.Code)
		}
		if test.status != 200 && strings.Contains(w.Body.String(), "aToken") {
			t.Errorf("%+v: the mail is shown", test)
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	in := devmail.New(devmail.Config{Out: &bytes.Buffer{}})
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if err := in.Send(context.Background(), reset("ada@example.com")); err != nil {
				t.Error(err)
			}
			get(in, nil)
		})
	}
	all.Wait()
	if got := len(in.Mails()); got != 50 {
		t.Errorf("%d kept", got)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
