package betterauth

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/internal/toposort"
)

// orderedPlugin is a plugin with its manifest, in the order of dependencies.
type orderedPlugin struct {
	plugin   Plugin
	manifest Manifest
	// providers are who fills manifest.Needs, nil for what is absent.
	providers []*orderedPlugin
	after     []predecessor
}

// predecessor is a plugin that comes before another one, and why.
type predecessor struct {
	*orderedPlugin
	why string
}

// fillNeeds gives a plugin those it needs, which are started.
func (o *orderedPlugin) fillNeeds() {
	for i, need := range o.manifest.Needs {
		if need.fill == nil {
			continue
		}
		var provider Plugin
		if p := o.providers[i]; p != nil {
			provider = p.plugin
		}
		need.fill(provider)
	}
}

var pluginID = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// orderPlugins reads the manifests and sorts the plugins so that each comes
// after what it needs, otherwise as they were added.
func (a *Auth) orderPlugins(plugins []Plugin) (problems []error) {
	added, problems := readManifests(plugins)
	a.core = &orderedPlugin{manifest: Manifest{Needs: []Dependency{Need(&a.passwords).IfPresent()}}}
	for _, o := range append(slices.Clone(added), a.core) {
		problems = append(problems, o.findPredecessors(added)...)
	}
	sorted, loops := toposort.Sort(added, func(o *orderedPlugin) (before []*orderedPlugin) {
		for _, p := range o.after {
			before = append(before, p.orderedPlugin)
		}
		return before
	})
	for _, loop := range loops {
		problems = append(problems, problem(loop[0].manifest.ID, "order", "has a cycle: %s; remove one of these from Needs or OrderAfter", describeLoop(loop)))
	}
	a.plugins = sorted
	return problems
}

// readManifests asks each plugin once, and leaves out those that cannot be told apart.
func readManifests(plugins []Plugin) (added []*orderedPlugin, problems []error) {
	taken := map[string]bool{}
	for i, p := range plugins {
		if p == nil {
			problems = append(problems, problem("", fmt.Sprintf("plugin number %d", i+1), "is nil; pass Plugin the result of a constructor, such as passkey.New"))
			continue
		}
		o := &orderedPlugin{plugin: p}
		if err := safely(func() error { o.manifest = p.Manifest(); return nil }); err != nil {
			problems = append(problems, problem("", fmt.Sprintf("plugin number %d", i+1), "Manifest: %w; Manifest is called before Init and without a Host, so let it only declare", err))
			continue
		}
		id := o.manifest.ID
		if !pluginID.MatchString(id) {
			problems = append(problems, problem(id, "ID", "%q is not in kebab-case; write it like two-factor", id))
			continue
		}
		if taken[id] {
			problems = append(problems, problem(id, "ID", "is used by two plugins; pass each plugin to Plugin once"))
			continue
		}
		taken[id] = true
		added = append(added, o)
	}
	return added, problems
}

// findPredecessors resolves what a plugin needs and whom it comes after.
func (o *orderedPlugin) findPredecessors(plugins []*orderedPlugin) (problems []error) {
	id := o.manifest.ID
	for i, need := range o.manifest.Needs {
		provider, err := need.provider(o, plugins)
		if err != nil {
			problems = append(problems, problem(id, need.item(i), "%w", err))
		}
		o.providers = append(o.providers, provider)
		if provider != nil {
			o.after = append(o.after, predecessor{provider, fmt.Sprintf("%s needs %v of %s", id, need.wants, provider.manifest.ID)})
		}
	}
	for _, earlier := range o.manifest.OrderAfter {
		if !pluginID.MatchString(earlier) {
			problems = append(problems, problem(id, "OrderAfter", "%q cannot be the ID of a plugin, since it is not in kebab-case; write it like two-factor", earlier))
		}
		for _, p := range plugins {
			if p.manifest.ID == earlier {
				o.after = append(o.after, predecessor{p, fmt.Sprintf("%s is ordered after %s", id, earlier)})
			}
		}
	}
	return problems
}

// describeLoop names the plugins of a circle and why each comes after the next.
func describeLoop(loop []*orderedPlugin) string {
	var ids, reasons []string
	for i, o := range loop {
		ids = append(ids, o.manifest.ID)
		if i+1 == len(loop) {
			break
		}
		at := slices.IndexFunc(o.after, func(p predecessor) bool { return p.orderedPlugin == loop[i+1] })
		reasons = append(reasons, o.after[at].why)
	}
	return strings.Join(ids, " → ") + ": " + strings.Join(reasons, ", ")
}
