package router

import (
	"fmt"
	"strings"
	"unicode"
)

// Serves reports whether a path that somebody configured is the route of something:
// as it is declared, whatever its parameters are called, or as a request sends it.
func (t *Table[T]) Serves(path string) bool { return t.shapes[shape(path)] || t.Match(path) != nil }

// Below returns what is served at a path and below it.
func (t *Table[T]) Below(path string) (found []T) {
	top := shape(strings.TrimRight(path, "/"))
	if top == "" {
		return nil
	}
	for _, route := range t.served {
		if at := shape(route.Path); at == top || strings.HasPrefix(at, top+"/") {
			found = append(found, route.To)
		}
	}
	return found
}

// Disable switches the routes of a path off. The error says that there are none, and
// what may have been meant.
func (t *Table[T]) Disable(path string) error {
	key := shape(strings.TrimRight(path, "/"))
	if !t.shapes[key] {
		return fmt.Errorf("%q is not the route of any operation, so nothing is disabled%s", path, t.Hint(path))
	}
	if t.off == nil {
		t.off = map[string]bool{}
	}
	t.off[key] = true
	return nil
}

// Disabled reports whether what serves a request is switched off. So is what has a
// disabled path and a method that nothing serves.
func (t *Table[T]) Disabled(method, path string) bool {
	path = strings.TrimRight(path, "/")
	if len(t.off) == 0 || path == "" {
		return false
	}
	if t.off[path] {
		return true
	}
	route, _ := t.Find(method, path)
	if route == nil {
		route = t.Match(path)
	}
	return route != nil && t.off[shape(route.Path)]
}

// Hint says how to write the path of a route, and guesses which was meant. It
// continues a message: `; write "/sign-out"`.
func (t *Table[T]) Hint(path string) string {
	const unknown = "; write the path as the operation has it, below the base path, or remove it"
	if path == "" {
		return unknown
	}
	below := "/" + strings.Trim(path, "/")
	if rest, ok := strings.CutPrefix(below, t.base+"/"); ok && t.base != "" {
		below = "/" + rest
	}
	if route := t.Match(below); route != nil {
		return fmt.Sprintf("; write %q", route.Path)
	}
	for _, route := range t.served {
		if letters(route.Path) == letters(below) || strings.EqualFold(route.ID, strings.Trim(below, "/")) {
			return fmt.Sprintf("; write %q", route.Path)
		}
	}
	if strings.ContainsAny(path, "*?") {
		return "; name each route, patterns do not count here"
	}
	return unknown
}

// letters is what two spellings of a path have in common.
func letters(path string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, path)
}
