package input_test

import (
	"errors"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/internal/input"
	"github.com/go-json-experiment/json/jsontext"
)

type everything struct {
	Email    string         `json:"email" check:"email"`
	Secret   string         `json:"secret" check:"nonempty"`
	Name     *string        `json:"name" check:"trim,max=5"`
	Remember *bool          `json:"rememberMe"`
	Age      int            `json:"age" check:"optional,min=1,max=150"`
	Ratio    *float64       `json:"ratio"`
	Kind     string         `json:"kind" check:"optional,enum=a|b"`
	Tags     []string       `json:"tags,omitempty"`
	Marks    map[string]int `json:"marks,omitempty"`
	Nested   *struct {
		Deep string `json:"deep"`
	} `json:"nested"`
	Anything jsontext.Value `json:"anything"`
	Object   jsontext.Value `json:"object" check:"object,optional"`
	Cache    bool           `query:"cache"`
	Page     *int           `query:"page"`
	Query    *string        `query:"q"`
	Token    string         `path:"token"`
	Rest     input.Members  `json:"-" input:"rest"`
}

func TestIssues(t *testing.T) {
	t.Parallel()
	plan, err := input.Compile(reflect.TypeFor[everything]())
	if err != nil {
		t.Fatal(err)
	}
	good := `"email":"a@b.com","secret":"x","object":{}`
	tests := map[string]struct{ body, query, want string }{
		"no body":         {"", "", "[body] Invalid input: expected object, received undefined; [body] Invalid input: expected record, received undefined"},
		"null":            {"null", "", "[body] Invalid input: expected object, received null; [body] Invalid input: expected record, received null"},
		"array":           {"[]", "", "[body] Invalid input: expected object, received array; [body] Invalid input: expected record, received array"},
		"empty":           {`{"object":{}}`, "", "[body.email] Invalid input: expected string, received undefined; [body.secret] Invalid input: expected string, received undefined"},
		"wrong types":     {`{"email":1,"secret":true,"object":{}}`, "", "[body.email] Invalid input: expected string, received number; [body.secret] Invalid input: expected string, received boolean"},
		"formats":         {`{"email":"x","secret":"","object":{}}`, "", "[body.email] Invalid email address; [body.secret] Too small: expected string to have >=1 characters"},
		"too long":        {`{` + good + `,"name":"123456"}`, "", "[body.name] Too big: expected string to have <=5 characters"},
		"too old":         {`{` + good + `,"age":151}`, "", "[body.age] Too big: expected number to be <=150"},
		"too young":       {`{` + good + `,"age":0}`, "", "[body.age] Too small: expected number to be >=1"},
		"no int":          {`{` + good + `,"age":1.5}`, "", "[body.age] Invalid input: expected int, received number"},
		"huge int":        {`{` + good + `,"age":1e30}`, "", "[body.age] Invalid input: expected int, received number"},
		"bool":            {`{` + good + `,"rememberMe":"false"}`, "", "[body.rememberMe] Invalid input: expected boolean, received string"},
		"null optional":   {`{` + good + `,"rememberMe":null}`, "", "[body.rememberMe] Invalid input: expected boolean, received null"},
		"enum":            {`{` + good + `,"kind":"c"}`, "", `[body.kind] Invalid option: expected one of "a"|"b"`},
		"array element":   {`{` + good + `,"tags":["a",1]}`, "", "[body.tags.1] Invalid input: expected string, received number"},
		"map element":     {`{` + good + `,"marks":{"x":"y"}}`, "", "[body.marks.x] Invalid input: expected number, received string"},
		"nested":          {`{` + good + `,"nested":{}}`, "", "[body.nested.deep] Invalid input: expected string, received undefined"},
		"no record":       {`{"email":"a@b.com","secret":"x","object":[]}`, "", "[body.object] Invalid input: expected record, received array"},
		"NUL":             {`{` + good + `,"name":"a\u0000"}`, "", "[body.name] Invalid input: text contains a NUL character"},
		"query not UTF-8": {`{` + good + `}`, "q=%ff", "[query.q] Invalid input: text is not valid UTF-8"},
		"query number":    {`{` + good + `}`, "page=x", "[query.page] Invalid input: expected number, received NaN"},
		"query repeated":  {`{` + good + `}`, "page=1&page=2", "[query.page] Invalid input: expected string, received array"},
		"body first":      {`{` + good + `,"age":0}`, "page=x", "[body.age] Too small: expected number to be >=1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			query, err := url.ParseQuery(tt.query)
			if err != nil {
				t.Fatal(err)
			}
			var body jsontext.Value
			if tt.body != "" {
				body = jsontext.Value(tt.body)
			}
			var dst everything
			err = plan.Decode(input.Source{Body: body, Query: query, Path: map[string]string{"token": "t"}}, &dst)
			var issues input.Issues
			if !errors.As(err, &issues) || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestDecode(t *testing.T) {
	t.Parallel()
	plan, err := input.Compile(reflect.TypeFor[everything]())
	if err != nil {
		t.Fatal(err)
	}
	var got everything
	err = plan.Decode(input.Source{
		Body: jsontext.Value(`{"email":"a@b.com","secret":"ü","name":" Bob ","rememberMe":false,"age":7,"ratio":0.5,"kind":"b","tags":["x"],
			"marks":{"m":1},"nested":{"deep":"d","unknown":1},"anything":[1],"object":{"a":1},"Email":"other","more":true}`),
		Query: url.Values{"cache": {"false"}, "page": {"2"}},
		Path:  map[string]string{"token": "a%2Fb"},
	}, &got)
	if err != nil {
		t.Fatal(err)
	}
	if got.Email != "a@b.com" || got.Secret != "ü" || *got.Name != "Bob" || *got.Remember || got.Age != 7 || *got.Ratio != 0.5 || got.Kind != "b" ||
		got.Tags[0] != "x" || got.Marks["m"] != 1 || got.Nested.Deep != "d" || string(got.Anything) != "[1]" || string(got.Object) != `{"a":1}` ||
		!got.Cache || *got.Page != 2 || got.Token != "a%2Fb" {
		t.Errorf("got %+v", got)
	}
	if len(got.Rest) != 2 || string(got.Rest["Email"]) != `"other"` {
		t.Errorf("rest %v: names differ by case", got.Rest)
	}
}

// Ids may be sent as numbers.
func TestCoerce(t *testing.T) {
	t.Parallel()
	type in struct {
		ID    string  `json:"id" check:"coerce"`
		Other *string `json:"other" check:"coerce"`
	}
	plan, err := input.Compile(reflect.TypeFor[in]())
	if err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]string{
		`{"id":null}`: "null", `{"id":true}`: "true", `{"id":7}`: "7", `{"id":-1.50}`: "-1.5", `{"id":1e20}`: "100000000000000000000",
		`{"id":1e21}`: "1e+21", `{"id":"x","other":1}`: "x",
	} {
		var dst in
		if err := plan.Decode(input.Source{Body: jsontext.Value(body)}, &dst); err != nil || dst.ID != want || (dst.Other != nil) != strings.Contains(body, "other") {
			t.Errorf("%s: %q %v %v, want %q", body, dst.ID, dst.Other, err, want)
		}
	}
	for _, body := range []string{`{}`, `{"id":[]}`, `{"id":{}}`, `{"id":"a\u0000"}`, `{"id":"","other":[1]}`} {
		var dst in
		if err := plan.Decode(input.Source{Body: jsontext.Value(body)}, &dst); err == nil {
			t.Errorf("%s: accepted as %q", body, dst.ID)
		}
	}
}

func TestRepeatedQuery(t *testing.T) {
	t.Parallel()
	type in struct {
		Values []string `query:"v"`
	}
	plan, err := input.Compile(reflect.TypeFor[in]())
	if err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]int{"": 0, "v=": 1, "v=a": 1, "v=a&v=b": 2} {
		values, _ := url.ParseQuery(query)
		var dst in
		if err := plan.Decode(input.Source{Query: values}, &dst); err != nil || len(dst.Values) != want {
			t.Errorf("%q: %v %v", query, dst.Values, err)
		}
	}
	var dst in
	if err := plan.Decode(input.Source{Query: url.Values{"v": {"a\x00"}}}, &dst); err == nil {
		t.Error("NUL was accepted")
	}
}

func TestOptionalBody(t *testing.T) {
	t.Parallel()
	type in struct {
		Note string `json:"note"`
	}
	plan, err := input.Compile(reflect.TypeFor[in]())
	if err != nil {
		t.Fatal(err)
	}
	var dst in
	if err := plan.Decode(input.Source{}, &dst); err == nil {
		t.Error("a missing body was accepted")
	}
	if err := plan.OptionalBody().Decode(input.Source{}, &dst); err != nil {
		t.Errorf("an optional body was demanded: %v", err)
	}
}

func TestCompileRefuses(t *testing.T) {
	t.Parallel()
	for name, typ := range map[string]reflect.Type{
		"no struct": reflect.TypeFor[int](),
		"no tag":    reflect.TypeFor[struct{ A string }](),
		"channel": reflect.TypeFor[struct {
			A chan int `json:"a"`
		}](),
		"unknown check": reflect.TypeFor[struct {
			A string `json:"a" check:"pretty"`
		}](),
		"check number": reflect.TypeFor[struct {
			A string `json:"a" check:"min=x"`
		}](),
		"query slice": reflect.TypeFor[struct {
			A []int `query:"a"`
		}](),
		"path slice": reflect.TypeFor[struct {
			A []string `path:"a"`
		}](),
		"number made text": reflect.TypeFor[struct {
			A int `json:"a" check:"coerce"`
		}](),
		"nested query": reflect.TypeFor[struct {
			A struct {
				B string `query:"b"`
			} `json:"a"`
		}](),
		"rest of another": reflect.TypeFor[struct {
			A map[string]string `input:"rest"`
		}](),
		"pointer pointer": reflect.TypeFor[struct {
			A **string `json:"a"`
		}](),
		"map keyed by int": reflect.TypeFor[struct {
			A map[int]string `json:"a"`
		}](),
	} {
		if _, err := input.Compile(typ); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// addressOf makes an address of so many characters, with so many before the @.
func addressOf(local, all int) string {
	return strings.Repeat("a", local) + "@" + strings.Repeat("b", all-local-len("@.com")) + ".com"
}

func TestIsEmail(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"a@b.com": true, "a.b+c@d-e.co": true, "o'neil@x.org": true, "A@B.COM": true,
		"": false, "a": false, "@b.com": false, "a@b": false, ".a@b.com": false, "a..b@c.com": false, "a@b.com ": false, "a@localhost": false,
		"ü@b.com": false, "a@b.c1": false, "a.@b.com": false,
		// RFC 5321, sections 4.5.3.1.1 and 4.5.3.1.3 with erratum 1690.
		addressOf(1, 254): true, addressOf(1, 255): false, addressOf(64, 254): true, addressOf(65, 100): false, addressOf(64, 255): false,
	} {
		if got := input.IsEmail(address); got != want {
			t.Errorf("IsEmail(%q) = %v", address, got)
		}
	}
}

func FuzzDecode(f *testing.F) {
	plan, err := input.Compile(reflect.TypeFor[everything]())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(`{"email":"a@b.com","secret":"x","object":{},"tags":[1],"nested":{"deep":null}}`, "cache=1&page=2")
	f.Add(`[`, "page=%zz")
	f.Fuzz(func(t *testing.T, body, query string) {
		value := jsontext.Value(body)
		if !value.IsValid() {
			return
		}
		values, _ := url.ParseQuery(query)
		var dst everything
		if err := plan.Decode(input.Source{Body: value, Query: values}, &dst); err == nil {
			if !input.IsEmail(dst.Email) || dst.Secret == "" || strings.ContainsRune(dst.Secret, 0) || dst.Age != 0 && (dst.Age < 1 || dst.Age > 150) {
				t.Errorf("accepted %+v", dst)
			}
		}
	})
}
