package main

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"strings"

	"github.com/better-auth-go/better-auth/benchmarks/allocations"
	"github.com/better-auth-go/better-auth/benchmarks/inprocess"
	"github.com/better-auth-go/better-auth/benchmarks/report"
	"github.com/better-auth-go/better-auth/benchmarks/subject"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

// countedCalls is of how many calls the median is taken.
const countedCalls = 101

// operations are the requests whose allocations are counted, by name.
type operations struct {
	ctx     context.Context
	db      *database.DB
	seeded  seeded
	counts  allocations.Counts
	engine  string
	problem error // the first; nothing is counted after it
}

// count makes a work and counts its allocations.
func (o *operations) count(name string, make func() (inprocess.Work, error)) {
	if o.problem != nil {
		return
	}
	work, err := make()
	if err != nil {
		o.problem = err
		return
	}
	median, varies, err := inprocess.Allocations(work, countedCalls)
	o.counts[allocations.Operation{Engine: o.engine, Name: name}], o.problem = allocations.Count{Median: median, Varies: varies}, err
}

// countWith is count for a work of one handler.
func (o *operations) countWith(kind, cache, name string, make func(h http.Handler) (inprocess.Work, error)) {
	o.count(name, func() (inprocess.Work, error) {
		h, err := subject.Handler(o.ctx, kind, o.db, cache)
		if err != nil {
			return inprocess.Work{}, err
		}
		return make(h)
	})
}

// countAllocations counts those of every operation on every engine.
func (p *plan) countAllocations(ctx context.Context) (allocations.Counts, error) {
	counts := allocations.Counts{}
	for _, e := range p.engines {
		for _, of := range []struct {
			in    seeded
			count func(*operations)
		}{{e.some, (*operations).some}, {e.every, (*operations).every}} {
			db, err := subject.Open(of.in.name)
			if err != nil {
				return nil, err
			}
			o := &operations{ctx: ctx, db: db, seeded: of.in, counts: counts, engine: e.title}
			of.count(o)
			if err := errors.Join(o.problem, db.Close(), ctx.Err()); err != nil {
				return nil, err
			}
		}
	}
	for o, n := range counts {
		p.figure(allocationsFigure(o.Name, o.Engine), report.Exactly(float64(n.Median)))
	}
	return counts, nil
}

func allocationsFigure(name, engine string) string { return "allocations: " + name + ", " + engine }

// some counts with three plugins.
func (o *operations) some() {
	v, kind := o.seeded.visitors[0], subject.KindOurs
	o.countWith(kind, "", getSession, func(h http.Handler) (inprocess.Work, error) { return inprocess.Sessions(h, o.seeded.visitors, false) })
	for _, cache := range []string{"compact", "jwt", "jwe"} {
		o.countWith(kind, cache, cookieCache+cache, func(h http.Handler) (inprocess.Work, error) { return inprocess.Sessions(h, o.seeded.visitors, true) })
	}
	o.countWith(kind, "", passkeyOptions, inprocess.Options)
	for _, algorithm := range []passkeytest.Algorithm{passkeytest.ES256, passkeytest.EdDSA, passkeytest.RS256} {
		o.countWith(kind, "", passkeyVerify+" "+algorithm.String(), func(h http.Handler) (inprocess.Work, error) {
			visitor, err := v.WithPhone(h, algorithm)
			return inprocess.Verify(h, visitor), err
		})
		o.countWith(kind, "", "passkey registration "+algorithm.String(), func(h http.Handler) (inprocess.Work, error) {
			return registrations(o.ctx, o.db, h, o.seeded.visitors, algorithm)
		})
	}
	o.countWith(kind, "", password, func(h http.Handler) (inprocess.Work, error) { return inprocess.Password(h, v.Email), nil })
	for cache, name := range map[string]string{"": route, "compact": cachedRoute} {
		o.count(name, func() (inprocess.Work, error) {
			_, guarded, err := subject.Route(o.ctx, o.db, cache)
			if err != nil {
				return inprocess.Work{}, err
			}
			return inprocess.Routes(guarded, o.seeded.visitors, cache != "")
		})
	}
}

// every counts with every plugin.
func (o *operations) every() {
	v, kind := o.seeded.visitors[0], subject.KindEverything
	o.countWith(kind, "", withEvery, func(h http.Handler) (inprocess.Work, error) { return inprocess.Sessions(h, o.seeded.visitors, false) })
	o.countWith(kind, "", passkeyOptions+", every plugin on", inprocess.Options)
	o.countWith(kind, "", passkeyVerify+" ES256, every plugin on", func(h http.Handler) (inprocess.Work, error) { return inprocess.Verify(h, v), nil })
	o.countWith(kind, "", password+", every plugin on", func(h http.Handler) (inprocess.Work, error) { return inprocess.Password(h, v.Email), nil })
}

// goVersion is the release of Go as far as it changes allocations.
func goVersion() string {
	parts := strings.SplitN(runtime.Version(), ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}
