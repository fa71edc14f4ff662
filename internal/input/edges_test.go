package input_test

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/internal/input"
	"github.com/go-json-experiment/json/jsontext"
)

func compiled[T any](t *testing.T) *input.Plan {
	t.Helper()
	plan, err := input.Compile(reflect.TypeFor[T]())
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// decoded decodes into a new T and returns it with the error as text.
func decoded[T any](t *testing.T, src input.Source) (T, string) {
	t.Helper()
	var dst T
	if err := compiled[T](t).Decode(src, &dst); err != nil {
		return dst, err.Error()
	}
	return dst, ""
}

// Bounds belong to what they bound: the least and the most are allowed.
func TestBounds(t *testing.T) {
	t.Parallel()
	type in struct {
		Age  int    `json:"age" check:"optional,min=1,max=150"`
		Name string `json:"name" check:"optional,min=2,max=4"`
		Mail string `json:"mail" check:"optional,email"`
	}
	for body, want := range map[string]string{
		`{"age":1}`:                    "",
		`{"age":150}`:                  "",
		`{"age":0}`:                    "[body.age] Too small: expected number to be >=1",
		`{"age":151}`:                  "[body.age] Too big: expected number to be <=150",
		`{"name":"ab"}`:                "",
		`{"name":"abcd"}`:              "",
		`{"name":"a"}`:                 "[body.name] Too small: expected string to have >=2 characters",
		`{"name":"abcde"}`:             "[body.name] Too big: expected string to have <=4 characters",
		`{"name":"🔐"}`:                 "", // two UTF-16 code units
		`{"name":" a"}`:                "",
		`{"mail":" a@b.com "}`:         "",
		`{"name":"a","mail":"x"}`:      "[body.name] Too small: expected string to have >=2 characters; [body.mail] Invalid email address",
		`{"age":1e999}`:                "[body.age] Invalid input: expected number, received NaN",
		`{"name":["a"],"mail":{}}`:     "[body.name] Invalid input: expected string, received array; [body.mail] Invalid input: expected string, received object",
		`{"name":null,"age":"1"}`:      "[body.age] Invalid input: expected number, received string; [body.name] Invalid input: expected string, received null",
		`{"age":1,"age":2}`:            "[body] Invalid input",
		`{"name":"\ud800"}`:            "[body] Invalid input",
		`{"age":9007199254740993}`:     "[body.age] Too big: expected number to be <=150",
		`{"age":90071992547409920000}`: "[body.age] Invalid input: expected int, received number",
	} {
		_, got := decoded[in](t, input.Source{Body: jsontext.Value(body)})
		if got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
	if in, _ := decoded[in](t, input.Source{Body: jsontext.Value(`{"mail":" a@b.com ","name":" a"}`)}); in.Mail != "a@b.com" || in.Name != " a" {
		t.Errorf("%+v: blanks leave addresses and nothing else", in)
	}
}

// JavaScript's whole numbers end at 2^53, and a smaller type at its own end.
func TestWholeNumbers(t *testing.T) {
	t.Parallel()
	type in struct {
		Wide   int64 `json:"wide" check:"optional"`
		Narrow int32 `json:"narrow" check:"optional"`
	}
	const noInt = "Invalid input: expected int, received number"
	for body, want := range map[string]string{
		`{"wide":9007199254740992}`: "", `{"wide":-9007199254740992}`: "", `{"wide":9007199254740994}`: "[body.wide] " + noInt,
		`{"narrow":2147483647}`: "", `{"narrow":2147483648}`: "[body.narrow] " + noInt, `{"narrow":-2147483649}`: "[body.narrow] " + noInt,
	} {
		if _, got := decoded[in](t, input.Source{Body: jsontext.Value(body)}); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

func TestWrongKinds(t *testing.T) {
	t.Parallel()
	type in struct {
		Flag bool              `json:"flag,omitzero"`
		List []string          `json:"list,omitempty"`
		Map  map[string]string `json:"map,omitempty"`
	}
	for body, want := range map[string]string{
		`{"flag":true,"list":[],"map":{}}`: "",
		`{"flag":1}`:                       "[body.flag] Invalid input: expected boolean, received number",
		`{"list":{}}`:                      "[body.list] Invalid input: expected array, received object",
		`{"list":"x"}`:                     "[body.list] Invalid input: expected array, received string",
		`{"map":[]}`:                       "[body.map] Invalid input: expected record, received array",
		`{"map":null}`:                     "[body.map] Invalid input: expected record, received null",
		`{"map":{"a":1}}`:                  "[body.map.a] Invalid input: expected string, received number",
		`{"map":{"a":"x","a":"y"}}`:        "[body] Invalid input",
	} {
		if _, got := decoded[in](t, input.Source{Body: jsontext.Value(body)}); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
	for body, want := range map[string]bool{`{"flag":true}`: true, `{"flag":false}`: false, `{}`: false} {
		if in, issues := decoded[in](t, input.Source{Body: jsontext.Value(body)}); in.Flag != want || issues != "" {
			t.Errorf("%s: %v, %s", body, in.Flag, issues)
		}
	}
}

func TestQuery(t *testing.T) {
	t.Parallel()
	type in struct {
		Name string   `query:"name"`
		Page *int     `query:"page"`
		On   bool     `query:"on"`
		Tags []string `query:"tags"`
		Most float64  `query:"most" check:"optional"`
	}
	for query, want := range map[string]string{
		"name=a":               "",
		"":                     "[query.name] Invalid input: expected string, received undefined",
		"name=a&name=b":        "[query.name] Invalid input: expected string, received array",
		"name=a&page=1&page=2": "[query.page] Invalid input: expected string, received array",
		"name=a&page=1.5":      "[query.page] Invalid input: expected int, received number",
		"name=a&on=&on=":       "",
		"name=a&tags=a&tags=b": "",
		"name=a&most=x":        "[query.most] Invalid input: expected number, received NaN",
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		got, issues := decoded[in](t, input.Source{Query: values})
		if issues != want {
			t.Errorf("%q: %q, want %q", query, issues, want)
		}
		if on := len(values["on"]) > 1; issues == "" && got.On != on {
			t.Errorf("%q: on is %v", query, got.On)
		}
	}
	values := url.Values{"name": {"a"}, "on": {""}, "page": {"7"}, "most": {"0.5"}}
	if got, issues := decoded[in](t, input.Source{Query: values}); issues != "" || got.On || *got.Page != 7 || got.Most != 0.5 {
		t.Errorf("%+v, %s", got, issues)
	}
	if compiled[in](t).TakesBody() {
		t.Error("a query alone takes a body")
	}
	for want, typ := range map[string]reflect.Type{
		"expected number, received undefined": reflect.TypeFor[struct {
			Page int `query:"page"`
		}](),
		"[query.most] Invalid input: expected number, received undefined": reflect.TypeFor[struct {
			Most float64 `query:"most"`
		}](),
	} {
		plan, err := input.Compile(typ)
		if err != nil {
			t.Fatal(err)
		}
		if err := plan.Decode(input.Source{}, reflect.New(typ).Interface()); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("a number that is missing: %v, want %s", err, want)
		}
	}
}

// base is embedded in inputs that have something in common.
type base struct {
	Email string `json:"email" check:"email"`
}

// Everywhere has members of every source, for inputs of several operations.
type Everywhere struct {
	Kind string   `path:"kind"`
	Page []string `query:"page"`
	Sort *string  `query:"sort"`
}

func TestEmbeddedQueryAndPath(t *testing.T) {
	t.Parallel()
	got, issues := decoded[struct {
		ID string `path:"id"`
		Everywhere
		Name string `query:"name"`
	}](t, input.Source{Path: map[string]string{"id": "7", "kind": "k"}, Query: url.Values{"page": {"1", "2"}, "sort": {"up"}, "name": {"x"}}})
	if issues != "" || got.ID != "7" || got.Kind != "k" || len(got.Page) != 2 || got.Sort == nil || *got.Sort != "up" || got.Name != "x" {
		t.Errorf("%+v, %s", got, issues)
	}
}

func TestEmbedded(t *testing.T) {
	t.Parallel()
	type in struct {
		base
		Name string `json:"name"`
	}
	type exported struct {
		Base struct {
			Deep string `json:"deep"`
		} `json:"base"`
	}
	if _, err := input.Compile(reflect.TypeFor[in]()); err != nil {
		t.Fatal(err)
	}
	got, issues := decoded[struct {
		Common
		Name string `json:"name"`
	}](t, input.Source{Body: jsontext.Value(`{"id":"7","name":"x"}`)})
	if issues != "" || got.ID != "7" || got.Name != "x" {
		t.Errorf("%+v, %s", got, issues)
	}
	if got, issues := decoded[exported](t, input.Source{Body: jsontext.Value(`{"base":{"deep":"d"}}`)}); issues != "" || got.Base.Deep != "d" {
		t.Errorf("%+v, %s", got, issues)
	}
	type broken struct{ Broken }
	if _, err := input.Compile(reflect.TypeFor[broken]()); err == nil {
		t.Error("an embedded struct without tags is accepted")
	}
	type notStruct struct {
		Word `json:"word"`
	}
	if got, issues := decoded[notStruct](t, input.Source{Body: jsontext.Value(`{"word":"w"}`)}); issues != "" || got.Word != "w" {
		t.Errorf("%+v, %s", got, issues)
	}
}

// Common is embedded.
type Common struct {
	ID string `json:"id"`
}

// Broken cannot be read.
type Broken struct{ A string }

// Word is text that is embedded.
type Word string

func TestMembers(t *testing.T) {
	t.Parallel()
	m := input.Members{"text": jsontext.Value(`"ü"`), "number": jsontext.Value("1"), "broken": jsontext.Value(`"\ud800"`)}
	for name, want := range map[string]string{"text": "ü", "number": "", "broken": "", "missing": ""} {
		if got, ok := m.Text(name); ok != (want != "") || ok && got != want {
			t.Errorf("%s: %q, %v", name, got, ok)
		}
	}
	m.SetText("text", "a\"\xff")
	if got := string(m["text"]); got != `"a\"`+"\uFFFD"+`"` {
		t.Errorf("set to %s", got)
	}
}

// Members that no field names belong to one request each: who changes theirs
// changes nobody else's.
func TestOwnRest(t *testing.T) {
	t.Parallel()
	type in struct {
		Name string        `json:"name"`
		Rest input.Members `input:"rest"`
	}
	plan := compiled[in](t)
	if !plan.HasRest() || !plan.TakesBody() || compiled[struct {
		Name string `json:"name"`
	}](t).HasRest() || compiled[struct {
		Q string `query:"q"`
	}](t).HasRest() {
		t.Error("HasRest or TakesBody says otherwise than the fields")
	}
	type onlyRest struct {
		Rest input.Members `input:"rest"`
	}
	if rest, issues := decoded[onlyRest](t, input.Source{Body: jsontext.Value(`{"a":1}`)}); issues != "" || string(rest.Rest["a"]) != "1" {
		t.Errorf("%+v, %s", rest, issues)
	}
	if _, issues := decoded[onlyRest](t, input.Source{Body: jsontext.Value(`[]`)}); issues != "[body] Invalid input: expected record, received array" {
		t.Errorf("an array is no record: %s", issues)
	}
	first, issues := decoded[in](t, input.Source{Body: jsontext.Value(`{"name":"x","a":1,"b":2}`)})
	if issues != "" {
		t.Fatal(issues)
	}
	second := first
	own := plan.OwnRest(&second)
	own["a"] = jsontext.Value("9")
	own["c"] = jsontext.Value("3")
	if len(first.Rest) != 2 || string(first.Rest["a"]) != "1" {
		t.Errorf("the first has %v", first.Rest)
	}
	if len(second.Rest) != 3 || string(second.Rest["a"]) != "9" || string(second.Rest["b"]) != "2" {
		t.Errorf("the second has %v", second.Rest)
	}
	if empty := (&in{}); plan.OwnRest(empty) == nil || empty.Rest == nil {
		t.Error("without members there is no map")
	}
}

func TestLogged(t *testing.T) {
	t.Parallel()
	for want, issues := range map[string]input.Issues{
		"":                     nil,
		"[body] no":            {{Path: "body", Text: "no"}},
		"[body.email] no":      {{Path: "body.email", Text: "no"}, {Path: "body.name", Text: "neither"}},
		"[body.marks] no text": {{Path: "body.marks.the client's own", Text: "no text"}},
	} {
		if got := issues.Logged(); got != want {
			t.Errorf("%v: %q", issues, got)
		}
	}
}

// What a number is made to, where text is wanted, is what JavaScript makes of it.
func TestCoercedNumbers(t *testing.T) {
	t.Parallel()
	type in struct {
		ID string `json:"id" check:"coerce"`
	}
	for raw, want := range map[string]string{
		"1": "1", "0.5": "0.5", "1e20": "100000000000000000000", "1e21": "1e+21", "-1e21": "-1e+21", "true": "true", "null": "null", `"x"`: "x",
	} {
		if got, issues := decoded[in](t, input.Source{Body: jsontext.Value(`{"id":` + raw + `}`)}); issues != "" || got.ID != want {
			t.Errorf("%s: %q, %s", raw, got.ID, issues)
		}
	}
	for raw, want := range map[string]string{"[1]": "array", "{}": "object", "1e999": "number"} {
		if _, issues := decoded[in](t, input.Source{Body: jsontext.Value(`{"id":` + raw + `}`)}); issues != "[body.id] Invalid input: expected string, received "+want {
			t.Errorf("%s: %s", raw, issues)
		}
	}
}

func TestRequired(t *testing.T) {
	t.Parallel()
	type in struct {
		Raw jsontext.Value `json:"raw" check:"required,object"`
		Old *string        `json:"old" check:"required"`
		Any jsontext.Value `json:"any"`
	}
	for body, want := range map[string]string{
		`{"raw":{},"old":"x"}`: "",
		`{"raw":[],"old":"x"}`: "[body.raw] Invalid input: expected record, received array",
		`{"old":"x"}`:          "[body.raw] Invalid input: expected record, received undefined",
		`{"raw":{}}`:           "[body.old] Invalid input: expected string, received undefined",
	} {
		if _, got := decoded[in](t, input.Source{Body: jsontext.Value(body)}); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

// The error of a type that cannot be compiled names its field.
func TestCompileNames(t *testing.T) {
	t.Parallel()
	for want, typ := range map[string]reflect.Type{
		"A: has no json": reflect.TypeFor[struct{ A string }](),
		"B: a path field must be text": reflect.TypeFor[struct {
			B jsontext.Value `path:"b"`
		}](),
		"C: a query field must be text": reflect.TypeFor[struct {
			C []*string `query:"c"`
		}](),
		"D: a pointer to a pointer": reflect.TypeFor[struct {
			D **int `json:"d"`
		}](),
		"E: unknown check": reflect.TypeFor[struct {
			E int `json:"e" check:"odd"`
		}](),
		"F: type time.Time has no fields": reflect.TypeFor[struct {
			F *time.Time `json:"f"`
		}](),
	} {
		if _, err := input.Compile(typ); err == nil || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	type fine struct {
		Count float64  `query:"count"`
		Skip  string   `json:"-"`
		Any   struct{} `json:"any"` // holds nothing, so that it keeps nothing to itself
		local string
	}
	if _, err := input.Compile(reflect.TypeFor[fine]()); err != nil {
		t.Error(err, fine{}.local)
	}
}
