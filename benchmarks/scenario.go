package main

import (
	"net/http"
	"strings"

	"github.com/better-auth-go/better-auth/benchmarks/inprocess"
)

// scenario is one thing that is measured on one database.
type scenario struct {
	title  string
	engine engine
	cache  string
	// passkeys says that sign-ins with passkeys are measured, both halves,
	// instead of reading the session.
	passkeys bool
	// bare says that a handler by hand exists to compare with.
	bare bool
}

// scenarios lists what is measured. The cookie cache does not reach the
// database, so one engine is enough for it.
func (p *plan) scenarios(engines []engine) []scenario {
	var all []scenario
	for i, e := range engines {
		all = append(all, scenario{title: "get-session, " + e.title, engine: e, bare: true})
		if i == 0 {
			for _, cache := range []string{"compact", "jwt", "jwe"} {
				all = append(all, scenario{title: "get-session, cookie cache " + cache, engine: e, cache: cache})
			}
		}
		all = append(all, scenario{title: "passkey, " + e.title, engine: e, passkeys: true})
	}
	var picked []scenario
	for _, s := range all {
		if strings.Contains(s.title, p.only) {
			picked = append(picked, s)
		}
	}
	return picked
}

// titles of the rows a scenario has: two for a ceremony.
func (s scenario) titles() []string {
	if s.passkeys {
		return []string{"passkey options, " + s.engine.title, "passkey verify, " + s.engine.title}
	}
	return []string{s.title}
}

// works are the rows' work in process.
func (s scenario) works(h http.Handler) ([]inprocess.Work, error) {
	visitor := s.engine.visitors[0]
	if s.passkeys {
		options, err := inprocess.Options(h)
		return []inprocess.Work{options, inprocess.Verify(h, visitor)}, err
	}
	session, err := inprocess.Session(h, visitor, s.cache != "")
	return []inprocess.Work{session}, err
}

// kinds are the subjects of this program, the first of them ours.
func (s scenario) kinds() []string {
	if s.bare {
		return []string{ours, bare}
	}
	return []string{ours}
}

// Names of the subjects.
const (
	ours = "ours"
	bare = "bare"
	node = "Node"
)
