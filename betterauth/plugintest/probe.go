package plugintest

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

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
	swept      *sweep // is shared with other rules on this engine
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
