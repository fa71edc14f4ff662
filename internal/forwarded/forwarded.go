// Package forwarded reads the headers by which a proxy says how it was asked:
// under which scheme, host and port, and by which address. Each kind of proxy
// has its own spelling of that, and this package knows them by the header's
// name.
//
// Nothing here decides whether a header is to be believed. Whoever can reach
// the server without the proxy can write any of them.
//
// Start with forwarded.go; element.go is the syntax of RFC 7239 alone.
package forwarded

import (
	"net/http"
	"strings"
)

// Known reports whether a header says something about the scheme, the host or
// the port.
func Known(name string) bool {
	_, ok := readers[http.CanonicalHeaderKey(name)]
	return ok
}

// Names are the headers that are known, for messages.
func Names() []string {
	return []string{"X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "Forwarded", "CloudFront-Forwarded-Proto", "CF-Visitor",
		"X-ARR-SSL", "X-Forwarded-Scheme", "X-Forwarded-Protocol", "X-Forwarded-Ssl", "Front-End-Https", "X-Original-Host"}
}

// Said is what headers say; what they do not say is "".
type Said struct {
	Scheme string // "http" or "https"
	Host   string // as sent, without quotes and blanks; not checked
	Port   string // digits
}

// readers read one header each, by its canonical name.
var readers = map[string]func(value string, s *Said){
	"X-Forwarded-Proto":          scheme,
	"X-Forwarded-Scheme":         scheme,
	"X-Forwarded-Protocol":       scheme,
	"Cloudfront-Forwarded-Proto": scheme,
	"Cf-Visitor":                 visitor,
	"X-Arr-Ssl":                  func(value string, s *Said) { s.Scheme = "https" },
	"X-Forwarded-Ssl":            onOff,
	"Front-End-Https":            onOff,
	"X-Forwarded-Host":           func(value string, s *Said) { s.Host = item(value) },
	"X-Original-Host":            func(value string, s *Said) { s.Host = item(value) },
	"X-Forwarded-Port":           port,
	"Forwarded":                  standard,
}

// Read returns what the named headers say; of several that say one thing the
// first counts. A header that lists what each proxy saw, in one field or in
// several, begins with the one that the client asked.
func Read(h http.Header, names []string) (said Said) {
	for _, name := range names {
		read := readers[http.CanonicalHeaderKey(name)]
		values := h.Values(name)
		if read == nil || len(values) == 0 || strings.TrimSpace(values[0]) == "" {
			continue
		}
		var one Said
		read(values[0], &one)
		if said.Scheme == "" {
			said.Scheme = one.Scheme
		}
		if said.Host == "" {
			said.Host = one.Host
		}
		if said.Port == "" {
			said.Port = one.Port
		}
	}
	return said
}

// item is the first item of a list, without blanks and quotes.
func item(value string) string {
	first, _, _ := strings.Cut(value, ",")
	first = strings.TrimSpace(first)
	if len(first) >= 2 && first[0] == '"' && first[len(first)-1] == '"' {
		first = first[1 : len(first)-1]
	}
	return first
}

// scheme reads "https", in capitals, quoted or as a list. A proxy that passes a
// WebSocket on may say "wss".
func scheme(value string, s *Said) {
	switch strings.ToLower(item(value)) {
	case "https", "wss":
		s.Scheme = "https"
	case "http", "ws":
		s.Scheme = "http"
	}
}

// visitor reads Cloudflare's {"scheme":"https"}.
func visitor(value string, s *Said) {
	compact := strings.Map(func(r rune) rune {
		if r == ' ' || r == '\t' {
			return -1
		}
		return r
	}, value)
	switch strings.ToLower(compact) {
	case `{"scheme":"https"}`:
		s.Scheme = "https"
	case `{"scheme":"http"}`:
		s.Scheme = "http"
	}
}

func onOff(value string, s *Said) {
	switch strings.ToLower(item(value)) {
	case "on", "1", "true":
		s.Scheme = "https"
	case "off", "0", "false":
		s.Scheme = "http"
	}
}

func port(value string, s *Said) {
	if p := item(value); p != "" && len(p) <= 5 && strings.Trim(p, "0123456789") == "" {
		s.Port = p
	}
}

// standard reads RFC 7239: what the first proxy was asked.
func standard(value string, s *Said) {
	first, _, _ := strings.Cut(value, ",")
	pairs, ok := Element(first)
	if !ok {
		return
	}
	scheme(pairs["proto"], s)
	s.Host = pairs["host"]
}
