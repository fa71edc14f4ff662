package cookie_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/internal/cookie"
	"github.com/better-auth-go/better-auth/internal/vectors"
)

func TestSerializeVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors.Load[[]struct {
		Name    string `json:"name"`
		Value   string `json:"value"`
		Options struct {
			MaxAge      *float64   `json:"maxAge"`
			Path        string     `json:"path"`
			Domain      string     `json:"domain"`
			HTTPOnly    bool       `json:"httpOnly"`
			Secure      bool       `json:"secure"`
			Partitioned bool       `json:"partitioned"`
			SameSite    string     `json:"sameSite"`
			Expires     *time.Time `json:"expires"`
		} `json:"options"`
		SetCookie string `json:"setCookie"`
	}](t, "serializeCookie") {
		a := cookie.Attributes{
			Path: v.Options.Path, Domain: v.Options.Domain, HTTPOnly: v.Options.HTTPOnly, Secure: v.Options.Secure,
			Partitioned: v.Options.Partitioned, SameSite: cookie.SameSite(v.Options.SameSite), Expires: v.Options.Expires,
		}
		if v.Options.MaxAge != nil {
			a.MaxAge = new(int(*v.Options.MaxAge))
		}
		if got, err := cookie.Serialize(v.Name, v.Value, a); err != nil || got != v.SetCookie {
			t.Errorf("Serialize = %q, %v, want %q", got, err, v.SetCookie)
		}
	}
}

// Browsers keep neither SameSite=None nor Partitioned without Secure, and read the
// prefixes of names without regard to case.
func TestSerializeForcesSecure(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		a    cookie.Attributes
		want string
	}{
		{"a", cookie.Attributes{SameSite: cookie.SameSiteNone}, "a=v; Secure; SameSite=None"},
		{"a", cookie.Attributes{Partitioned: true}, "a=v; Secure; Partitioned"},
		{"a", cookie.Attributes{SameSite: cookie.SameSiteLax}, "a=v; SameSite=Lax"},
		{"__secure-a", cookie.Attributes{Domain: "example.com", Path: "/b"}, "__secure-a=v; Domain=example.com; Path=/b; Secure"},
		{"__HOST-a", cookie.Attributes{Domain: "example.com", Path: "/b"}, "__HOST-a=v; Path=/; Secure"},
	} {
		if got, err := cookie.Serialize(tt.name, "v", tt.a); err != nil || got != tt.want {
			t.Errorf("%s: %q, %v, want %q", tt.name, got, err, tt.want)
		}
	}
}

func TestSerializeAttributeVectors(t *testing.T) {
	t.Parallel()
	lines := vectors.Load[[]string](t, "sessionDataCookies.httpsCrossSub")
	lines = append(lines, vectors.Load[[]string](t, "sessionDataCookies.customCookies")...)
	for i, a := range []cookie.Attributes{
		{MaxAge: new(604800), Domain: ".example.com", Path: "/", HTTPOnly: true, SameSite: cookie.SameSiteNone, Partitioned: true},
		{MaxAge: new(300), Domain: ".example.com", Path: "/", HTTPOnly: true, SameSite: cookie.SameSiteNone, Partitioned: true},
		{Path: "/", HTTPOnly: true, SameSite: cookie.SameSiteStrict},
		{Path: "/", HTTPOnly: true, SameSite: cookie.SameSiteLax},
	} {
		name, _, _ := strings.Cut(lines[i], "=")
		want := strings.Replace(lines[i], "<v>", "v", 1)
		if got, err := cookie.Serialize(name, "v", a); err != nil || got != want {
			t.Errorf("Serialize = %q, %v, want %q", got, err, want)
		}
	}
}

func TestSerializePrefixes(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"__secure-n":  "__secure-n=v; Domain=d; Path=/x; Secure",
		"__HOST-n":    "__HOST-n=v; Path=/; Secure",
		"x__Secure-n": "x__Secure-n=v; Domain=d; Path=/x",
	} {
		if got, err := cookie.Serialize(name, "v", cookie.Attributes{Path: "/x", Domain: "d"}); err != nil || got != want {
			t.Errorf("Serialize = %q, %v, want %q", got, err, want)
		}
	}
}

func TestSerializeRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		name string
		a    cookie.Attributes
	}{
		"empty name":      {"", cookie.Attributes{}},
		"name with =":     {"a=b", cookie.Attributes{}},
		"name with space": {"a b", cookie.Attributes{}},
		"name with CR":    {"a\r", cookie.Attributes{}},
		"non-ASCII name":  {"ä", cookie.Attributes{}},
		"path with ;":     {"a", cookie.Attributes{Path: "/; Domain=evil.com"}},
		"path with LF":    {"a", cookie.Attributes{Path: "/\nSet-Cookie: x=y"}},
		"domain with NUL": {"a", cookie.Attributes{Domain: "a\x00b"}},
		"domain with ;":   {"a", cookie.Attributes{Domain: "a;b"}},
		"max age":         {"a", cookie.Attributes{MaxAge: new(34560001)}},
		"same site":       {"a", cookie.Attributes{SameSite: "lax; Domain=evil.com"}},
	} {
		if got, err := cookie.Serialize(c.name, "v", c.a); !errors.Is(err, cookie.ErrInvalid) || got != "" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := cookie.Serialize("a", "v", cookie.Attributes{MaxAge: new(34560000)}); err != nil {
		t.Errorf("400 days: %v", err)
	}
	// A value can hold anything: it is encoded.
	got, err := cookie.Serialize("a", "x; Path=/\r\nSet-Cookie: b=c", cookie.Attributes{})
	if want := "a=x%3B%20Path%3D%2F%0D%0ASet-Cookie%3A%20b%3Dc"; err != nil || got != want {
		t.Errorf("Serialize = %q, %v, want %q", got, err, want)
	}
}

func TestSignedCookieVectors(t *testing.T) {
	t.Parallel()
	type signed struct {
		Value     string `json:"value"`
		Signature string `json:"signature"`
		Encoded   string `json:"encodedCookieValue"`
	}
	for _, v := range vectors.Load[[]signed](t, "signedCookie") {
		if got := cookie.Encode(v.Value + "." + v.Signature); got != v.Encoded {
			t.Errorf("Encode = %s, want %s", got, v.Encoded)
		}
		value, signature, ok := cookie.SplitSigned(cookie.Decode(v.Encoded))
		if !ok || value != v.Value || signature != v.Signature {
			t.Errorf("SplitSigned = %q, %q, %v, want %q, %q", value, signature, ok, v.Value, v.Signature)
		}
	}
}

func TestSplitSignedRefuses(t *testing.T) {
	t.Parallel()
	signature := strings.Repeat("A", 43) + "="
	if _, _, ok := cookie.SplitSigned("v." + signature); !ok {
		t.Fatal("the control is refused")
	}
	for _, bad := range []string{"", ".", "v", "." + signature, "v." + signature + "=", "v." + signature[1:],
		"v." + strings.Repeat("A", 44), signature, "v." + signature + "."} {
		if value, got, ok := cookie.SplitSigned(bad); ok || value != "" || got != "" {
			t.Errorf("SplitSigned(%q) = %q, %q, %v", bad, value, got, ok)
		}
	}
}

func TestParseVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors.Load[[]struct {
		Header string     `json:"header"`
		Parsed cookie.Jar `json:"parsed"`
	}](t, "parseCookies") {
		if got := cookie.Parse(v.Header); !maps.Equal(got, v.Parsed) {
			t.Errorf("Parse(%q) = %q, want %q", v.Header, got, v.Parsed)
		}
	}
}

func TestParsers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		header      string
		first, last cookie.Jar
	}{
		{"", cookie.Jar{}, cookie.Jar{}},
		{";;;", cookie.Jar{}, cookie.Jar{}},
		{"a=1; a=2", cookie.Jar{"a": "1"}, cookie.Jar{"a": "2"}},
		{"a=1=2==", cookie.Jar{"a": "1=2=="}, cookie.Jar{"a": "1=2=="}},
		{"a=", cookie.Jar{"a": ""}, cookie.Jar{"a": ""}},
		{`a="x y"`, cookie.Jar{"a": "x y"}, cookie.Jar{"a": "x y"}},
		{`a="`, cookie.Jar{"a": `"`}, cookie.Jar{}},
		{`a=""`, cookie.Jar{"a": ""}, cookie.Jar{"a": ""}},
		{`a=x\y`, cookie.Jar{"a": `x\y`}, cookie.Jar{}},
		{"a=x\x7f; b=1", cookie.Jar{"a": "x\x7f", "b": "1"}, cookie.Jar{"b": "1"}},
		{"a b=1; c=2", cookie.Jar{"a b": "1", "c": "2"}, cookie.Jar{"c": "2"}},
		{"a=%41; a=bad\\", cookie.Jar{"a": "A"}, cookie.Jar{"a": "A"}},
		{"a=%F0%9F%94%90", cookie.Jar{"a": "🔐"}, cookie.Jar{"a": "🔐"}},
	} {
		if got := cookie.Parse(c.header); !maps.Equal(got, c.first) {
			t.Errorf("Parse(%q) = %q, want %q", c.header, got, c.first)
		}
		if got := cookie.ParseLast(c.header); !maps.Equal(got, c.last) {
			t.Errorf("ParseLast(%q) = %q, want %q", c.header, got, c.last)
		}
	}
}

