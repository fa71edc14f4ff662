package conformance_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// player sends the requests of one scenario: our answers' values in the place of
// the reference's, and each visitor's cookies from their own jar.
type player struct {
	t          *testing.T
	wire       *wire
	recorded   recording
	normalizer *normalizer
	jars       map[int]*jar
	now        func() time.Time
	answers    []given
	compared   int
}

// given is what a step left for later ones: the body as JSON, and the headers.
type given struct {
	body    any
	headers http.Header
}

func newPlayer(t *testing.T, wire *wire, recorded recording, now func() time.Time) *player {
	t.Helper()
	return &player{t: t, wire: wire, recorded: recorded, normalizer: newNormalizer(recorded.Server, false), jars: map[int]*jar{}, now: now}
}

// play sends the steps and hands on each field of an answer that is compared.
func (p *player) play(steps []scenarioStep, compare func(label, field, want, got string)) {
	p.t.Helper()
	for i, step := range steps {
		if step.Make != nil {
			p.answers = append(p.answers, given{body: map[string]any{"made": p.make(step.Make)}})
			continue
		}
		response, body := p.send(step)
		var value any
		if json.Unmarshal([]byte(body), &value) != nil {
			value = nil // it is no JSON
		}
		p.answers = append(p.answers, given{value, response.Header})
		if step.Jar == 0 {
			want := "200"
			if step.Answer != nil && step.Answer.Status != "" {
				want = step.Answer.Status
			}
			if got := strconv.Itoa(response.StatusCode); got != want {
				p.t.Fatalf("step %d, %s: %s %s, not %s", i+1, step.Request, got, body, want)
			}
		}
		if step.Answer == nil || step.Answer.Label == "" {
			continue
		}
		got, want := p.fields(step, response, body), step.Answer.fields()
		for _, field := range []string{"status", "headers", "cookies", "body", "mail", "value"} {
			ours := got[field]
			if field == "headers" {
				ours = withoutAlways(want[field], ours)
			}
			compare(step.Answer.Label, field, want[field], ours)
		}
	}
}

func (p *player) send(step scenarioStep) (*http.Response, string) {
	p.t.Helper()
	method, path, _ := strings.Cut(p.text(step.Request, nil), " ")
	body := plain(step.Body)
	if step.Body.Kind() == '"' {
		body = p.text(body, nil)
	} else {
		body = p.text(body, quoted)
	}
	if step.Jar == 0 {
		return p.wire.send(p.t, method, path, nil, body)
	}
	headers := map[string]string{}
	for name, value := range p.recorded.Headers {
		if step.Body != nil || name != "content-type" {
			headers[name] = value
		}
	}
	for name, value := range step.Headers {
		delete(headers, name)
		if value != nil {
			headers[name] = p.text(*value, nil)
		}
	}
	if p.jars[step.Jar] == nil {
		p.jars[step.Jar] = &jar{}
	}
	cookies := p.jars[step.Jar]
	for name, value := range step.Cookies {
		if value == nil {
			cookies.remove(name)
		} else {
			cookies.set(name, p.text(*value, nil))
		}
	}
	if _, own := headers["cookie"]; !own && len(cookies.names) > 0 {
		headers["cookie"] = cookies.header()
	}
	response, answer := p.wire.send(p.t, method, path, headers, body)
	for _, line := range response.Header["Set-Cookie"] {
		cookies.keep(line)
	}
	return response, answer
}

var placeholder = regexp.MustCompile(`<(?:now (-?\d+) s|(\d+) (?:(/[^>]*)|cookie ([^>]+)|set-auth-token))>`)

// text puts what our server answered, or what is counted from now on, where a
// recorded text names it.
func (p *player) text(s string, write func(string) string) string {
	p.t.Helper()
	return replace(s, placeholder, func(m []string) string {
		value := p.named(m)
		if write != nil {
			return write(value)
		}
		return value
	})
}

func (p *player) named(m []string) string {
	p.t.Helper()
	if m[1] != "" {
		seconds, _ := strconv.Atoi(m[1])
		return p.now().Add(time.Duration(seconds) * time.Second).UTC().Format("2006-01-02T15:04:05.000Z")
	}
	number, _ := strconv.Atoi(m[2])
	if number < 1 || number > len(p.answers) {
		p.t.Fatalf("%s: there is no such step yet", m[0])
	}
	answer := p.answers[number-1]
	value := ""
	switch {
	case m[3] != "":
		place, param, isURL := strings.Cut(m[3][1:], "?")
		value, _ = member(answer.body, strings.Split(place, "/")).(string)
		if isURL {
			value = paramOf(value, param)
		}
	case m[4] != "":
		for _, line := range answer.headers["Set-Cookie"] {
			if name, set := cookieOf(line); name == m[4] {
				value = set
			}
		}
	default:
		value = answer.headers.Get("Set-Auth-Token")
	}
	if value == "" {
		p.t.Fatalf("%s: our answer does not have it: %v", m[0], answer.body)
	}
	return value
}

