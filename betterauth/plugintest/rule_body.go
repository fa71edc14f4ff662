package plugintest

import (
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/go-json-experiment/json"
)

// malformed are bodies that are no JSON, or that two parsers read differently.
var malformed = map[string]string{
	"half an object":    `{`,
	"a trailing comma":  `{"a":1,}`,
	"two values":        `{} {}`,
	"a duplicate name":  `{"a":1,"a":2}`,
	"a byte order mark": "\ufeff{}",
	"invalid UTF-8":     "{\"a\":\"\xff\"}",
	"a bare NUL":        "{\"a\":\"\x00\"}",
	"deep nesting":      strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000),
	"no JSON":           `<xml/>`,
}

// odd are values that no honest client sends.
var odd = []string{
	`null`, `true`, `7`, `-1`, `1.5`, `1e308`, `1e400`, `9223372036854775808`, `""`, `"x"`, `"\u0000"`, `"\ud800"`, `"\ufffd"`, `"\u202ex"`, `"' or 1=1 --"`,
	`"../../x"`, `"%00"`, `[]`, `[null]`, `["x",["y"]]`, `{}`, `{"a":null}`, `{"$ne":null}`, `"` + strings.Repeat("a", 100_000) + `"`,
	strings.Repeat("[", 2000) + strings.Repeat("]", 2000),
}

// oddText are values for queries and paths, percent-encoded.
var oddText = []string{"", "%00", "%FF", "%F0%9F%98%80", "..%2F..%2Fx", "%0D%0Ax:%20y", "-1", "9223372036854775808", "NaN", strings.Repeat("a", 20_000)}

// oddHeaders are headers that plugins read, and what comes before a value in
// them.
var oddHeaders = map[string]string{
	"Authorization": "Bearer ", "X-Api-Key": "", "User-Agent": "", "X-Forwarded-For": "", "Accept-Language": "", "X-Captcha-Response": "",
}

// oddHeaderTexts are values that an HTTP server lets through, by what messages call
// them. They are checked by nobody before a plugin reads them.
var oddHeaderTexts = map[string]string{
	`"a\xff"`: "a\xff", `"\xed\xa0\x80"`: "\xed\xa0\x80", `"%00"`: "%00", `"\xff" 100000 times`: strings.Repeat("\xff", 100_000),
}

func hostileBodies(p *probe) {
	for _, s := range p.sweep().operations {
		if !routed(s.op) || p.excepted(s.op.Operation) {
			continue
		}
		for _, a := range s.answers {
			switch {
			case a.unexpected:
				p.broken("%s, sent %s, answers %d %s; refuse it with an ErrorCode of a status below 500\n%s", s.op.ID, a.what, a.Status, a.Body, lastLine(a.lines))
			case a.malformed && (a.Status < 400 || a.Status > 499):
				p.broken("%s, sent %s, answers %d %s; refuse it with a status from 400 to 499", s.op.ID, a.what, a.Status, a.Body)
			}
		}
	}
}

// lastLine is what was logged last.
func lastLine(log string) string {
	lines := strings.Split(strings.TrimSpace(log), "\n")
	return lines[len(lines)-1]
}

// hostile sends an operation what no honest client does, and tells see of each
// answer.
func (p *probe) hostile(k *Kit, op operation, see func(what string, malformed bool, a *Answer)) {
	p.Helper()
	if !routed(op) {
		return
	}
	c := p.client(k, op.Operation, "mallory@example.com")
	do := func(what string, malformed bool, method, path string, body any) {
		p.Helper()
		a := c.Do(method, path, body)
		if a.Status == http.StatusUnauthorized && op.Access != betterauth.Public {
			c = p.client(k, op.Operation, "mallory@example.com") // it ended its own session
			a = c.Do(method, path, body)
		}
		see(what, malformed, a)
	}
	sample := p.request(k, c, op)
	path := sample.route(op.Operation)
	for _, method := range methodsOf(op.Operation) {
		p.hostileQueries(op, sample, func(what, path string) {
			var body any
			if method != http.MethodGet {
				body = sample.Body
			}
			do(what, false, method, path, body)
		})
		if method == http.MethodGet {
			continue
		}
		for what, body := range malformed {
			do(what, true, method, path, body)
		}
		limit := op.BodyLimit
		if limit == 0 {
			limit = 256 << 10
		}
		do("more than its limit", true, method, path, `{"a":"`+strings.Repeat("a", int(limit))+`"}`)
		for _, value := range odd {
			do(short(value), false, method, path, value)
		}
		for _, name := range p.bodyNames(k, op, sample) {
			others := bodyOf(sample)
			delete(others, name)
			raw, err := json.Marshal(others)
			if err != nil {
				p.Fatal(err)
			}
			// No encoder writes such values: they are put there by hand.
			begin, end := `{"`+name+`":`, "}"
			if len(others) > 0 {
				end = "," + string(raw[1:])
			}
			for _, value := range odd {
				do(short(value)+" as "+name, false, method, path, begin+value+end)
			}
			do("no "+name, false, method, path, string(raw))
		}
	}
}

// bodyNames are the members that mean something to an operation or to a hook on
// it.
func (p *probe) bodyNames(k *Kit, op operation, sample Request) (names []string) {
	seen := map[string]bool{}
	add := func(name string) {
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	ms, rest := members(op.in)
	for _, m := range ms {
		if m.source == "json" {
			add(m.name)
		}
	}
	for name := range bodyOf(sample) {
		add(name)
	}
	if rest || op.in == nil {
		for _, name := range columnNames(k.Auth.Manifests()) {
			add(name)
		}
	}
	return names
}

// hostileQueries makes routes with odd values for each parameter.
func (p *probe) hostileQueries(op operation, sample Request, send func(what, path string)) {
	ms, _ := members(op.in)
	for _, m := range ms {
		for _, value := range oddText {
			switch m.source {
			case "query":
				query := url.Values{}
				maps.Copy(query, sample.Query)
				query.Del(m.name)
				rest := query.Encode()
				if rest != "" {
					rest = "&" + rest
				}
				route, _, _ := strings.Cut(sample.route(op.Operation), "?")
				send(short(value)+" as "+m.name, route+"?"+m.name+"="+value+rest)
				send(short(value)+" as "+m.name+" twice", route+"?"+m.name+"="+value+"&"+m.name+"=x"+rest)
			case "path":
				if value != "" {
					send(short(value)+" as "+m.name, strings.Replace(Request{Query: sample.Query, Path: map[string]string{}}.route(op.Operation), "none", value, 1))
				}
			}
		}
	}
}

// hostileHeaders sends headers, and cookies before those that the client has,
// with values that are no text. Of two cookies of one name the first counts.
func (p *probe) hostileHeaders(k *Kit, op operation, see func(what string, malformed bool, a *Answer)) {
	p.Helper()
	if !routed(op) {
		return
	}
	c := p.client(k, op.Operation, "mallory@example.com")
	sample := p.request(k, c, op)
	for _, method := range methodsOf(op.Operation) {
		var body any
		if method != http.MethodGet {
			body = sample.Body
		}
		send := func(what, name, value string) {
			p.Helper()
			f := c.Fork()
			f.Header[name] = []string{value}
			see(what, false, f.Do(method, sample.route(op.Operation), body))
		}
		for what, text := range oddHeaderTexts {
			for name, before := range oddHeaders {
				send(what+" as "+name, name, before+text)
			}
			for _, ck := range c.jar.Cookies(c.url("")) {
				send(what+" as the cookie "+ck.Name, "Cookie", ck.Name+"="+text)
			}
		}
	}
}

func short(text string) string {
	const most = 60
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}
