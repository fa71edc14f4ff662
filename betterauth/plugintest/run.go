package plugintest

import (
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/database/postgres"
	"github.com/better-auth-go/better-auth/database/sqlite"
)

// Run proves that a plugin keeps the contract. newPlugin makes a new value on
// every call. Each rule is a subtest, on SQLite and, where
// BETTERAUTH_TEST_POSTGRES is set, on PostgreSQL; a failure says the rule in
// words.
//
//	func TestContract(t *testing.T) {
//		plugintest.Run(t, func() betterauth.Plugin { return myplugin.New(myplugin.Config{}) })
//	}
//
// Requests are derived from the input types of the operations. What cannot be
// derived is said with options: Companions, Configure, SignedInBy, Sample,
// Owned, SingleUse, WayIn. What was not reached is logged: run with -v to see it.
//
// An operation that Sample, Owned or SingleUse names is held to every rule that
// can be checked on it, whoever declares it and whoever may call it: one that is
// Public, one of a companion, and one that is ServerOnly, which is called in
// process. An option that no rule came to fails t, once all rules have run.
func Run(t *testing.T, newPlugin func() betterauth.Plugin, options ...Option) {
	t.Helper()
	s := &suite{newPlugin: newPlugin, samples: map[string]func(*Kit, *Client) Request{}, owned: map[string]func(*Kit, *Client) Ownership{},
		singleUse: map[string]func(*Kit, *Client) Request{}, waysIn: map[string]func(*Kit, *Client) func(*Client){}, except: map[string]string{}, used: map[given]bool{}, ran: map[string]bool{}}
	for _, o := range options {
		o(s)
	}
	for key := range s.except {
		name, _, _ := strings.Cut(key, " ")
		if !ruleExists(name) {
			t.Fatalf("plugintest: Except names no rule: %q; use the name of the subtest that fails", name)
		}
	}
	ok := true
	for _, r := range manifestRules {
		ok = t.Run(r.name, func(t *testing.T) { r.check(&probe{T: t, suite: s, rule: r.name, says: r.says}) }) && ok
	}
	if !ok {
		return // what follows needs a plugin that builds
	}
	if !s.optionsExist(t) {
		return
	}
	t.Cleanup(func() { s.judgeOptions(t) })
	if s.run(t); s.started {
		return
	}
	// Only what begins like it is asked for by go test -run: what is known of options
	// is known from all the other rules.
	t.Run(optionsUsed.name, func(t *testing.T) {
		t.Cleanup(func() { s.judgeOptions(t) })
		s.run(t)
	})
}

// run checks the rules about behaviour, each a subtest of t.
func (s *suite) run(t *testing.T) {
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			s.started = true
			t.Parallel()
			for _, e := range engines() {
				t.Run(e.name, func(t *testing.T) {
					t.Parallel()
					r.check(&probe{T: t, suite: s, rule: r.name, says: r.says, open: e.open})
					s.done(r.name)
				})
			}
		})
	}
}

// Option says what Run cannot find out by itself.
type Option func(*suite)

// Companions are the plugins that the one under test needs, or should be proven
// with; f makes new ones on every call.
func Companions(f func() []betterauth.Plugin) Option {
	return func(s *suite) { s.give(given{kind: "Companions"}); s.companions = f }
}

// Configure changes the options of every kit that is built, such as its
// Config. Naming is Run's own. Passwords are hashed by FastHasher unless f sets
// another.
func Configure(f func(*Options)) Option {
	return func(s *suite) { s.give(given{kind: "Configure"}); s.configure = f }
}

// SignedInBy says how a client is signed in as somebody new, or somebody who
// exists, with this address. Default Kit.SignedIn; needed where a gate refuses
// that.
func SignedInBy(f func(k *Kit, email string) *Client) Option {
	return func(s *suite) { s.give(given{kind: "SignedInBy"}); s.signedIn = f }
}

// Sample says what to send to an operation so that it succeeds, where that
// cannot be derived from its input type. f is called each time a request is
// needed and may prepare what the request is about; c is the client that will
// send it: signed in unless the operation is public and signs in. Several calls
// must not be in each other's way.
func Sample(opID string, f func(k *Kit, c *Client) Request) Option {
	return func(s *suite) { s.give(given{kind: "Sample", opID: opID}); s.samples[opID] = f }
}

// Ownership is a row that belongs to somebody.
type Ownership struct {
	// ID is the row's id, as clients send it.
	ID string
	// Request is the request that names a row.
	Request func(id string) Request
}

// Owned says that an operation takes the id of something that belongs to its
// caller. f makes such a thing for owner. Run proves that another user's is
// answered like a missing one and stays as it is, and that the owner's works.
// Without it Run tries the ids that it finds, and looks only at whether they
// change anything. A client without a session has nothing: where the operation is
// Public, theirs is to be refused and changes nothing. It stands for a Sample, where
// there is none.
func Owned(opID string, f func(k *Kit, owner *Client) Ownership) Option {
	return func(s *suite) { s.give(given{kind: "Owned", opID: opID}); s.owned[opID] = f }
}

// SingleUse says that an operation uses something up, such as a token. f makes
// one and the request that uses it. Run sends that many times at once and wants
// one success. It stands for a Sample, where there is none.
func SingleUse(opID string, f func(k *Kit, c *Client) Request) Option {
	return func(s *suite) { s.give(given{kind: "SingleUse", opID: opID}); s.singleUse[opID] = f }
}

// WayIn says how something is made by which requests are from its owner without a
// session, such as a key that a session source takes: f makes one for owner and
// returns what presents it with a client's requests. name is for messages. Run
// proves that it ends with its owner.
func WayIn(name string, f func(k *Kit, owner *Client) func(c *Client)) Option {
	return func(s *suite) { s.give(given{kind: "WayIn", rule: name}); s.waysIn[name] = f }
}

