package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/better-auth-go/better-auth/benchmarks/inprocess"
	"github.com/better-auth-go/better-auth/benchmarks/subject"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

// scenario is what is compared in process: contenders that take turns.
type scenario struct {
	// titles are the rows, one for each work of a contender. With sum set there is
	// one more, for all works together.
	titles []string
	sum    string
	calls  int
	// batches is how many there are at least, minBatches for 0.
	batches int
	look    look
	// contenders are made when the scenario's turn comes; the first is ours.
	contenders func(context.Context) ([]contender, error)
	close      func() error
}

// look is how two contenders are compared.
type look int

const (
	bySpeed    look = iota // how many times as fast ours is
	byFastest              // how many times as long the fastest call of each batch takes
	byOverhead             // how much longer ours takes
)

// contender does the works of a scenario.
type contender struct {
	name  string
	works []inprocess.Work
}

const (
	// manyCalls is long enough for the garbage collector to take its share of
	// every batch, and short enough for batches of two contenders to meet the same
	// disturbances.
	manyCalls = 1000
	// preparedCalls is manyCalls where each call takes longer to prepare than to
	// make.
	preparedCalls = 100
	// hashedCalls is for calls of tens of milliseconds.
	hashedCalls   = 3
	hashedBatches = 14
)

// Names of works and of what they are compared with. Aims are about them.
const (
	getSession     = "get-session"
	withEvery      = "get-session, every plugin on"
	cookieCache    = "get-session, cookie cache "
	passkeyOptions = "passkey options"
	passkeyVerify  = "passkey verify"
	passkeyBoth    = "passkey sign-in, both requests"
	passkeySignIn  = "passkey sign-in, SQLite in memory"
	registration   = "passkey registration, SQLite in memory"
	password       = "password sign-in without its hash"
	passwordHash   = "password sign-in with its hash"
	route          = "a route behind RequireSession"
	cachedRoute    = "a route behind RequireSession, cookie cache"
	threePlugins   = "three plugins"
	byBare         = "bare"
	byWebAuthn     = "go-webauthn by hand"
	byScs          = "scs by hand"
	byScsPrepared  = "scs, prepared by hand"
	byNode         = "the TypeScript server"
	bareES256      = "a bare ES256 verification"
	hashAlone      = "the hash alone"
	bareRoute      = "the bare route"
	signedCache    = "compact"
	encryptedCache = "jwe"
	otherSigned    = "jwt"
)

// scenarios lists what is compared in process. The cookie cache does not reach the
// database, so one engine is enough for it.
func (p *plan) scenarios() (all []*scenario) {
	for _, e := range p.engines {
		in := func(work string) string { return work + ", " + e.title }
		all = append(all,
			on(e.some.name, &scenario{titles: []string{in(getSession)}, calls: manyCalls}, func(ctx context.Context, db *database.DB) ([]contender, error) {
				return sessions(ctx, db, e.some.visitors[0], map[string]string{subject.KindOurs: ours, subject.KindBare: byBare}, subject.KindOurs, subject.KindBare)
			}),
			p.everyPlugin(e, in(withEvery)),
			on(e.some.name, &scenario{titles: []string{in(passkeyOptions), in(passkeyVerify)}, sum: in(passkeyBoth), calls: preparedCalls}, func(ctx context.Context, db *database.DB) ([]contender, error) {
				return passkeys(ctx, db, e.some.visitors[0])
			}),
			on(e.some.name, &scenario{titles: []string{in(password)}, calls: preparedCalls}, func(ctx context.Context, db *database.DB) ([]contender, error) {
				return passwords(ctx, db, e.some.visitors[0])
			}),
			on(e.some.name, &scenario{titles: []string{in(route)}, calls: manyCalls, look: byOverhead}, func(ctx context.Context, db *database.DB) ([]contender, error) {
				return routes(ctx, db, e.some.visitors[0], "")
			}),
		)
	}
	first := p.engines[0]
	return append(all,
		on(first.some.name, &scenario{titles: []string{cookieCache + encryptedCache}, calls: manyCalls}, func(ctx context.Context, db *database.DB) ([]contender, error) {
			return caches(ctx, db, first.some.visitors[0])
		}),
		on(first.some.name, &scenario{titles: []string{cachedRoute}, calls: manyCalls, look: byOverhead}, func(ctx context.Context, db *database.DB) ([]contender, error) {
			return routes(ctx, db, first.some.visitors[0], signedCache)
		}),
		on("sqlite::memory:", &scenario{titles: []string{passkeySignIn, registration}, calls: preparedCalls, look: byFastest}, inMemory),
		on(first.some.name, &scenario{titles: []string{passwordHash}, calls: hashedCalls, batches: hashedBatches, look: byFastest}, func(ctx context.Context, db *database.DB) ([]contender, error) {
			return hashes(ctx, db, first.some.visitors[0])
		}),
	)
}

const ours = "ours"

// on opens the database for the scenario.
func on(name string, s *scenario, contenders func(context.Context, *database.DB) ([]contender, error)) *scenario {
	s.close = func() error { return nil }
	s.contenders = func(ctx context.Context) ([]contender, error) {
		db, err := subject.Open(name)
		if err != nil {
			return nil, err
		}
		s.close = db.Close
		return contenders(ctx, db)
	}
	return s
}

