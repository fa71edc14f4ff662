package betterauth

import (
	"fmt"
	"strings"
	"unicode"
)

// disable switches the operations of a route off: those of Config.DisabledPaths.
// The error says that there are none, and what may have been meant.
func (t *routes) disable(path string) error {
	shape := routeShape(strings.TrimRight(path, "/"))
	if !t.shapes[shape] {
		return fmt.Errorf("%q is the route of no operation, so nothing is disabled%s", path, t.hint(path))
	}
	if t.off == nil {
		t.off = map[string]bool{}
	}
	t.off[shape] = true
	return nil
}

// uncheck marks the operations at and below the routes of a switch.
func (a *Auth) uncheck(name string, paths []string, mark func(*operation)) (problems []error) {
	for _, path := range paths {
		shape, found := routeShape(strings.TrimRight(path, "/")), false
		for _, op := range a.routes.served {
			if at := routeShape(op.Path); shape != "" && (at == shape || strings.HasPrefix(at, shape+"/")) {
				mark(op)
				found = true
			}
		}
		if !found {
			problems = append(problems, problem("", "config "+name, "%q is the route of no operation and leads to none%s", path, a.routes.hint(path)))
		}
	}
	return problems
}

// isDisabled reports whether the operation that serves a request is switched
// off. So is what has a disabled path and a method that no operation has.
func (t *routes) isDisabled(method, path string) bool {
	path = strings.TrimRight(path, "/")
	if len(t.off) == 0 || path == "" {
		return false
	}
	if t.off[path] {
		return true
	}
	if op, _ := t.find(method, path); op != nil {
		return t.off[routeShape(op.Path)]
	}
	op := t.match(path)
	return op != nil && t.off[routeShape(op.Path)]
}

// hint says how to write the path of a route, and guesses which was meant.
func (t *routes) hint(path string) string {
	const unknown = "; write the path as the operation has it, below the base path, or remove it"
	if path == "" {
		return unknown
	}
	below := "/" + strings.Trim(path, "/")
	if rest, ok := strings.CutPrefix(below, t.base+"/"); ok && t.base != "" {
		below = "/" + rest
	}
	if op := t.match(below); op != nil {
		return fmt.Sprintf("; write %q", op.Path)
	}
	for _, op := range t.served {
		if letters(op.Path) == letters(below) || strings.EqualFold(op.ID, strings.Trim(below, "/")) {
			return fmt.Sprintf("; write %q", op.Path)
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
