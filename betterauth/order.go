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
			problems = append(problems, problem("", fmt.Sprintf("plugin number %d", i+1), "is nil"))
			continue
		}
		o := &orderedPlugin{plugin: p}
		if err := safely(func() error { o.manifest = p.Manifest(); return nil }); err != nil {
			problems = append(problems, problem("", fmt.Sprintf("plugin number %d", i+1), "Manifest: %w", err))
			continue
		}
		id := o.manifest.ID
		if !pluginID.MatchString(id) {
			problems = append(problems, problem(id, "ID", "%q is not in kebab-case", id))
			continue
		}
		if byID[id] != nil {
			problems = append(problems, problem(id, "ID", "is used by two plugins"))
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
			problems = append(problems, problem(id, "Requires", "is circular: %s", strings.Join(chain, " → ")))
			return
		}
		state[id] = visiting
		for _, need := range o.manifest.Requires {
			if byID[need] == nil {
				problems = append(problems, problem(id, "Requires", "plugin %s is not present", need))
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
