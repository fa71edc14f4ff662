// Package cors writes the headers by which a browser lets scripts of pages on other
// origins call (CORS: Fetch Standard, section 3.3). Whether a page may is decided
// elsewhere.
package cors

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	allowOrigin = "Access-Control-Allow-Origin"
	// ExposeHeaders is the header that lists what a script may read.
	ExposeHeaders = "Access-Control-Expose-Headers"
	// defaultMaxAge is how long the answer to a preflight is kept.
	defaultMaxAge = 10 * time.Minute
)

// IsPreflight reports whether a browser asks whether a page may call.
func IsPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != ""
}

// Vary tells caches that the answer depends on who asks.
func Vary(h http.Header) { h.Set("Vary", "Origin") }

// Allow lets the pages of an origin read the answer. The origin is named, never "*",
// since cookies come along.
func Allow(h http.Header, from string) {
	h.Set(allowOrigin, from)
	h.Set("Access-Control-Allow-Credentials", "true")
}

// AllowPreflight lets a page send what it asks to send. The browser keeps that for
// age, in whole seconds: 10 minutes for zero, not at all if it is negative.
func AllowPreflight(h, request http.Header, age time.Duration) {
	h.Add("Vary", "Access-Control-Request-Headers")
	h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE")
	if asked := strings.Join(request["Access-Control-Request-Headers"], ","); headerNames(asked) {
		h.Set("Access-Control-Allow-Headers", asked)
	}
	if age == 0 {
		age = defaultMaxAge
	}
	h.Set("Access-Control-Max-Age", strconv.Itoa(max(0, int(age/time.Second))))
}

// headerNames reports whether text is a list of header names (RFC 9110, section
// 5.6.2), with nothing in it that could mean something else in an answer.
func headerNames(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("!#$%&'*+-.^_`|~, ", r))
	})
}

// Expose lets the script of a page that Allow was called for read every header of
// the answer.
func Expose(h http.Header) {
	if h.Get(allowOrigin) == "" {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if name != "Vary" && !strings.HasPrefix(name, "Access-Control-") {
			h.Add(ExposeHeaders, strings.ToLower(name))
		}
	}
}

// IsOne reports whether the lines of a list have one member in all, spelt plainly.
func IsOne(lines []string) bool {
	return len(lines) == 1 && lines[0] != "" && !strings.ContainsAny(lines[0], ", \t")
}

// MergeLists joins the lists of several header lines into one, without members
// that differ in case alone.
func MergeLists(lines ...[]string) string {
	var members []string
	seen := map[string]bool{}
	for _, line := range slices.Concat(lines...) {
		for member := range strings.SplitSeq(line, ",") {
			member = strings.TrimSpace(member)
			if key := strings.ToLower(member); member != "" && !seen[key] {
				seen[key] = true
				members = append(members, member)
			}
		}
	}
	return strings.Join(members, ", ")
}
