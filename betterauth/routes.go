package betterauth

import (
	"net/http"
	"net/url"
	"strings"
)

// routes finds the operation for a method and path. Static routes are one map
// look-up; routes with parameters are tried in order.
type routes struct {
	base    string // base path, without a slash at the end
	static  map[string]*operation
	dynamic []dynamicRoute
	longest int             // the most segments a dynamic route has
	served  []*operation    // all of them
	shapes  map[string]bool // of their paths
	off     map[string]bool // shapes that Config.DisabledPaths names
	// skipSlash is Config.SkipTrailingSlashes.
	skipSlash bool
}

type dynamicRoute struct {
	method   string
	segments []string
	op       *operation
}

func newRoutes(base string) *routes {
	return &routes{base: base, static: map[string]*operation{}, shapes: map[string]bool{}}
}

// add registers an operation and returns the one it clashes with, if any. Two
// patterns that differ only in the names of their parameters clash.
func (t *routes) add(op *operation) (clash *operation) {
	for _, method := range op.methods() {
		key := method + " " + routeShape(op.Path)
		if other := t.static[key]; other != nil {
			return other
		}
		t.static[key] = op
		if strings.Contains(op.Path, "/:") {
			route := dynamicRoute{method, strings.Split(op.Path[1:], "/"), op}
			t.dynamic, t.longest = append(t.dynamic, route), max(t.longest, len(route.segments))
		}
		t.shapes[routeShape(op.Path)] = true
	}
	t.served = append(t.served, op)
	return nil
}

// routeShape replaces parameter names, so that equal patterns are equal. The
// shape holds a character no routed path has, so it is never found by a request.
func routeShape(path string) string {
	if !strings.Contains(path, "/:") {
		return path
	}
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, ":") {
			parts[i] = "\x00"
		}
	}
	return strings.Join(parts, "/")
}

// relative returns the path below the base path. Paths are matched as they
// were sent, not percent-decoded.
func (t *routes) relative(u *url.URL) (path string, ok bool) {
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

// find returns the operation that serves method and path. What answers GET
// answers HEAD (RFC 9110, section 9.1).
func (t *routes) find(method, path string) (*operation, map[string]string) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if op := t.static[method+" "+path]; op != nil {
		return op, nil
	}
	route, params := t.findDynamic(method, path)
	return route.op, params
}

// match returns an operation that serves the path by any method.
func (t *routes) match(path string) *operation {
	for _, op := range t.served {
		if op.Path == path {
			return op
		}
	}
	route, _ := t.findDynamic("", path)
	return route.op
}

// findDynamic looks among the routes with parameters; method "" is any. A path
// with more segments than they have is not taken apart.
func (t *routes) findDynamic(method, path string) (found dynamicRoute, params map[string]string) {
	if !strings.HasPrefix(path, "/") || strings.Count(path, "/") > t.longest {
		return dynamicRoute{}, nil
	}
	parts := strings.Split(path[1:], "/")
	for _, route := range t.dynamic {
		if route.method == method || method == "" {
			if params, ok := matchSegments(route.segments, parts); ok {
				return route, params
			}
		}
	}
	return dynamicRoute{}, nil
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
