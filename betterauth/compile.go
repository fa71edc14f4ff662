package betterauth

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/internal/input"
	"github.com/better-auth-go/better-auth/internal/origin"
	"github.com/better-auth-go/better-auth/internal/panics"
	"github.com/better-auth-go/better-auth/internal/router"
)

// operation is an endpoint ready to serve.
type operation struct {
	Operation
	Endpoint
	plugin string
	plan   *input.Plan
	// anyOrigin and anyTarget are the application's switches for its route.
	anyOrigin, anyTarget bool
	before               []compiledBefore
	after                []compiledAfter
}

type compiledBefore struct {
	BeforeHook
	plugin string
}

func (h compiledBefore) call(c *Ctx, in any) (err error) {
	defer panics.Contribution(&err, "before hook", "", h.plugin)
	if h.rest {
		in = c.op.plan.OwnRest(in)
	}
	return h.run(c, in)
}

type compiledAfter struct {
	AfterHook
	plugin string
}

func (h compiledAfter) call(c *Ctx, r *Result) (err error) {
	defer panics.Contribution(&err, "after hook", "", h.plugin)
	return h.AfterHook.run(c, r)
}

type compiledRequestHook struct {
	RequestHook
	plugin string
}

func (h compiledRequestHook) run(c *Ctx) (err error) {
	defer panics.Contribution(&err, "request hook", h.Name, h.plugin)
	return h.RequestHook.Run(c)
}

// compileManifests turns the contributions into what requests use.
func (a *Auth) compileManifests() (problems []error) {
	ops, problems := a.compileOperations()
	a.collectCodes(ops)
	problems = append(problems, a.uncheck("InsecureUncheckedOrigins", a.cfg.InsecureUncheckedOrigins, func(op *operation) { op.anyTarget = true })...)
	problems = append(problems, a.uncheck("InsecureUncheckedCSRF", a.cfg.InsecureUncheckedCSRF, func(op *operation) { op.anyOrigin = true })...)
	for _, path := range a.cfg.DisabledPaths {
		if err := a.routes.Disable(path); err != nil {
			problems = append(problems, problem("", "config DisabledPaths", "%w", err))
		}
	}
	problems = append(problems, a.attachHooks(ops)...)
	problems = append(problems, a.subscribe()...)
	problems = append(problems, a.compileEndings()...)
	var limits []RateLimit
	problems = append(problems, a.trustConfigured()...)
	for _, p := range a.plugins {
		m := p.manifest
		a.sessionCookies = append(a.sessionCookies, m.SessionCookies...)
		for i, g := range m.Gates {
			if g.Name == "" || g.Check == nil {
				problems = append(problems, problem(m.ID, fmt.Sprintf("gate number %d %s", i+1, g.Name), "needs a Name and a Check; set both"))
				continue
			}
			a.gates = append(a.gates, compiledGate{g, m.ID})
		}
		for i, source := range m.Sources {
			if err := source.problem(); err != nil {
				problems = append(problems, problem(m.ID, fmt.Sprintf("session source number %d %s", i+1, source.name), "%w", err))
				continue
			}
			a.sources = append(a.sources, compiledSource{source, m.ID})
		}
		for i, h := range m.Requests {
			if h.Run == nil {
				problems = append(problems, problem(m.ID, fmt.Sprintf("request hook number %d %s", i+1, h.Name), "has no Run; set it"))
				continue
			}
			a.requestHooks = append(a.requestHooks, compiledRequestHook{h, m.ID})
		}
		for _, l := range m.Limits {
			if err := l.problem(); err != nil {
				problems = append(problems, problem(m.ID, "limit "+l.path, "%w", err))
			}
		}
		for _, err := range checkCodes(m.Errors, true) {
			problems = append(problems, &Problem{m.ID, "Errors", err})
		}
		if m.ProvesAddresses > ProvenWithoutMail {
			problems = append(problems, problem(m.ID, "ProvesAddresses", "%d is neither ProvenByMail nor ProvenWithoutMail; use one of them", m.ProvesAddresses))
		}
		if m.Hasher != nil {
			a.hasher = m.Hasher(a.hasher)
		}
		limits = append(limits, m.Limits...)
		problems = append(problems, a.trust(m.ID, "trusted origins", m.TrustedOrigins)...)
	}
	custom, ruleProblems := a.resolveRules()
	problems = append(problems, ruleProblems...)
	a.limiter = newLimiter(a.cfg.RateLimit, custom, append(opLimits(ops), limits...))
	return append(problems, a.checkPlugins()...)
}

