package plugintest

import (
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

func manifestSame(p *probe) {
	one, two := p.newPlugin(), p.newPlugin()
	if v := reflect.ValueOf(one); v.Kind() == reflect.Pointer && v.Type().Elem().Size() > 0 && v.Pointer() == reflect.ValueOf(two).Pointer() {
		p.broken("newPlugin returned the same value twice; make a new one in each call")
	}
	first := describe(one.Manifest())
	var wait sync.WaitGroup
	for range 4 { // for the race detector
		wait.Go(func() { _ = one.Manifest() })
	}
	wait.Wait()
	if again := describe(one.Manifest()); again != first {
		p.broken("two calls differ: %s; derive the manifest from the configuration alone", difference(first, again))
	}
	if other := describe(two.Manifest()); other != first {
		p.broken("two values differ: %s; derive the manifest from the configuration alone", difference(first, other))
	}
	tested, plugins := p.plugins()
	o := p.options(databasetest.SQLiteMemory(p.T))
	o.Plugins = append(o.Plugins[:len(o.Plugins)-len(plugins)], plugins...)
	if _, err := Build(p.T, o); err != nil {
		return // another rule says so
	}
	if after := describe(tested.Manifest()); after != first {
		p.broken("Init changed it: %s; derive the manifest from the configuration alone", difference(first, after))
	}
}

// difference is where two texts part.
func difference(a, b string) string {
	at := 0
	for at < len(a) && at < len(b) && a[at] == b[at] {
		at++
	}
	from := max(0, at-60)
	return "…" + a[from:min(len(a), at+40)] + "… and …" + b[from:min(len(b), at+40)] + "…"
}

func routesUnique(p *probe) {
	bare := New(p.T)
	ids, routes := map[string]string{}, map[string]string{}
	for _, op := range bare.Auth.Operations() {
		ids[op.ID] = "the core"
		for _, method := range methodsOf(op) {
			routes[method+" "+routeShape(op.Path)] = "the core's " + op.ID
		}
	}
	_, plugins := p.plugins()
	for _, plugin := range plugins {
		m := plugin.Manifest()
		for _, e := range m.Endpoints {
			op := e.Operation()
			if other, taken := ids[op.ID]; taken && op.Replaces != op.ID {
				p.broken("operation %s of %s has an id of %s; change the ID, or set Operation.Replaces to it", op.ID, m.ID, other)
			}
			ids[op.ID] = m.ID
			if op.Access == betterauth.ServerOnly {
				continue
			}
			for _, method := range methodsOf(op) {
				route := method + " " + routeShape(op.Path)
				if other, taken := routes[route]; taken && op.Replaces == "" {
					p.broken("operation %s of %s has the route %s %s of %s; change the path, or set Operation.Replaces", op.ID, m.ID, method, op.Path, other)
				}
				routes[route] = m.ID + "'s " + op.ID
			}
		}
	}
}

// routeShape makes routes equal that differ only in the names of parameters.
func routeShape(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, ":") {
			parts[i] = ":"
		}
	}
	return strings.Join(parts, "/")
}

func accessDeclared(p *probe) {
	for _, e := range p.newPlugin().Manifest().Endpoints {
		if op := e.Operation(); op.Access < betterauth.Public || op.Access > betterauth.ServerOnly {
			p.broken("operation %s does not say; set Operation.Access", op.ID)
		}
	}
}

func errorCodes(p *probe) {
	m := p.newPlugin().Manifest()
	for i, e := range m.Errors {
		if e == nil || e.Code == "" || e.Message == "" || e.Status < 400 || e.Status > 599 {
			p.broken("number %d of the manifest is %+v; give it a Code, a Message and a Status from 400 to 599", i+1, e)
		}
	}
	for _, endpoint := range m.Endpoints {
		op := endpoint.Operation()
		for _, e := range op.Errors {
			switch {
			case e == nil || e.Code != "" && e.Message == "" || e.Status < 400 || e.Status > 599:
				p.broken("operation %s lists %+v; give it a Message and a Status from 400 to 599", op.ID, e)
			case slices.Contains(m.Errors, e):
				p.broken("operation %s lists %s, and so does the manifest; remove it from Manifest.Errors", op.ID, e.Code)
			}
		}
	}
}

func builds(p *probe) {
	if _, err := Build(p.T, p.options(databasetest.SQLiteMemory(p.T))); err != nil {
		p.broken("Build fails; do what it says, or add what the plugin needs with Companions: %v", err)
	}
}

func order(p *probe) {
	// A neighbour stands for all that a plugin may meet.
	p.companion = betterauth.Inline{ID: "plugintest-neighbour"}
	type outcome struct{ routes, schema string }
	var first outcome
	for i, reverse := range []bool{false, true} {
		o := p.options(databasetest.SQLiteMemory(p.T))
		if reverse {
			slices.Reverse(o.Plugins)
		}
		k, err := Build(p.T, o)
		if err != nil {
			p.broken("Build fails when the plugins are added in another order; declare in Needs or OrderAfter which comes first: %v", err)
			return
		}
		got := outcome{describe(k.Auth.Operations()), strings.Join(k.Schema(), "\n")}
		if i == 0 {
			first = got
			continue
		}
		if got.routes != first.routes {
			p.broken("routes differ: %s; declare in Needs or OrderAfter which plugin comes first", difference(first.routes, got.routes))
		}
		if got.schema != first.schema {
			p.broken("tables differ: %s; declare in Needs or OrderAfter which plugin comes first", difference(first.schema, got.schema))
		}
	}
}