func TestDecodeLeavesInvalid(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"%", "%4", "%zz", "%4g", "a%", "%C3", "%C3A9", "%C3\xA9", "%ff", "%ED%A0%80", "%41%"} {
		if got := cookie.Decode(raw); got != raw {
			t.Errorf("Decode(%q) = %q", raw, got)
		}
	}
	for raw, want := range map[string]string{"%c3%a9": "é", "a+b": "a+b", "%2b%00x": "+\x00x", "\xff": "\xff"} {
		if got := cookie.Decode(raw); got != want {
			t.Errorf("Decode(%q) = %q, want %q", raw, got, want)
		}
	}
	if got := cookie.Encode("a\xffb"); got != "a%EF%BF%BDb" {
		t.Errorf("Encode of a byte that is no UTF-8 = %s", got)
	}
}

func TestChunkVectors(t *testing.T) {
	t.Parallel()
	lines := vectors.Load[[]struct {
		Name        string `json:"name"`
		ValueLength int    `json:"valueLength"`
		TotalLength int    `json:"totalLength"`
		Attributes  string `json:"attributes"`
	}](t, "sessionDataCookies.chunked")[1:]
	total := 0
	for _, line := range lines {
		total += line.ValueLength
	}
	a := cookie.Attributes{MaxAge: new(300), Path: "/", HTTPOnly: true, SameSite: cookie.SameSiteLax}
	pairs, err := cookie.Chunk("better-auth.session_data", strings.Repeat("x", total), a)
	if err != nil || len(pairs) != len(lines) {
		t.Fatalf("Chunk: %d cookies, %v, want %d", len(pairs), err, len(lines))
	}
	for i, line := range lines {
		serialized, err := cookie.Serialize(pairs[i].Name, pairs[i].Value, a)
		if err != nil {
			t.Fatal(err)
		}
		if pairs[i].Name != line.Name || len(pairs[i].Value) != line.ValueLength ||
			len(serialized) != line.TotalLength || !strings.HasSuffix(serialized, line.Attributes) {
			t.Errorf("chunk %d: %s, %d of %d bytes, want %+v", i, pairs[i].Name, len(pairs[i].Value), len(serialized), line)
		}
	}
}

func TestChunkRoundTrip(t *testing.T) {
	t.Parallel()
	a := cookie.Attributes{Path: "/"}
	for name, value := range map[string]string{
		"small":        "v",
		"empty":        "",
		"just fits":    strings.Repeat("x", 4050-len("n=; Path=/")),
		"just too big": strings.Repeat("x", 4051-len("n=; Path=/")),
		"eleven":       strings.Repeat("0123456789", 4300),
		"characters":   strings.Repeat("x🔐é%;", 3000),
	} {
		pairs, err := cookie.Chunk("n", value, a)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		header := []string{"n.x=1", "other=2", "n.01=3", "n.-1=4", "n.99999999999999999999=5"}
		for _, p := range slices.Backward(pairs) {
			serialized, err := cookie.Serialize(p.Name, p.Value, a)
			if err != nil {
				t.Fatal(err)
			}
			if len(serialized) > 4050 {
				t.Errorf("%s: %s takes %d bytes", name, p.Name, len(serialized))
			}
			header = append(header, strings.TrimSuffix(serialized, "; Path=/"))
		}
		if one := name != "just too big" && len(value) <= 4050-len("n=; Path=/"); one != (len(pairs) == 1) {
			t.Errorf("%s: %d cookies for %d bytes", name, len(pairs), len(value))
		}
		got, parts, ok := cookie.Join(cookie.Parse(strings.Join(header, "; ")), "n")
		if got != value || ok != (value != "") || len(parts) != len(pairs) {
			t.Errorf("%s: Join = %d bytes of %d, parts %v, %v", name, len(got), len(value), parts, ok)
		}
	}
}

func TestChunkLimit(t *testing.T) {
	t.Parallel()
	room := 4050 - len("n.99=")
	pairs, err := cookie.Chunk("n", strings.Repeat("x", 100*room), cookie.Attributes{})
	if err != nil || len(pairs) != 100 {
		t.Errorf("100 chunks: %d, %v", len(pairs), err)
	}
	if pairs, err := cookie.Chunk("n", strings.Repeat("x", 100*room+1), cookie.Attributes{}); !errors.Is(err, cookie.ErrTooLarge) || pairs != nil {
		t.Errorf("101 chunks: %d, %v", len(pairs), err)
	}
	if _, err := cookie.Chunk("n", "xx", cookie.Attributes{Path: strings.Repeat("/", 5000)}); !errors.Is(err, cookie.ErrTooLarge) {
		t.Errorf("no room: %v", err)
	}
	if _, err := cookie.Chunk("a=b", "x", cookie.Attributes{}); !errors.Is(err, cookie.ErrInvalid) {
		t.Errorf("bad name: %v", err)
	}
}

