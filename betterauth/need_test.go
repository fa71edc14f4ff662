package betterauth_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
)

// greeter is what guests need of hosts.
type greeter interface{ Greeting() string }

// host greets once it is started.
type host struct {
	id, name string
	after    []string
	fail     error
}

func (h *host) Manifest() betterauth.Manifest {
	return betterauth.Manifest{ID: h.id, OrderAfter: h.after}
}

func (h *host) Init(context.Context, *betterauth.Host) error {
	h.name = h.id
	return h.fail
}

func (h *host) Greeting() string { return "hello from " + h.name }

// guest writes down what it has of a host at each point of its life.
type guest struct {
	optional bool
	greeter  greeter
	heard    []string
}

func (g *guest) Manifest() betterauth.Manifest {
	g.hear("Manifest")
	need := betterauth.Need(&g.greeter)
	if g.optional {
		need = need.IfPresent()
	}
	return betterauth.Manifest{ID: "guest", Needs: []betterauth.Dependency{need}}
}

func (g *guest) Check(betterauth.Site) error { g.hear("Check"); return nil }

func (g *guest) Init(context.Context, *betterauth.Host) error { g.hear("Init"); return nil }

func (g *guest) hear(when string) {
	if g.greeter != nil {
		when += " " + g.greeter.Greeting()
	}
	g.heard = append(g.heard, when)
}

// What a plugin needs is there from its own Init on, and is started by then, in
// whatever order the two are added.
func TestNeedIsFilledWithWhatIsStarted(t *testing.T) {
	t.Parallel()
	for _, optional := range []bool{false, true} {
		for _, reverse := range []bool{false, true} {
			g := &guest{optional: optional}
			plugins := []betterauth.Plugin{g, &host{id: "inn"}}
			if reverse {
				plugins[0], plugins[1] = plugins[1], plugins[0]
			}
			kit := plugintest.New(t, plugins...)
			if got, want := strings.Join(g.heard, ", "), "Manifest, Check, Init hello from inn"; got != want {
				t.Errorf("optional %t, reverse %t: %s, want %s", optional, reverse, got, want)
			}
			if ms := kit.Auth.Manifests(); ms[0].ID != "inn" || ms[1].ID != "guest" {
				t.Errorf("optional %t, reverse %t: %s comes before %s", optional, reverse, ms[0].ID, ms[1].ID)
			}
		}
	}
}

// It takes no Init to be given what one needs.
func TestNeedWithoutInit(t *testing.T) {
	t.Parallel()
	var inline greeter
	plugintest.New(t, betterauth.Inline{ID: "inline", Needs: []betterauth.Dependency{betterauth.Need(&inline)}}, &host{id: "inn"})
	if inline == nil || inline.Greeting() != "hello from inn" {
		t.Errorf("the need is filled with %v", inline)
	}
}

// A plugin that did not start is handed to nobody, and a plan starts none.
func TestNeedIsNotFilledWithWhatDidNotStart(t *testing.T) {
	t.Parallel()
	g := &guest{}
	if _, err := plugintest.Build(t, plugintest.Options{Plugins: []betterauth.Plugin{g, &host{id: "inn", fail: errors.New("closed")}}}); err == nil {
		t.Fatal("Build succeeded")
	}
	if g.greeter != nil {
		t.Error("the need is filled with a plugin whose Init failed")
	}
	builder := betterauth.New(betterauth.Config{Secret: plugintest.Secret}).Database(memory(t)).Plugin(g, &host{id: "inn"})
	if _, err := builder.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if g.greeter != nil || strings.Contains(strings.Join(g.heard, " "), "Init") {
		t.Errorf("Migrate started plugins: %q", g.heard)
	}
}

// What may be absent is nil then, also where an earlier Build had it.
func TestOptionalNeed(t *testing.T) {
	t.Parallel()
	g := &guest{optional: true, greeter: &host{id: "before"}}
	plugintest.New(t, g)
	if g.greeter != nil || g.heard[len(g.heard)-1] != "Init" {
		t.Errorf("a greeter nobody provides: %q", g.heard)
	}
}

// keeper is a plugin that keeps passwords.
type keeper struct{ betterauth.Inline }

func (keeper) PreparePassword(context.Context, string) (func(context.Context, string) error, error) {
	return nil, nil
}

type hostess struct{ host }

func (h *hostess) Manifest() betterauth.Manifest {
	var own greeter
	return betterauth.Manifest{ID: h.id, Needs: []betterauth.Dependency{betterauth.Need(&own)}}
}