// checkPlugins asks plugins about their configuration.
func (a *Auth) checkPlugins() (problems []error) {
	a.site = Site{AppName: a.cfg.AppName, ErrorURL: a.cfg.ErrorURL, Stateless: a.stateless, BaseURL: a.base.Static, TrustedOrigins: a.origins.All,
		AnyHost: a.base.Static == "" && a.base.Dynamic == nil && !a.base.Broken, CanMail: a.cfg.Mailer != nil}
	if d := a.base.Dynamic; d != nil {
		a.site.OpenHosts = d.AllowHost != nil || slices.ContainsFunc(d.AllowedHosts, origin.Open)
	}
	a.site.OpenHosts = a.site.OpenHosts || a.site.AnyHost
	if a.site.BaseURL != "" {
		a.site.Origin = origin.Of(a.site.BaseURL)
	}
	for _, p := range a.plugins {
		by := p.manifest.ProvesAddresses
		a.site.ProvesAddresses = a.site.ProvesAddresses || by == ProvenWithoutMail || by == ProvenByMail && a.site.CanMail
	}
	for _, p := range a.plugins {
		if checker, ok := p.plugin.(Checker); ok {
			for _, err := range unjoined(safely(func() error { return checker.Check(a.site) })) {
				problems = append(problems, &Problem{Plugin: p.manifest.ID, Item: "config", Err: err})
			}
		}
	}
	return problems
}

// unjoined are the errors that errors.Join put together, joined ones among them
// included, so that each is reported with its plugin; an error that only wraps several
// is one.
func unjoined(err error) (all []error) {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok || errors.Join(joined.Unwrap()...).Error() != err.Error() {
		return []error{err}
	}
	for _, one := range joined.Unwrap() {
		all = append(all, unjoined(one)...)
	}
	return all
}

// compileOperations collects all endpoints, the core's first, and their routes.
func (a *Auth) compileOperations() (ops []*operation, problems []error) {
	sources := []*orderedPlugin{{manifest: Manifest{ID: "core", Endpoints: coreEndpoints()}}}
	sources = append(sources, a.plugins...)
	byID := map[string]*operation{}
	replaced := map[string]string{} // operation → plugin
	for _, p := range sources {
		shared := map[string]*Problem{} // by what is wrong: one option may reach many endpoints
		named := map[*Problem][]string{}
		for i, e := range p.manifest.Endpoints {
			name := cmp.Or(e.op.ID, fmt.Sprintf("number %d", i+1))
			item := "endpoint " + name
			faults := e.check()
			for _, err := range faults {
				same := shared[err.Error()]
				if same == nil {
					same = &Problem{p.manifest.ID, item, err}
					shared[err.Error()] = same
					problems = append(problems, same)
				}
				if !slices.Contains(named[same], name) {
					named[same] = append(named[same], name)
				}
				if names := named[same]; len(names) > 1 {
					same.Item = "endpoints " + strings.Join(names, ", ")
				}
			}
			if len(faults) > 0 {
				continue
			}
			op := &operation{Operation: e.op, Endpoint: e, plugin: p.manifest.ID}
			op.plan, _ = input.Compile(e.in) // checked above
			if op.OptionalBody {
				op.plan = op.plan.OptionalBody()
			}
			if target := byID[op.Replaces]; target != nil {
				replaced[op.Replaces] = op.plugin
				ops = slices.DeleteFunc(ops, func(o *operation) bool { return o == target })
				delete(byID, target.ID)
			} else if other, twice := replaced[op.Replaces]; twice {
				problems = append(problems, problem(op.plugin, item, "replaces operation %s, which plugin %s already replaces; use one of the two plugins", op.Replaces, other))
			} else if op.Replaces != "" {
				problems = append(problems, problem(op.plugin, item, "replaces operation %s, which no earlier plugin declares; correct the ID, or name its plugin in Needs or OrderAfter", op.Replaces))
			}
			if other := byID[op.ID]; other != nil {
				problems = append(problems, problem(op.plugin, item, "has the ID of an endpoint of %s; change the ID, or set Operation.Replaces to it", other.plugin))
				continue
			}
			byID[op.ID] = op
			ops = append(ops, op)
		}
	}
	a.routes = router.New[*operation](a.base.Path, a.cfg.SkipTrailingSlashes)
	a.operations = map[string]*operation{}
	for _, op := range ops {
		a.operations[op.ID] = op
		if op.Access == ServerOnly {
			continue
		}
		if clash := a.routes.Add(router.Route[*operation]{ID: op.ID, Methods: op.methods(), Path: op.Path, To: op}); clash != nil {
			problems = append(problems, problem(op.plugin, "endpoint "+op.ID, "its route %s is already that of endpoint %s of %s; change the path, or set Operation.Replaces to that ID", op.Path, clash.ID, clash.To.plugin))
		}
	}
	return ops, problems
}

