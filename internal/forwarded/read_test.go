package forwarded_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/internal/forwarded"
)

// What each header says in each spelling that a proxy is known to send.
func TestRead(t *testing.T) {
	t.Parallel()
	http1, https := forwarded.Said{Scheme: "http"}, forwarded.Said{Scheme: "https"}
	host := func(name string) forwarded.Said { return forwarded.Said{Host: name} }
	nothing := forwarded.Said{}
	for _, c := range []struct {
		header, value string
		want          forwarded.Said
	}{
		{"X-Forwarded-Proto", "https", https},
		{"X-Forwarded-Proto", "HTTPS", https},
		{"X-Forwarded-Proto", "wss", https},
		{"X-Forwarded-Proto", "http", http1},
		{"X-Forwarded-Proto", "ws", http1},
		{"X-Forwarded-Proto", " https , http", https},
		{"X-Forwarded-Proto", "http,https", http1},
		{"X-Forwarded-Proto", `"https"`, https},
		{"X-Forwarded-Proto", `https"`, nothing},
		{"X-Forwarded-Proto", `"https`, nothing},
		{"X-Forwarded-Proto", `"`, nothing},
		{"X-Forwarded-Proto", `""`, nothing},
		{"X-Forwarded-Proto", "ftp", nothing},
		{"X-Forwarded-Proto", " ", nothing},
		{"X-Forwarded-Scheme", "https", https},
		{"X-Forwarded-Protocol", "http", http1},
		{"CloudFront-Forwarded-Proto", "https", https},
		{"CF-Visitor", `{"scheme":"https"}`, https},
		{"CF-Visitor", `{ "scheme" : "http" }`, http1},
		{"CF-Visitor", "{\t\"scheme\":\"https\"}", https},
		{"CF-Visitor", `{"scheme":"ftp"}`, nothing},
		{"CF-Visitor", "https", nothing},
		{"X-ARR-SSL", "2048|256|C=US", https},
		{"X-ARR-SSL", "", nothing},
		{"X-Forwarded-Ssl", "on", https},
		{"X-Forwarded-Ssl", "1", https},
		{"X-Forwarded-Ssl", "True", https},
		{"X-Forwarded-Ssl", "off", http1},
		{"X-Forwarded-Ssl", "0", http1},
		{"X-Forwarded-Ssl", "false", http1},
		{"X-Forwarded-Ssl", "perhaps", nothing},
		{"Front-End-Https", "on", https},
		{"X-Forwarded-Host", "a.example", host("a.example")},
		{"X-Forwarded-Host", ` "a.example:8443" , b.example`, host("a.example:8443")},
		{"X-Forwarded-Host", `"`, host(`"`)},
		{"X-Forwarded-Host", `""`, nothing},
		{"X-Forwarded-Host", `xa.examplex`, host("xa.examplex")},
		{"X-Original-Host", " a.example ", host("a.example")},
		{"X-Forwarded-Port", "443", forwarded.Said{Port: "443"}},
		{"X-Forwarded-Port", "65535", forwarded.Said{Port: "65535"}},
		{"X-Forwarded-Port", "8, 80", forwarded.Said{Port: "8"}},
		{"X-Forwarded-Port", "655350", nothing},
		{"X-Forwarded-Port", `""`, nothing},
		{"X-Forwarded-Port", "80a", nothing},
		{"X-Forwarded-Port", "-1", nothing},
		{"Forwarded", "proto=https;host=a.example", forwarded.Said{Scheme: "https", Host: "a.example"}},
		{"Forwarded", `host="a.example:8443";proto=http, host=b.example`, forwarded.Said{Scheme: "http", Host: "a.example:8443"}},
		{"Forwarded", "for=192.0.2.1", nothing},
		{"Forwarded", "proto=https;proto=http;host=a.example", nothing},
		{"Forwarded", "a.example", nothing},
		{"X-Forwarded-For", "192.0.2.1", nothing},
	} {
		h := http.Header{}
		h.Set(c.header, c.value)
		if said := forwarded.Read(h, []string{c.header}); said != c.want {
			t.Errorf("%s: %s says %+v, want %+v", c.header, c.value, said, c.want)
		}
		if said := forwarded.Read(http.Header{}, []string{c.header}); said != nothing {
			t.Errorf("no %s says %+v", c.header, said)
		}
		if said := forwarded.Read(h, nil); said != nothing {
			t.Errorf("%s, which is not named, says %+v", c.header, said)
		}
	}
}

// Of several headers that say one thing the first that is named counts; each may
// add what the others leave out.
func TestReadSeveral(t *testing.T) {
	t.Parallel()
	h := http.Header{}
	for name, value := range map[string]string{
		"X-Forwarded-Proto": "https", "X-Forwarded-Ssl": "off", "X-Forwarded-Host": "a.example", "X-Original-Host": "b.example",
		"X-Forwarded-Port": "8443", "Forwarded": "host=c.example;proto=http",
	} {
		h.Set(name, value)
	}
	for names, want := range map[string]forwarded.Said{
		"X-Forwarded-Proto X-Forwarded-Ssl X-Forwarded-Host X-Original-Host X-Forwarded-Port": {Scheme: "https", Host: "a.example", Port: "8443"},
		"X-Forwarded-Ssl X-Forwarded-Proto X-Original-Host X-Forwarded-Host":                  {Scheme: "http", Host: "b.example"},
		"Forwarded X-Forwarded-Proto X-Forwarded-Host X-Forwarded-Port":                       {Scheme: "http", Host: "c.example", Port: "8443"},
		"X-Forwarded-Port Forwarded": {Scheme: "http", Host: "c.example", Port: "8443"},
	} {
		if said := forwarded.Read(h, strings.Fields(names)); said != want {
			t.Errorf("%s say %+v, want %+v", names, said, want)
		}
	}
	h["X-Forwarded-Port"] = []string{"1", "2"}
	h.Add("X-Forwarded-Port", "3")
	if said := forwarded.Read(h, []string{"X-Forwarded-Port"}); said.Port != "1" {
		t.Errorf("of three fields the port is %q", said.Port)
	}
}

// The name of a parameter is a token (RFC 9110, section 5.6.2), in capitals or not.
func TestElementNames(t *testing.T) {
	t.Parallel()
	for c := range 0x80 {
		name := string(rune(c))
		pairs, ok := forwarded.Element(name + "=v")
		want := strings.Contains("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~", name)
		if ok != want || ok && pairs[strings.ToLower(name)] != "v" {
			t.Errorf("%q: %v, %v", name, pairs, ok)
		}
	}
	if pairs, ok := forwarded.Element("for=;host=a"); ok {
		t.Errorf("an empty value: %v", pairs)
	}
}