func TestNeedProblems(t *testing.T) {
	t.Parallel()
	var g greeter
	inline := func(id string, needs ...betterauth.Dependency) betterauth.Plugin {
		return betterauth.Inline{ID: id, Needs: needs}
	}
	after := func(id string, others ...string) betterauth.Plugin {
		return betterauth.Inline{ID: id, OrderAfter: others}
	}
	for name, c := range map[string]struct {
		plugins []betterauth.Plugin
		want    string // "" builds
	}{
		"missing":          {[]betterauth.Plugin{inline("x", betterauth.Need(&g))}, "plugin x: need betterauth_test.greeter: no plugin implements it"},
		"missing, by type": {[]betterauth.Plugin{inline("x", betterauth.Need[greeter](nil))}, "plugin x: need betterauth_test.greeter: no plugin implements it"},
		"missing, with a hint": {[]betterauth.Plugin{inline("x", betterauth.Need(&g).Hint("add inn.New"))},
			"plugin x: need betterauth_test.greeter: no plugin implements it; add inn.New"},
		"only by itself": {[]betterauth.Plugin{&hostess{host{id: "x"}}}, "plugin x: need betterauth_test.greeter: no plugin implements it"},
		"by another one": {[]betterauth.Plugin{&hostess{host{id: "x"}}, &host{id: "y"}}, ""},
		"ambiguous": {[]betterauth.Plugin{inline("x", betterauth.Need(&g)), &host{id: "inn"}, &host{id: "bar"}},
			"plugin x: need betterauth_test.greeter: several plugins implement it, but only one may: inn, bar"},
		"optional and ambiguous": {[]betterauth.Plugin{inline("x", betterauth.Need(&g).IfPresent()), &host{id: "inn"}, &host{id: "bar"}},
			"plugin x: need betterauth_test.greeter: several plugins implement it, but only one may: inn, bar"},
		"ambiguous for the core": {[]betterauth.Plugin{keeper{betterauth.Inline{ID: "one"}}, keeper{betterauth.Inline{ID: "two"}}},
			"need betterauth.PasswordKeeper: several plugins implement it, but only one may: one, two"},
		"no interface": {[]betterauth.Plugin{inline("x", betterauth.Need(new(int)))}, "plugin x: need int: is not an interface"},
		"empty":        {[]betterauth.Plugin{inline("x", betterauth.Dependency{})}, "plugin x: need number 1: is empty; make it with Need"},
		"circular needs": {[]betterauth.Plugin{&hostess{host{id: "x"}}, &hostess{host{id: "y"}}},
			"plugin x: order: has a cycle: x → y → x: x needs betterauth_test.greeter of y, y needs betterauth_test.greeter of x"},
		"circular need and order": {[]betterauth.Plugin{inline("x", betterauth.Need(&g).IfPresent()), &host{id: "inn", after: []string{"x"}}},
			"plugin x: order: has a cycle: x → inn → x: x needs betterauth_test.greeter of inn, inn is ordered after x"},
		"circular order": {[]betterauth.Plugin{after("a", "x"), after("x", "y"), after("y", "z"), after("z", "x")},
			"plugin x: order: has a cycle: x → y → z → x: x is ordered after y, y is ordered after z, z is ordered after x"},
		"after itself":      {[]betterauth.Plugin{after("x", "x")}, "plugin x: order: has a cycle: x → x: x is ordered after x"},
		"after a name":      {[]betterauth.Plugin{after("x", "Email Password")}, `plugin x: OrderAfter: "Email Password" cannot be the ID of a plugin`},
		"after one present": {[]betterauth.Plugin{after("x", "y"), after("y")}, ""},
		"after one absent":  {[]betterauth.Plugin{after("x", "y")}, ""},
	} {
		_, err := plugintest.Build(t, plugintest.Options{Plugins: c.plugins})
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if c.want != "" && err != nil && strings.Count(err.Error(), c.want) != 1 {
			t.Errorf("%s is said more than once:\n%v", name, err)
		}
	}
}

// Tools read what a plugin needs.
func TestNeedAsData(t *testing.T) {
	t.Parallel()
	var g greeter
	need := betterauth.Need(&g)
	if need.Interface() != reflect.TypeFor[greeter]() || need.Optional() || !need.IfPresent().Optional() {
		t.Errorf("need %v, %t", need.Interface(), need.Optional())
	}
}

func TestProvesAddresses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		by       betterauth.ProvenBy
		noMailer bool
		want     bool
	}{
		"nobody":                      {},
		"by mail":                     {by: betterauth.ProvenByMail, want: true},
		"by mail that cannot be sent": {by: betterauth.ProvenByMail, noMailer: true},
		"without mail":                {by: betterauth.ProvenWithoutMail, noMailer: true, want: true},
	} {
		var got bool
		asking := &checking{Inline: betterauth.Inline{ID: "asking"}, check: func(s betterauth.Site) error { got = s.ProvesAddresses; return nil }}
		o := plugintest.Options{NoMailer: c.noMailer, Plugins: []betterauth.Plugin{asking, betterauth.Inline{ID: "proving", ProvesAddresses: c.by}}}
		if _, err := plugintest.Build(t, o); err != nil || got != c.want {
			t.Errorf("%s: %t, %v", name, got, err)
		}
	}
	_, err := plugintest.Build(t, plugintest.Options{Plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", ProvesAddresses: 3}}})
	if err == nil || !strings.Contains(err.Error(), "plugin x: ProvesAddresses: 3 is neither") {
		t.Errorf("Build: %v", err)
	}
}

type checking struct {
	betterauth.Inline
	check func(betterauth.Site) error
}

func (c *checking) Check(s betterauth.Site) error { return c.check(s) }
