package plugintest

import (
	"maps"
	"net/url"
	"reflect"
	"strconv"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// member is one thing an operation reads.
type member struct {
	name     string
	source   string // "json", "query" or "path"
	typ      reflect.Type
	optional bool
	check    string
}

// members lists what an input type reads; rest says that it takes members no
// field names.
func members(in reflect.Type) (ms []member, rest bool) {
	if in == nil || in.Kind() != reflect.Struct {
		return nil, false
	}
	for f := range in.Fields() {
		switch {
		case !f.IsExported():
			continue
		case f.Anonymous && f.Type.Kind() == reflect.Struct:
			inner, innerRest := members(f.Type)
			ms, rest = append(ms, inner...), rest || innerRest
			continue
		case f.Tag.Get("input") == "rest":
			rest = true
			continue
		}
		m := member{typ: f.Type, check: f.Tag.Get("check")}
		for _, m.source = range []string{"query", "path", "json"} {
			if tag, ok := f.Tag.Lookup(m.source); ok {
				name, options, _ := strings.Cut(tag, ",")
				m.name = name
				m.optional = strings.Contains(options, "omit")
				break
			}
		}
		if m.name == "" || m.name == "-" {
			continue
		}
		if f.Type.Kind() == reflect.Pointer || f.Type == reflect.TypeFor[jsontext.Value]() || m.has("optional") {
			m.optional = true
		}
		if m.has("required") || m.has("object") {
			m.optional = false
		}
		ms = append(ms, m)
	}
	return ms, rest
}

func (m member) has(check string) bool {
	_, ok := m.arg(check)
	return ok
}

func (m member) arg(check string) (value string, ok bool) {
	for part := range strings.SplitSeq(m.check, ",") {
		if name, value, _ := strings.Cut(part, "="); name == check {
			return value, true
		}
	}
	return "", false
}

// derive makes a request with what an input type demands, in plausible values.
func derive(in reflect.Type) Request {
	r := Request{Query: url.Values{}, Path: map[string]string{}}
	body := map[string]any{}
	ms, rest := members(in)
	for _, m := range ms {
		switch {
		case m.source == "path":
			r.Path[m.name] = m.text()
		case m.optional:
		case m.source == "query":
			r.Query.Set(m.name, m.text())
		default:
			body[m.name] = m.value(m.typ)
		}
	}
	if len(ms) > 0 || rest {
		r.Body = body
	}
	return r
}

func (m member) text() string {
	switch v := m.value(m.typ).(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	}
	return "1"
}

func (m member) value(t reflect.Type) any {
	if t == reflect.TypeFor[jsontext.Value]() {
		return map[string]any{}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return m.value(t.Elem())
	case reflect.String:
		return m.str()
	case reflect.Bool:
		return true
	case reflect.Int, reflect.Int32, reflect.Int64, reflect.Float64:
		if least, ok := m.arg("min"); ok {
			n, _ := strconv.ParseInt(least, 10, 64)
			return n
		}
		return int64(1)
	case reflect.Slice:
		return []any{m.value(t.Elem())}
	case reflect.Map:
		return map[string]any{"sample": m.value(t.Elem())}
	case reflect.Struct:
		body, _ := derive(t).Body.(map[string]any)
		return maps.Clone(body)
	}
	return nil
}

func (m member) str() string {
	if options, ok := m.arg("enum"); ok {
		first, _, _ := strings.Cut(options, "|")
		return first
	}
	name := strings.ToLower(m.name)
	switch {
	case m.has("email"), strings.Contains(name, "email"):
		return "sample@example.com"
	case strings.Contains(name, "password"):
		return "sample password 1"
	case isTarget(m.name):
		return "/"
	}
	text := "sample"
	if least, ok := m.arg("min"); ok {
		n, _ := strconv.Atoi(least)
		text = strings.Repeat("s", max(n, len(text)))
	}
	if most, ok := m.arg("max"); ok {
		n, _ := strconv.Atoi(most)
		text = text[:min(n, len(text))]
	}
	return text
}

// isTarget reports whether a member by this name says where to go next.
func isTarget(name string) bool {
	name = strings.ToLower(name)
	return strings.HasSuffix(name, "url") || strings.HasPrefix(name, "redirect")
}

// with is the request with another value of a member, whether or not it has one.
func (r Request) with(m member, value string) Request {
	switch m.source {
	case "json":
		body := bodyOf(r)
		if body == nil {
			body = map[string]any{}
		}
		body[m.name] = value
		r.Body = body
	case "query":
		query := url.Values{}
		maps.Copy(query, r.Query)
		query.Set(m.name, value)
		r.Query = query
	case "path":
		path := map[string]string{}
		maps.Copy(path, r.Path)
		path[m.name] = value
		r.Path = path
	}
	return r
}

// bodyOf is a request's body as members, for requests that have such a one.
func bodyOf(r Request) (body map[string]any) {
	raw, err := json.Marshal(r.Body)
	if text, ok := r.Body.(string); ok {
		raw = []byte(text) // it is sent as it is
	}
	if err == nil {
		_ = json.Unmarshal(raw, &body)
	}
	return body
}

// columnNames are the members that stand for columns added to a table.
func columnNames(ms []betterauth.Manifest) (names []string) {
	for _, m := range ms {
		for _, c := range m.Schema.Columns {
			names = append(names, c.Column().Name)
		}
	}
	return names
}