// sessions reads a session from each kind.
func sessions(ctx context.Context, db *database.DB, v subject.Visitor, names map[string]string, kinds ...string) (out []contender, err error) {
	for _, kind := range kinds {
		h, err := subject.Handler(ctx, kind, db, "")
		if err != nil {
			return nil, err
		}
		work, err := inprocess.Session(h, v, false)
		if err != nil {
			return nil, err
		}
		out = append(out, contender{names[kind], []inprocess.Work{work}})
	}
	return out, nil
}

// everyPlugin compares the handler with every plugin to that with three, each on
// a database of its own, because they have other columns.
func (p *plan) everyPlugin(e engine, title string) *scenario {
	s := &scenario{titles: []string{title}, calls: manyCalls}
	var opened []*database.DB
	s.contenders = func(ctx context.Context) (out []contender, err error) {
		for _, of := range []struct {
			kind, name string
			in         seeded
		}{{subject.KindEverything, ours, e.every}, {subject.KindOurs, threePlugins, e.some}} {
			db, err := subject.Open(of.in.name)
			if err != nil {
				return nil, err
			}
			opened = append(opened, db)
			more, err := sessions(ctx, db, of.in.visitors[0], map[string]string{of.kind: of.name}, of.kind)
			if err != nil {
				return nil, err
			}
			out = append(out, more...)
		}
		return out, nil
	}
	s.close = func() (err error) {
		for _, db := range opened {
			err = errors.Join(err, db.Close())
		}
		return err
	}
	return s
}

// caches reads a session from each kind of cookie, the encrypted one first.
func caches(ctx context.Context, db *database.DB, v subject.Visitor) (out []contender, err error) {
	for _, cache := range []string{encryptedCache, signedCache, otherSigned} {
		h, err := subject.Ours(ctx, db, cache)
		if err != nil {
			return nil, err
		}
		work, err := inprocess.Session(h, v, true)
		if err != nil {
			return nil, err
		}
		out = append(out, contender{cache, []inprocess.Work{work}})
	}
	return out, nil
}

func passkeys(ctx context.Context, db *database.DB, v subject.Visitor) (out []contender, err error) {
	for _, of := range []struct{ kind, name string }{{subject.KindOurs, ours}, {subject.KindWebAuthn, byWebAuthn}, {subject.KindScs, byScs}} {
		h, err := subject.Handler(ctx, of.kind, db, "")
		if err != nil {
			return nil, err
		}
		options, err := inprocess.Options(h)
		if err != nil {
			return nil, err
		}
		out = append(out, contender{of.name, []inprocess.Work{options, inprocess.Verify(h, v)}})
	}
	return out, nil
}

func passwords(ctx context.Context, db *database.DB, v subject.Visitor) (out []contender, err error) {
	for _, of := range []struct{ kind, name string }{{subject.KindOurs, ours}, {subject.KindScs, byScs}, {subject.KindScsPrepared, byScsPrepared}} {
		h, err := subject.Handler(ctx, of.kind, db, "")
		if err != nil {
			return nil, err
		}
		out = append(out, contender{of.name, []inprocess.Work{inprocess.Password(h, v.Email)}})
	}
	return out, nil
}

func hashes(ctx context.Context, db *database.DB, v subject.Visitor) ([]contender, error) {
	h, err := subject.OursHashing(ctx, db)
	if err != nil {
		return nil, err
	}
	hash, err := subject.HashAlone(ctx)
	if err != nil {
		return nil, err
	}
	return []contender{
		{ours, []inprocess.Work{inprocess.Password(h, v.Hashed)}},
		{hashAlone, []inprocess.Work{{Do: func(int) error { return hash() }}}},
	}, nil
}

func routes(ctx context.Context, db *database.DB, v subject.Visitor, cache string) ([]contender, error) {
	open, guarded, err := subject.Route(ctx, db, cache)
	if err != nil {
		return nil, err
	}
	behind, err := inprocess.Route(guarded, v, cache != "")
	if err != nil {
		return nil, err
	}
	alone, err := inprocess.Route(open, v, false)
	return []contender{{ours, []inprocess.Work{behind}}, {bareRoute, []inprocess.Work{alone}}}, err
}

// inMemory compares ceremonies with the verification of one signature.
func inMemory(ctx context.Context, db *database.DB) ([]contender, error) {
	visitors, err := subject.Seed(ctx, db, 16, 16)
	if err != nil {
		return nil, err
	}
	h, err := subject.Ours(ctx, db, "")
	if err != nil {
		return nil, err
	}
	verification, err := inprocess.Verification(passkeytest.ES256)
	if err != nil {
		return nil, err
	}
	register, err := registrations(ctx, db, h, visitors, passkeytest.ES256)
	if err != nil {
		return nil, err
	}
	return []contender{
		{ours, []inprocess.Work{inprocess.Verify(h, visitors[0]), register}},
		{bareES256, []inprocess.Work{verification, verification}},
	}, nil
}

func registrations(ctx context.Context, db *database.DB, h http.Handler, visitors []subject.Visitor, algorithm passkeytest.Algorithm) (inprocess.Work, error) {
	key, err := inprocess.Key(algorithm)
	if err != nil {
		return inprocess.Work{}, fmt.Errorf("registration: %w", err)
	}
	return inprocess.Registration(h, visitors, key, func() error {
		_, err := db.Bun().DB.ExecContext(ctx, inprocess.ForgetRegistered)
		return err
	}), nil
}
