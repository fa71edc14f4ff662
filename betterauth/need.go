package betterauth

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// Dependency is another plugin that a plugin needs; see Need.
type Dependency struct {
	wants    reflect.Type
	fill     func(provider Plugin) // nil where nothing is to be filled
	optional bool
	hint     string
}

// Need declares that a plugin depends on another one, the plugin that implements T. T is
// an interface that the depending plugin declares, with the methods it calls. into points
// to a variable of that plugin:
//
//	Needs: []betterauth.Dependency{betterauth.Need(&p.passwords)},
//
// The core sets the variable after Init of the other plugin and before Init of this one;
// until then it is nil. The plugin only reads it. The other plugin comes first in every
// order of plugins, and is closed later. The plugin itself does not count as one that
// implements T.
//
// Pass a nil into, as in Need[T](nil), if the plugin calls no method and only requires
// that such a plugin is there, for instance because it has a hook on its endpoint.
//
// Build fails if no plugin implements T, if several do, or if plugins depend on each
// other in a cycle. If two plugins work together, let one depend on the other, and let
// its Init give the other what that one calls.
func Need[T any](into *T) Dependency {
	d := Dependency{wants: reflect.TypeFor[T]()}
	if into != nil {
		d.fill = func(provider Plugin) { *into, _ = provider.(T) }
	}
	return d
}

// IfPresent makes the dependency optional: without such a plugin the variable stays nil.
// Several plugins that implement T are still an error of Build.
func (d Dependency) IfPresent() Dependency {
	d.optional = true
	return d
}

// Hint tells an application how to add the missing plugin, in the error of Build: "add
// emailpassword.New".
func (d Dependency) Hint(hint string) Dependency {
	d.hint = hint
	return d
}

// Interface returns the interface T of Need, nil for the zero value.
func (d Dependency) Interface() reflect.Type { return d.wants }

// Optional reports whether IfPresent made the dependency optional.
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
		return nil, errors.New("is not an interface; declare one with the methods that the plugin calls")
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
		return nil, fmt.Errorf("several plugins implement it, but only one may: %s; pass only one of them to Plugin", strings.Join(ids, ", "))
	case found != nil || d.optional:
		return found, nil
	}
	return nil, fmt.Errorf("no plugin implements it; %s", cmp.Or(d.hint, "pass one that does to Plugin, or call IfPresent on the Need if it may be absent"))
}