func TestJoin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		jar   cookie.Jar
		value string
		parts []string
	}{
		{cookie.Jar{"n": "plain", "n.0": "a", "n.1": "b"}, "plain", []string{"n", "n.0", "n.1"}},
		{cookie.Jar{"n": "", "n.0": "a"}, "a", []string{"n", "n.0"}},
		{cookie.Jar{"n.10": "c", "n.2": "b", "n.0": "a"}, "abc", []string{"n.0", "n.2", "n.10"}},
		{cookie.Jar{"n": ""}, "", []string{"n"}},
		{cookie.Jar{"nn": "x", "n.": "x", "n.+1": "x", "n.0.0": "x", "m.0": "x"}, "", nil},
	} {
		value, parts, ok := cookie.Join(c.jar, "n")
		if value != c.value || !slices.Equal(parts, c.parts) || ok != (c.value != "") {
			t.Errorf("Join(%q) = %q, %q, %v", c.jar, value, parts, ok)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"a=1; b=2", `a="q"; b=%20x; c=%zz`, "=x; a=1", "a; b", ";=;", "a=%F0%9F; a=\x80", "n.0=a; n.1=b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		first := cookie.Parse(header)
		for name := range cookie.ParseLast(header) {
			if _, ok := first[name]; !ok {
				t.Errorf("only the second parser sees %q", name)
			}
			if _, err := cookie.Serialize(name, "", cookie.Attributes{}); err != nil {
				t.Errorf("the second parser lets %q through: %v", name, err)
			}
		}
		cookie.Join(first, "n")
		for _, decoded := range first {
			if value, signature, ok := cookie.SplitSigned(decoded); ok && value+"."+signature != decoded {
				t.Errorf("SplitSigned(%q) = %q, %q", decoded, value, signature)
			}
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{"", "abc", "%", "%41", "%C3%A9", "%ff", "a%20b%", "é🔐", "%25%41"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		cookie.Decode(s)
		encoded := cookie.Encode(s)
		if got, want := cookie.Decode(encoded), strings.ToValidUTF8(s, "\uFFFD"); got != want {
			t.Errorf("Decode(Encode(%q)) = %q", s, got)
		}
		if strings.ContainsAny(encoded, "; \r\n\",=\\") {
			t.Errorf("Encode(%q) = %q leaves a delimiter", s, encoded)
		}
	})
}

func TestParseAll(t *testing.T) {
	t.Parallel()
	first, repeated := cookie.ParseAll("a=1; b=x; a=%32; a=1")
	if first["a"] != "1" || first["b"] != "x" || len(repeated) != 1 || !slices.Equal(repeated["a"], []string{"2", "1"}) {
		t.Errorf("%v, %v", first, repeated)
	}
	if _, repeated := cookie.ParseAll("a=1; b=2"); repeated != nil {
		t.Errorf("repeated %v", repeated)
	}
	if _, repeated := cookie.ParseAll(strings.Repeat("a=1; ", 500)); len(repeated["a"]) != cookie.MaxSame-1 {
		t.Errorf("%d values", len(repeated["a"]))
	}
}

// Of repeated names every value that was spread is among those that Join finds.
func TestJoinAll(t *testing.T) {
	t.Parallel()
	for header, want := range map[string][]string{
		"n=a":                              {"a"},
		"n=a; n=b; n=c":                    {"a", "b", "c"},
		"n.0=a; n.1=b; n.0=c; n.1=d":       {"ab", "cd"},
		"n.0=a; n.1=b; n.2=c; n.0=d":       {"abc", "d"},
		"n=a; n.0=b; n.1=c":                {"a", "bc"},
		"n=a; n.0=b; n.1=c; n.1=e; n.0=d":  {"a", "de", "bc"},
		"n=; n=a":                          {"a"},
		"m=1; m=2":                         nil,
		"n=a; n=b; n.0=x; n.0=y; other=11": {"a", "b", "y", "x"},
	} {
		first, repeated := cookie.ParseAll(header)
		if got, _ := cookie.JoinAll(first, repeated, "n"); !slices.Equal(got, want) {
			t.Errorf("JoinAll(%q) = %q, want %q", header, got, want)
		}
	}
}
