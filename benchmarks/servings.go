package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/better-auth-go/better-auth/benchmarks/load"
	"github.com/better-auth-go/better-auth/benchmarks/subject"
)

// serving is what is compared over HTTP: servers on one database that do the same.
type serving struct {
	title       string
	in          seeded
	cache       string
	contestants []contestant
	// titles are the rows, one for each request that load makes; with sum set
	// there is one more, for all requests together.
	titles []string
	sum    string
	load   func(*target, time.Duration) ([]load.Round, error)
	// passkeys and passwords say how people sign in that get-session must know.
	passkeys, passwords bool
}

// contestant is one of the servers. Either kind is set, for a server of this
// module, or plugins, for the TypeScript server.
type contestant struct {
	name, kind, plugins string
	// ownSessions says that it does not know the sessions of the seeded database.
	ownSessions bool
}

var (
	oursServed      = contestant{name: ours, kind: subject.KindOurs}
	everyServed     = contestant{name: ours, kind: subject.KindEverything}
	bareServed      = contestant{name: byBare, kind: subject.KindBare}
	webAuthnServed  = contestant{name: byWebAuthn, kind: subject.KindWebAuthn}
	scsServed       = contestant{name: byScs, kind: subject.KindScs, ownSessions: true}
	nodeServed      = contestant{name: byNode, plugins: subject.Some}
	nodeEveryServed = contestant{name: byNode, plugins: subject.Every}
)

// servings lists what is compared over HTTP on an engine. The first contestant is
// ours.
func servings(e engine) []serving {
	in := func(work string) string { return work + ", " + e.title }
	list := []serving{
		{title: in(getSession), in: e.some, contestants: []contestant{oursServed, bareServed, nodeServed}, titles: []string{in(getSession)}, load: (*target).sessions},
		{title: in(withEvery), in: e.every, contestants: []contestant{everyServed, nodeEveryServed}, titles: []string{in(withEvery)}, load: (*target).sessions, passkeys: true},
		{title: in("passkeys"), in: e.some, contestants: []contestant{oursServed, webAuthnServed, scsServed, nodeServed},
			titles: []string{in(passkeyOptions), in(passkeyVerify)}, sum: in(passkeyBoth), load: (*target).ceremonies, passkeys: true},
		{title: in(password), in: e.some, contestants: []contestant{oursServed, scsServed}, titles: []string{in(password)}, load: (*target).passwords, passwords: true},
	}
	if e.title == sqliteTitle {
		for _, cache := range []string{"compact", "jwt", "jwe"} {
			list = append(list, serving{title: cookieCache + cache, in: e.some, cache: cache, contestants: []contestant{oursServed, nodeServed},
				titles: []string{cookieCache + cache}, load: (*target).sessions})
		}
	}
	return list
}

// targets starts the contestants and checks that they answer alike. What was
// started is returned with an error too.
func (p *plan) targets(ctx context.Context, s serving) (targets []*target, err error) {
	for _, c := range s.contestants {
		process, err := p.start(ctx, c, s.in.name, s.cache)
		if errors.Is(err, subject.ErrNoReference) {
			p.leaveOut(err.Error())
			continue
		}
		if err != nil {
			return targets, fmt.Errorf("%s does not start: %w", c.name, err)
		}
		t := &target{contestant: c, process: process, visitors: s.in.visitors}
		targets = append(targets, t)
		if err := t.connect(s); err != nil {
			return targets, fmt.Errorf("%s: %w", c.name, err)
		}
	}
	for _, t := range targets[1:] {
		if !t.ownSessions && !slices.Equal(t.sample, targets[0].sample) {
			return targets, fmt.Errorf("to get-session %s answers\n%s\nbut %s answers\n%s", targets[0].name, targets[0].sample, t.name, t.sample)
		}
	}
	return targets, nil
}

// start starts one server on a database.
func (p *plan) start(ctx context.Context, c contestant, database, cache string) (*subject.Process, error) {
	if c.plugins != "" {
		return subject.StartReference(ctx, p.conformance, c.plugins, database, cache)
	}
	return subject.StartServe(ctx, p.server, c.kind, database, cache)
}

func stop(targets []*target) {
	for _, t := range targets {
		t.process.Stop()
	}
}
