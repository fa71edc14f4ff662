package betterauth

import (
	"fmt"
	"regexp"
	"strings"
)

// orderedPlugin is a plugin with its manifest, in the order of dependencies.
type orderedPlugin struct {
	plugin   Plugin
	manifest Manifest
}

var pluginID = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// orderPlugins reads the manifests and sorts the plugins so that each comes
// after what it requires, otherwise as they were added.
func (a *Auth) orderPlugins(plugins []Plugin) (problems []error) {
	byID := map[string]*orderedPlugin{}
	var added []*orderedPlugin
	for i, p := range plugins {
		if p == nil {
			problems = append(problems, problem("", fmt.Sprintf("plugin number %d", i+1), "is nil; pass Plugin what a constructor such as passkey.New returned"))
			continue
		}
		o := &orderedPlugin{plugin: p}
		if err := safely(func() error { o.manifest = p.Manifest(); return nil }); err != nil {
			problems = append(problems, problem("", fmt.Sprintf("plugin number %d", i+1), "Manifest: %w; a manifest is asked for before there is a Host, so let it only declare", err))
			continue
		}
		id := o.manifest.ID
		if !pluginID.MatchString(id) {
			problems = append(problems, problem(id, "ID", "%q is not in kebab-case; write it as two-factor", id))
			continue
		}
		if byID[id] != nil {
			problems = append(problems, problem(id, "ID", "is used by two plugins; pass Plugin each plugin once"))
			continue
		}
		byID[id] = o
		added = append(added, o)
	}
	const unvisited, visiting, done = 0, 1, 2
	state := map[string]int{}
	var visit func(o *orderedPlugin, chain []string)
	visit = func(o *orderedPlugin, chain []string) {
		id := o.manifest.ID
		chain = append(chain, id)
		switch state[id] {
		case done:
			return
		case visiting:
			problems = append(problems, problem(id, "Requires", "is circular: %s; take one plugin out of Requires, and find it with betterauth.Peer", strings.Join(chain, " → ")))
			return
		}
		state[id] = visiting
		for _, need := range o.manifest.Requires {
			if byID[need] == nil {
				problems = append(problems, problem(id, "Requires", "plugin %s is not present; pass it to Plugin as well", need))
				continue
			}
			visit(byID[need], chain)
		}
		for _, earlier := range o.manifest.Follows {
			if byID[earlier] != nil {
				visit(byID[earlier], chain)
			}
		}
		state[id] = done
		a.plugins = append(a.plugins, *o)
	}
	for _, o := range added {
		if state[o.manifest.ID] == unvisited {
			visit(o, nil)
		}
	}
	return problems
}