// paramOf is a parameter of a URL, "" without it.
func paramOf(text, name string) string {
	to, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return to.Query().Get(name)
}

func member(value any, path []string) any {
	for _, name := range path {
		switch in := value.(type) {
		case map[string]any:
			value = in[name]
		case []any:
			at, err := strconv.Atoi(name)
			if err != nil || at >= len(in) {
				return nil
			}
			value = in[at]
		default:
			return nil
		}
	}
	return value
}

// quoted is a text as it stands within a JSON string.
func quoted(s string) string {
	text, err := jsontext.AppendQuote(nil, s)
	if err != nil {
		return s
	}
	return string(text[1 : len(text)-1])
}

// The headers a client can see; what connections add is left out.
var seen = []string{
	"access-control-expose-headers", "allow", "cache-control", "content-type", "location", "pragma", "set-auth-token", "x-content-type-options", "x-retry-after",
}

// fields are what is compared of an answer, as suite/record.mjs says. Ids are
// numbered from the body on, which names each.
func (p *player) fields(step scenarioStep, response *http.Response, body string) map[string]string {
	p.t.Helper()
	text := sortedMembers(body)
	switch {
	case step.Answer.Mail != nil:
		return map[string]string{"mail": p.normalizer.text(text)}
	case step.Answer.Value != nil:
		return map[string]string{"value": p.normalizer.text(text)}
	case strings.HasPrefix(response.Header.Get("Content-Type"), "text/html"):
		text = "(a page)" // which people read; scenarios look for what it has to say
	}
	for name, value := range always {
		if response.Header.Get(name) != value {
			p.t.Errorf("%s: %s is not %s", step.Answer.Label, name, value)
		}
	}
	fields := map[string]string{"body": p.normalizer.text(text), "status": strconv.Itoa(response.StatusCode)}
	p.normalizer.text(p.text(strings.SplitN(step.Request, " ", 2)[1], nil))
	var headers, cookies []string
	for _, name := range seen {
		if values := response.Header.Values(name); len(values) > 0 {
			headers = append(headers, name+": "+p.header(name, strings.Join(values, ", ")))
		}
	}
	// What a jar makes of an answer: of several lines for one cookie the last counts, and their order is nothing.
	last := map[string]string{}
	for _, line := range response.Header["Set-Cookie"] {
		name, _ := cookieOf(line)
		last[name] = line
	}
	for _, name := range slices.Sorted(maps.Keys(last)) {
		cookies = append(cookies, p.normalizer.cookie(last[name]))
	}
	fields["headers"], fields["cookies"] = strings.Join(headers, "\n"), strings.Join(cookies, "\n")
	p.compared++
	return fields
}

func (p *player) header(name, value string) string {
	switch name {
	case "x-retry-after": // seconds that may have passed on a busy machine
		seconds, _ := strconv.Atoi(value)
		return fmt.Sprintf("%d s at most", (seconds+4)/5*5)
	case "set-auth-token":
		return p.normalizer.value(value)
	}
	return p.normalizer.text(value)
}

// withoutAlways takes from our headers what every answer of ours has and the
// reference's has not.
func withoutAlways(reference, ours string) string {
	lines := strings.Split(ours, "\n")
	for name, value := range always {
		name = strings.ToLower(name) + ": "
		if !strings.Contains("\n"+reference, "\n"+name) {
			lines = slices.DeleteFunc(lines, func(line string) bool { return line == name+value })
		}
	}
	return strings.Join(lines, "\n")
}

// jar keeps a visitor's cookies, as they are on the wire.
type jar struct {
	names  []string
	values map[string]string
}

func (j *jar) set(name, value string) {
	if j.values == nil {
		j.values = map[string]string{}
	}
	if _, present := j.values[name]; !present {
		j.names = append(j.names, name)
	}
	j.values[name] = value
}

func (j *jar) remove(name string) {
	delete(j.values, name)
	j.names = slices.DeleteFunc(j.names, func(other string) bool { return other == name })
}

// keep does what a Set-Cookie line says.
func (j *jar) keep(line string) {
	name, value := cookieOf(line)
	if strings.Contains(strings.ToLower(line)+";", "; max-age=0;") {
		j.remove(name)
		return
	}
	j.set(name, value)
}

func (j *jar) header() string {
	var pairs []string
	for _, name := range j.names {
		pairs = append(pairs, name+"="+j.values[name])
	}
	return strings.Join(pairs, "; ")
}
