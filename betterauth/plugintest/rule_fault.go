package plugintest

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"sync/atomic"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// fault is a plugin that can be made to fail.
type fault struct {
	tables []database.Table
	hooks  atomic.Pointer[func() error] // of every table
	gate   atomic.Pointer[func() error]
	nth    atomic.Int32 // which of the calls fails, counted from 1
	fired  atomic.Int32
}

const faultCause = "plugintest fault cause"

// faults are the ways to fail.
var faults = map[string]func() error{
	"an error": func() error { return errors.New(faultCause) },
	"a panic":  func() error { panic(faultCause) },
}

func (f *fault) strike(which *atomic.Pointer[func() error]) error {
	fail := which.Load()
	if fail == nil || f.fired.Add(1) != f.nth.Load() {
		return nil
	}
	return (*fail)()
}

// arm makes the nth call fail from now on.
func (f *fault) arm(which *atomic.Pointer[func() error], nth int, fail func() error) {
	f.fired.Store(0)
	f.nth.Store(int32(nth))
	which.Store(&fail)
}

// disarm reports whether something failed.
func (f *fault) disarm(which *atomic.Pointer[func() error]) bool {
	which.Store(nil)
	return f.fired.Load() >= f.nth.Load()
}

func (f *fault) Manifest() betterauth.Manifest {
	m := betterauth.Manifest{ID: "plugintest-fault", Gates: []betterauth.SessionGate{{Name: "fault",
		Check: func(*betterauth.Ctx, *betterauth.Attempt) error { return f.strike(&f.gate) }}}}
	for _, table := range f.tables {
		m.RowHooks = append(m.RowHooks, database.UntypedRowHooks{Row: table.Row,
			After: func(context.Context, database.Event, any) error { return f.strike(&f.hooks) },
		})
	}
	return m
}

// faulty builds the plugin with one that fails.
func (p *probe) faulty() (*Kit, *fault) {
	p.Helper()
	_, plugins := p.plugins()
	f := &fault{}
	for _, t := range allTables(plugins) {
		if t.Name != "verification" { // values that are taken are gone, whatever follows
			f.tables = append(f.tables, t)
		}
	}
	p.companion = f
	return p.kit(), f
}

func isConstant500(a *Answer) bool {
	return a.Status == http.StatusInternalServerError && a.Code() == betterauth.ErrInternal.Code && !strings.Contains(string(a.Body), faultCause)
}

// mostHooks bounds how many hooks of one request are made to fail in turn.
const mostHooks = 12

func failClosed(p *probe) {
	k, f := p.faulty()
	for _, op := range p.ownOperations(k) {
		if p.excepted(op.Operation) {
			continue
		}
		for what, fail := range faults {
			for nth := 1; nth <= mostHooks && p.failsClosed(k, f, op, nth, what, fail); nth++ {
			}
		}
	}
}

// failsClosed calls op while the nth row hook fails, and reports whether
// there was one.
func (p *probe) failsClosed(k *Kit, f *fault, op operation, nth int, what string, fail func() error) bool {
	c := p.client(k, op.Operation, "alice@example.com")
	r := p.request(k, c, op)
	k.Mails() // what is under way has arrived
	before := durable(k)
	f.arm(&f.hooks, nth, fail)
	a := c.send(op.Operation, firstMethod(op.Operation), r)
	if !f.disarm(&f.hooks) {
		return false
	}
	if !isConstant500(a) || signedIn(a) {
		p.broken("%s in whose row hook there is %s answers %d %s; return each error of a store as it is", op.ID, what, a.Status, a.Body)
	}
	if after := durable(k); !reflect.DeepEqual(before, after) {
		p.broken("%s in whose row hook number %d there is %s leaves behind: %s; make all writes in one Ctx.Transaction", op.ID, nth, what, changed(before, after))
	}
	return true
}

// durable is what must be as it was after a failure: everything but single-use
// values, which are gone once they were taken.
func durable(k *Kit) map[string][]string {
	rows := k.Rows()
	for table := range rows {
		if strings.Contains(table, "verification") {
			delete(rows, table)
		}
	}
	return rows
}

func gates(p *probe) {
	k, f := p.faulty()
	for _, op := range p.ownOperations(k) {
		if p.excepted(op.Operation) {
			continue
		}
		for what, fail := range faults {
			c := p.client(k, op.Operation, "alice@example.com")
			r := p.request(k, c, op)
			sessions, err := StoreOf[betterauth.Session](k).Count(p.Context())
			if err != nil {
				p.Fatal(err)
			}
			f.arm(&f.gate, 1, fail)
			a := c.send(op.Operation, firstMethod(op.Operation), r)
			if !f.disarm(&f.gate) {
				continue
			}
			if op.SignIn != betterauth.MakesSession && op.Access == betterauth.Public {
				p.broken("%s makes a session but does not declare SignIn: MakesSession; set that in its Operation", op.ID)
			}
			if !isConstant500(a) || signedIn(a) {
				p.broken("%s answers %d %s when there is %s in a gate; return the error of Ctx.SignIn as it is", op.ID, a.Status, a.Body, what)
			}
			if n, err := StoreOf[betterauth.Session](k).Count(p.Context()); err != nil || n > sessions {
				p.broken("%s leaves a session when there is %s in a gate: %d before, %d after, %v; make sessions by Ctx.SignIn alone", op.ID, what, sessions, n, err)
			}
		}
	}
}

func outage(p *probe) {
	k := p.kit()
	type prepared struct {
		op      operation
		c       *Client
		r       Request
		healthy *Answer
		stored  bool // it needs the database
	}
	// Without idle connections each use of the database is one that is closed.
	k.DB.Bun().DB.SetMaxIdleConns(0)
	uses := func() int64 { return k.DB.Bun().DB.Stats().MaxIdleClosed }
	var all []prepared
	for _, op := range p.ownOperations(k) {
		if p.excepted(op.Operation) {
			continue
		}
		c := p.client(k, op.Operation, "alice@example.com")
		r := p.request(k, c, op)
		before := uses()
		one := prepared{op: op, healthy: c.send(op.Operation, firstMethod(op.Operation), r)}
		one.stored = uses() > before
		one.c = p.client(k, op.Operation, strings.ToLower(op.ID)+"@example.com")
		one.r = p.request(k, one.c, op)
		all = append(all, one)
	}
	k.Mails()
	if err := k.DB.Close(); err != nil {
		p.Fatal(err)
	}
	for _, one := range all {
		a := one.c.send(one.op.Operation, firstMethod(one.op.Operation), one.r)
		asBefore := a.Status == one.healthy.Status && (!one.stored || a.Status >= 400)
		if a.Status != http.StatusInternalServerError && !asBefore {
			p.broken("%s answers %d %s; return each error of a store as it is", one.op.ID, a.Status, a.Body)
		}
		if strings.Contains(string(a.Body), "closed") {
			p.broken("%s tells the client the cause: %s; keep it for the log, with ErrorCode.Because", one.op.ID, a.Body)
		}
		for _, ck := range a.Cookies {
			if strings.HasSuffix(ck.Name, "session_token") {
				p.broken("%s touches the session cookie: %s; sign out only where the database says that there is no session", one.op.ID, ck)
			}
		}
	}
}