// Except takes an operation out of a rule, by the rule's name as the subtests
// have it. reason is why that is right, and is logged. A rule that does not look
// at the operation anyway needs no exception, and having one fails the test.
func Except(rule, opID, reason string) Option {
	return func(s *suite) {
		s.give(given{kind: "Except", opID: opID, rule: rule})
		s.except[rule+" "+opID] = reason
	}
}

// rule is one thing a plugin owes. says completes "A plugin must keep this: …".
type rule struct {
	name, says string
	check      func(p *probe)
}

func ruleExists(name string) bool {
	for _, r := range append(append([]rule(nil), manifestRules...), rules...) {
		if r.name == name {
			return true
		}
	}
	return false
}

type engine struct {
	name string
	open func(testing.TB) (*database.DB, error)
}

func engines() []engine {
	all := []engine{{"sqlite", func(t testing.TB) (*database.DB, error) { return sqlite.Open(":memory:") }}}
	if os.Getenv(databasetest.PostgresEnv) != "" {
		all = append(all, engine{"postgres", func(t testing.TB) (*database.DB, error) {
			return postgres.Open(databasetest.PostgresDSN(t))
		}})
	}
	return all
}

// database opens an empty one, which the rule may close itself.
func (p *probe) database() *database.DB {
	p.Helper()
	db, err := p.open(p.T)
	if err != nil {
		p.Fatal(err)
	}
	p.Cleanup(func() { _ = db.Close() })
	return db
}

// suite is one plugin under test.
type suite struct {
	newPlugin  func() betterauth.Plugin
	companions func() []betterauth.Plugin
	configure  func(*Options)
	signedIn   func(*Kit, string) *Client
	samples    map[string]func(*Kit, *Client) Request
	owned      map[string]func(*Kit, *Client) Ownership
	singleUse  map[string]func(*Kit, *Client) Request
	waysIn     map[string]func(*Kit, *Client) func(*Client)
	except     map[string]string

	given, twice []given
	started      bool       // a rule about behaviour
	mu           sync.Mutex // of what follows
	used         map[given]bool
	ran          map[string]bool // rules
	judged       bool            // options
}

// probe is one rule being checked on one engine.
type probe struct {
	*testing.T
	*suite
	rule, says string
	open       func(testing.TB) (*database.DB, error)
	// companion is one more plugin for every kit, to see or to disturb.
	companion betterauth.Plugin
}

// broken reports that the rule is not kept.
func (p *probe) broken(format string, args ...any) {
	p.Helper()
	p.Errorf("the rule "+p.rule+" is broken: "+p.says+"\n\t"+format, args...)
}

// excepted reports whether an operation is taken out of the rule.
func (p *probe) excepted(op betterauth.Operation) bool {
	reason, ok := p.except[p.rule+" "+op.ID]
	if ok {
		p.use(given{kind: "Except", opID: op.ID, rule: p.rule})
		p.Logf("%s is excepted: %s", op.ID, reason)
	}
	return ok
}

// unlessExcepted is broken for a rule that looks at every operation: an exception
// counts as used only where something is broken that it excuses.
func (p *probe) unlessExcepted(op betterauth.Operation) func(format string, args ...any) {
	reason, ok := p.except[p.rule+" "+op.ID]
	if !ok {
		return p.broken
	}
	return func(string, ...any) {
		p.use(given{kind: "Except", opID: op.ID, rule: p.rule})
		p.Logf("%s is excepted: %s", op.ID, reason)
	}
}

// plugins are the plugin under test and what comes with it.
func (p *probe) plugins() (tested betterauth.Plugin, all []betterauth.Plugin) {
	tested = p.newPlugin()
	if p.companions != nil {
		p.use(given{kind: "Companions"})
		all = p.companions()
	}
	all = append(all, tested)
	if p.companion != nil {
		all = append(all, p.companion)
	}
	return tested, all
}

// options are those of a kit on db.
func (p *probe) options(db *database.DB) Options {
	_, plugins := p.plugins()
	o := Options{DB: db}
	if p.configure != nil {
		p.use(given{kind: "Configure"})
		p.configure(&o)
	}
	o.DB = db
	if o.Config.Password.Hasher == nil {
		o.Config.Password.Hasher = FastHasher{}
	}
	o.Plugins = append(o.Plugins, plugins...)
	return o
}

// kit builds the plugin on an empty database.
func (p *probe) kit() *Kit {
	p.Helper()
	return NewWith(p.T, p.options(p.database()))
}

// client is whoever calls op usually: a browser without a session for what
// signs in, else one of somebody who is signed in.
func (p *probe) client(k *Kit, op betterauth.Operation, email string) *Client {
	p.Helper()
	if op.Access == betterauth.Public && op.SignIn == betterauth.MakesSession {
		return k.Client()
	}
	return p.signIn(k, email)
}

func (p *probe) signIn(k *Kit, email string) *Client {
	p.Helper()
	if p.signedIn != nil {
		p.use(given{kind: "SignedInBy"})
		return p.signedIn(k, email)
	}
	return k.SignedIn(email)
}

// signedIn reports whether answer gives the client a session.
func signedIn(a *Answer) bool {
	for _, ck := range a.Cookies {
		if strings.HasSuffix(ck.Name, "session_token") && ck.Value != "" && ck.MaxAge >= 0 {
			return true
		}
	}
	return false
}

// succeeded reports whether an answer is a success: a redirect that names an
// error is none.
func succeeded(a *Answer) bool {
	return a.Status < 300 || a.Status == http.StatusFound && !strings.Contains(a.Header.Get("Location"), "error=")
}
