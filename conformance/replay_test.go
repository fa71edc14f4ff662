package conformance_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// exchange is an answer as it was recorded: without headers that say nothing
// about the protocol (Date, Content-Length).
type exchange struct {
	Status    int               `json:"status"`
	Headers   map[string]string `json:"headers"`
	SetCookie []string          `json:"setCookie"`
	Body      string            `json:"body"`
}

// wire sends recorded requests to a handler, with the headers that were
// recorded and no others.
type wire struct {
	url    string
	host   string // the recorded server's, which the handler is told
	client *http.Client
}

func newWire(t *testing.T, handler http.Handler, recorded string) *wire {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	base, err := url.Parse(recorded)
	if err != nil {
		t.Fatal(err)
	}
	return &wire{url: server.URL, host: base.Host, client: &http.Client{
		Transport:     &http.Transport{DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (w *wire) send(t *testing.T, method, path string, headers map[string]string, body string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, w.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = w.host
	r.Header.Set("User-Agent", "") // none is sent unless it was recorded
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	response, err := w.client.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return response, string(answer)
}

// replay sends the requests of a transcript, with our cookies in the place of
// those that the reference had answered.
type replay struct {
	t            *testing.T
	wire         *wire
	cookies      map[string]string // ours by the reference's, values as on the wire
	theirs, ours *normalizer
}

func newReplay(t *testing.T, handler http.Handler, script transcript) *replay {
	t.Helper()
	return &replay{
		t: t, wire: newWire(t, handler, script.BaseURL),
		cookies: map[string]string{},
		theirs:  newNormalizer("", true), ours: newNormalizer("", true),
	}
}

// compared is one part of an answer that differs.
type compared struct{ want, got string }

// step sends one request and returns what differs, by field.
func (p *replay) step(s step) map[string]compared {
	p.t.Helper()
	got := p.send(s)
	p.remember(s, got)
	want := p.theirs.fields(s.Response)
	differences := map[string]compared{}
	for field, text := range p.ours.fields(got) {
		if text != want[field] {
			differences[field] = compared{want[field], text}
		}
	}
	return differences
}

// leaveOut sends a step without comparing the answers, and sees that what is
// said to be absent is.
func (p *replay) leaveOut(s step, why string) {
	p.t.Helper()
	got := p.send(s)
	if why == absent && (got.Status != http.StatusNotFound || !strings.Contains(got.Body, `"NOT_FOUND"`)) {
		p.t.Errorf("%s: %d %s: the operation exists, so the step need not be left out", s.Label, got.Status, got.Body)
	}
	p.remember(s, got)
}

func (p *replay) send(s step) exchange {
	p.t.Helper()
	body := s.Request.RawBody
	if s.Request.Body != nil {
		body = string(s.Request.Body)
	}
	headers := maps.Clone(s.Request.Headers)
	if cookies, sent := headers["cookie"]; sent {
		headers["cookie"] = p.translate(cookies)
	}
	response, answer := p.wire.send(p.t, s.Request.Method, s.Request.Path, headers, body)
	got := exchange{Status: response.StatusCode, SetCookie: response.Header["Set-Cookie"], Body: answer, Headers: map[string]string{}}
	for name, values := range response.Header {
		_, recorded := s.Response.Headers[strings.ToLower(name)]
		switch {
		case name == "Set-Cookie" || name == "Date" || name == "Content-Length":
		case !recorded && saysLess(name, values):
		default:
			got.Headers[strings.ToLower(name)] = strings.Join(values, ", ")
		}
	}
	return got
}

// always is what every answer here has, and only some of the reference's: no
// cache keeps it, and no browser guesses what it is.
var always = map[string]string{"Cache-Control": "no-store", "Pragma": "no-cache", "X-Content-Type-Options": "nosniff"}

// saysLess reports a header that only takes from what caches and browsers may do
// with an answer.
func saysLess(name string, values []string) bool {
	return len(values) == 1 && always[name] == values[0]
}

// translate puts our cookies in the place of the reference's. What was never
// answered, such as a forged cookie, is sent as it was.
func (p *replay) translate(header string) string {
	pairs := strings.Split(header, "; ")
	for i, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		if ours, ok := p.cookies[value]; ok {
			pairs[i] = name + "=" + ours
		}
	}
	return strings.Join(pairs, "; ")
}

// remember pairs the cookies of both answers by name.
func (p *replay) remember(s step, got exchange) {
	ours := map[string]string{}
	for _, line := range got.SetCookie {
		name, value := cookieOf(line)
		ours[name] = value
	}
	for _, line := range s.Response.SetCookie {
		name, value := cookieOf(line)
		if value != "" && ours[name] != "" {
			p.cookies[value] = ours[name]
		}
	}
}

func cookieOf(line string) (name, value string) {
	pair, _, _ := strings.Cut(line, ";")
	name, value, _ = strings.Cut(pair, "=")
	return name, value
}
