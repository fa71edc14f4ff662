package betterauth

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// Dependency is what a plugin needs of another one; see Need.
type Dependency struct {
	wants    reflect.Type
	fill     func(provider Plugin) // nil where nothing is to be filled
	optional bool
	hint     string
}

// Need says that a plugin needs the one that implements T, an interface which the
// needing plugin declares with the methods it calls. into is a variable of the
// plugin:
//
//	Needs: []betterauth.Dependency{betterauth.Need(&p.passwords)},
//
// The core sets it once Init of the other plugin has returned, and before Init of
// this one; before that it is nil. The variable belongs to the core: the plugin only
// reads it. The other plugin comes first wherever plugins have an order, and is closed
// later. The plugin itself does not count as one that implements T.
//
// A nil into, as in Need[T](nil), is for who calls no method and needs only that there
// is such a plugin: whose endpoint it has a hook on, say.
//
// Build fails where no plugin implements T, where several do, and where plugins need
// each other in a circle. Of two that work together one needs the other, and gives it
// in its own Init what that one calls.
func Need[T any](into *T) Dependency {
	d := Dependency{wants: reflect.TypeFor[T]()}
	if into != nil {
		d.fill = func(provider Plugin) { *into, _ = provider.(T) }
	}
	return d
}

// IfPresent lets the application do without: the variable is then nil. Several
// plugins that implement T are still a problem.
func (d Dependency) IfPresent() Dependency {
	d.optional = true
	return d
}

// Hint says how an application gets what is missing, for the error of Build: "add
// emailpassword.New".
func (d Dependency) Hint(hint string) Dependency {
	d.hint = hint
	return d
}

// Interface is T of Need, nil for the zero value.
func (d Dependency) Interface() reflect.Type { return d.wants }

// Optional reports whether IfPresent was said.
func (d Dependency) Optional() bool { return d.optional }

// item names the need in a Problem, the one at a position in Manifest.Needs.
func (d Dependency) item(position int) string {
	if d.wants == nil {
		return fmt.Sprintf("need number %d", position+1)
	}
	return "need " + d.wants.String()
}

// provider is the one of plugins that implements what by needs, nil for an optional
// one that is absent.
func (d Dependency) provider(by *orderedPlugin, plugins []*orderedPlugin) (*orderedPlugin, error) {
	if d.wants == nil {
		return nil, errors.New("is empty; make it with Need")
	}
	if d.wants.Kind() != reflect.Interface {
		return nil, errors.New("is no interface; declare one with the methods it needs")
	}
	var found *orderedPlugin
	var ids []string
	for _, p := range plugins {
		if p != by && reflect.TypeOf(p.plugin).Implements(d.wants) {
			found = p
			ids = append(ids, p.manifest.ID)
		}
	}
	switch {
	case len(ids) > 1:
		return nil, fmt.Errorf("several plugins implement it, and there must be one: %s; leave out the others", strings.Join(ids, ", "))
	case found != nil || d.optional:
		return found, nil
	}
	return nil, fmt.Errorf("no plugin implements it; %s", cmp.Or(d.hint, "pass one that does to Plugin, or say IfPresent if it may be absent"))
}
