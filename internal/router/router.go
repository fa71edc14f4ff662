// Package router finds what serves a method and a path. Static routes are one map
// look-up; routes with parameters ("/reset-password/:token") are tried in order.
// Paths are matched as they were sent, not percent-decoded.
//
// Start here; configured.go is about the paths that an application configures: what
// they switch off, and what may have been meant.
package router

import (
	"net/http"
	"net/url"
	"strings"
)

// Route is what serves a path.
type Route[T any] struct {
	// ID names it where somebody may write it instead of the path.
	ID      string
	Methods []string
	// Path is below the base path: "/sign-in/email", "/reset-password/:token".
	Path string
	// To is who serves it.
	To T
}

// Table holds routes, of which no two clash. It is built once and safe for
// concurrent use from then on.
type Table[T any] struct {
	base      string // base path, without a slash at the end
	skipSlash bool
	static    map[string]*Route[T] // by method and shape
	dynamic   []dynamic[T]
	longest   int             // the most segments a dynamic route has
	served    []*Route[T]     // all of them
	shapes    map[string]bool // of their paths
	off       map[string]bool // shapes that are switched off
}

type dynamic[T any] struct {
	method   string
	segments []string
	route    *Route[T]
}

// New makes a table for what is below a base path, which has no slash at the end.
// skipSlash ignores one slash at the end of a path.
func New[T any](base string, skipSlash bool) *Table[T] {
	return &Table[T]{base: base, skipSlash: skipSlash, static: map[string]*Route[T]{}, shapes: map[string]bool{}}
}

// Add registers a route and returns the one it clashes with, nil for none. Two
// patterns that differ only in the names of their parameters clash.
func (t *Table[T]) Add(route Route[T]) (clash *Route[T]) {
	added := &route
	for _, method := range route.Methods {
		key := method + " " + shape(route.Path)
		if other := t.static[key]; other != nil {
			return other
		}
		t.static[key] = added
		if strings.Contains(route.Path, "/:") {
			d := dynamic[T]{method, strings.Split(route.Path[1:], "/"), added}
			t.dynamic, t.longest = append(t.dynamic, d), max(t.longest, len(d.segments))
		}
		t.shapes[shape(route.Path)] = true
	}
	t.served = append(t.served, added)
	return nil
}

// shape replaces parameter names, so that equal patterns are equal. It holds a
// character no routed path has, so it is never found by a request.
func shape(path string) string {
	if !strings.Contains(path, "/:") {
		return path
	}
	return replaceParameters(path, "\x00")
}

// Pattern is the pattern of a route's paths, with * for each parameter.
func Pattern(route string) string { return replaceParameters(route, "*") }

func replaceParameters(path, with string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, ":") {
			parts[i] = with
		}
	}
	return strings.Join(parts, "/")
}

// Relative returns the path below the base path. ok is false for what is not below
// it, and for empty segments.
func (t *Table[T]) Relative(u *url.URL) (path string, ok bool) {
	full := u.EscapedPath()
	if t.skipSlash && len(full) > 1 && !strings.HasSuffix(full, "//") {
		if short := strings.TrimSuffix(full, "/"); short != t.base {
			full = short
		}
	}
	path, ok = strings.CutPrefix(full, t.base)
	if !ok || !strings.HasPrefix(path, "/") || strings.Contains(full, "//") {
		return "", false
	}
	return path, true
}

// Find returns the route that serves method and path, nil without one, and what
// stands for its parameters. What answers GET answers HEAD (RFC 9110, section 9.1).
func (t *Table[T]) Find(method, path string) (*Route[T], map[string]string) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if route := t.static[method+" "+path]; route != nil {
		return route, nil
	}
	return t.findDynamic(method, path)
}

// Match returns a route that serves the path by any method, nil without one.
func (t *Table[T]) Match(path string) *Route[T] {
	for _, route := range t.served {
		if route.Path == path {
			return route
		}
	}
	route, _ := t.findDynamic("", path)
	return route
}

// findDynamic looks among the routes with parameters; method "" is any. A path
// with more segments than they have is not taken apart.
func (t *Table[T]) findDynamic(method, path string) (found *Route[T], params map[string]string) {
	if !strings.HasPrefix(path, "/") || strings.Count(path, "/") > t.longest {
		return nil, nil
	}
	parts := strings.Split(path[1:], "/")
	for _, d := range t.dynamic {
		if d.method == method || method == "" {
			if params, ok := matchSegments(d.segments, parts); ok {
				return d.route, params
			}
		}
	}
	return nil, nil
}

func matchSegments(pattern, parts []string) (map[string]string, bool) {
	if len(pattern) != len(parts) {
		return nil, false
	}
	params := map[string]string{}
	for i, p := range pattern {
		name, isParam := strings.CutPrefix(p, ":")
		switch {
		case isParam && parts[i] != "":
			params[name] = parts[i]
		case p != parts[i]:
			return nil, false
		}
	}
	return params, true
}