// uncheck marks the operations at and below the routes of a switch.
func (a *Auth) uncheck(name string, paths []string, mark func(*operation)) (problems []error) {
	for _, path := range paths {
		ops := a.routes.Below(path)
		for _, op := range ops {
			mark(op)
		}
		if len(ops) == 0 {
			problems = append(problems, problem("", "config "+name, "%q is not the route of any operation, and no route is below it%s", path, a.routes.Hint(path)))
		}
	}
	return problems
}

// attachHooks resolves which hooks run for which operation.
func (a *Auth) attachHooks(ops []*operation) (problems []error) {
	for _, p := range a.plugins {
		id := p.manifest.ID
		for i, h := range p.manifest.Before {
			if err := a.attach(ops, h.opID, h.optional, h.match, h.run == nil, func(op *operation) error {
				if h.in != nil && h.in != op.in {
					return fmt.Errorf("takes %s, but the operation takes %s; use that type", h.in, op.in)
				}
				if h.rest && !op.plan.HasRest() {
					return fmt.Errorf("takes members, but %s has no field for other members; use betterauth.Before with that type", op.in)
				}
				op.before = append(op.before, compiledBefore{h, id})
				return nil
			}); err != nil {
				problems = append(problems, problem(id, fmt.Sprintf("before hook number %d on %s", i+1, cmp.Or(h.opID, "a match")), "%w", err))
			}
		}
		for i, h := range p.manifest.After {
			if err := a.attach(ops, h.opID, h.optional, h.match, h.run == nil, func(op *operation) error {
				if h.out != nil && h.out != op.out {
					return fmt.Errorf("takes %s, but the operation answers %s; use that type", h.out, op.out)
				}
				op.after = append(op.after, compiledAfter{h, id})
				return nil
			}); err != nil {
				problems = append(problems, problem(id, fmt.Sprintf("after hook number %d on %s", i+1, cmp.Or(h.opID, "a match")), "%w", err))
			}
		}
	}
	return problems
}

func (a *Auth) attach(ops []*operation, opID string, optional bool, match func(Operation) bool, empty bool, add func(*operation) error) error {
	if empty || (opID == "") == (match == nil) {
		return fmt.Errorf("is empty; make it with the constructor for its kind, such as betterauth.Before")
	}
	if opID == "" {
		for _, op := range ops {
			if match(op.Operation) {
				if err := add(op); err != nil {
					return err
				}
			}
		}
		return nil
	}
	op := a.operations[opID]
	if op == nil {
		if optional {
			return nil
		}
		return fmt.Errorf("no plugin declares that operation; correct the ID, add the plugin, or call IfPresent on the hook")
	}
	return add(op)
}
