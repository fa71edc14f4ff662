package forwarded_test

import (
	"net/http"
	"testing"

	"github.com/better-auth-go/better-auth/internal/forwarded"
)

func TestElement(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"for=1.2.3.4":                        "1.2.3.4",
		` FOR="[::1]:80" ; proto=http`:       "[::1]:80",
		`for="a\"b"`:                         `a"b`,
		`for=1.2.3.4:80;proto=https`:         "1.2.3.4:80",
		"":                                   "",
		"for":                                "",
		"for=":                               "",
		`for="1.2.3.4`:                       "",
		`for=1.2.3.4;for=1.2.3.4`:            "",
		`for=1.2.3.4;`:                       "",
		`for=1.2.3.4 proto=http`:             "",
		`for="1.2.3.4"x`:                     "",
		`for=1.2.3.4;host=\"a"`:              "",
		`for=1.2.3.4;ho st=a`:                "",
		"for=1.2.3.4;host=\"" + `a\`:         "",
		`proto=https;host=a;for="[::1]";b=c`: "[::1]",
	} {
		pairs, ok := forwarded.Element(text)
		if ok != (want != "") || ok && pairs["for"] != want {
			t.Errorf("Element(%q) = %v, %v", text, pairs, ok)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, name := range forwarded.Names() {
		if !forwarded.Known(name) {
			t.Errorf("%s is not known", name)
		}
	}
	if forwarded.Known("X-Forwarded-For") || forwarded.Known("Host") {
		t.Error("a header that says neither scheme nor host is known")
	}
	h := http.Header{"X-Forwarded-Proto": {""}, "X-Forwarded-Port": {"x", "1"}, "Cf-Visitor": {`{ "scheme" : "HTTP" }`}, "X-Forwarded-Ssl": {"on"}}
	if said := forwarded.Read(h, []string{"x-forwarded-proto", "x-forwarded-port", "cf-visitor", "x-forwarded-ssl"}); said != (forwarded.Said{Scheme: "http"}) {
		t.Errorf("%+v", said)
	}
}
