package conformance_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
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

// replay sends the requests of a transcript, with our cookies in the place of
// those that the reference had answered.
type replay struct {
	t            *testing.T
	url          string
	host         string
	client       *http.Client
	cookies      map[string]string // ours by the reference's, values as on the wire
	theirs, ours *normalizer
}

func newReplay(t *testing.T, handler http.Handler, script transcript) *replay {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	base, err := url.Parse(script.BaseURL)
	if err != nil {
		t.Fatal(err)
	}
	return &replay{
		t: t, url: server.URL, host: base.Host,
		client: &http.Client{
			Transport:     &http.Transport{DisableCompression: true},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		cookies: map[string]string{},
		theirs:  newNormalizer(), ours: newNormalizer(),
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
	r, err := http.NewRequestWithContext(p.t.Context(), s.Request.Method, p.url+s.Request.Path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Host = p.host
	r.Header.Set("User-Agent", "") // none is sent, as in the recording
	for name, value := range s.Request.Headers {
		if name == "cookie" {
			value = p.translate(value)
		}
		r.Header.Set(name, value)
	}
	response, err := p.client.Do(r)
	if err != nil {
		p.t.Fatalf("%s: %v", s.Label, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatalf("%s: %v", s.Label, err)
	}
	got := exchange{Status: response.StatusCode, SetCookie: response.Header["Set-Cookie"], Body: string(answer), Headers: map[string]string{}}
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

// saysLess reports a header that only takes from what caches and browsers may do
// with an answer. Every answer here has these; the reference's sessions have some.
func saysLess(name string, values []string) bool {
	harmless := map[string]string{"Cache-Control": "no-store", "Pragma": "no-cache", "X-Content-Type-Options": "nosniff"}
	return len(values) == 1 && harmless[name] == values[0]
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

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
