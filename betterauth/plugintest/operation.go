package plugintest

import (
	"reflect"
	"slices"

	"github.com/better-auth-go/better-auth/betterauth"
)

// operation is one of the Auth under test, with what is known of its types.
type operation struct {
	betterauth.Operation
	// own says that the plugin under test declares it, or that an option names it.
	own bool
	// in and out are nil for the core's own.
	in, out reflect.Type
}

// operations are those that have a route or that an option names, the plugin's
// own first.
func (p *probe) operations(k *Kit) []operation {
	own := p.newPlugin().Manifest().ID
	endpoints := map[string]operation{}
	for _, m := range k.Auth.Manifests() {
		for _, e := range m.Endpoints {
			endpoints[e.Operation().ID] = operation{own: m.ID == own, in: e.Input(), out: e.Output()}
		}
	}
	var ops []operation
	for _, op := range k.Auth.Operations() {
		known := endpoints[op.ID]
		known.Operation = op
		known.own = known.own || p.names(op.ID)
		if !routed(known) && !p.names(op.ID) {
			continue
		}
		ops = append(ops, known)
	}
	slices.SortStableFunc(ops, func(a, b operation) int {
		switch {
		case a.own == b.own:
			return 0
		case a.own:
			return -1
		}
		return 1
	})
	return ops
}

// ownOperations are those the plugin under test declares, or an option names.
func (p *probe) ownOperations(k *Kit) []operation {
	return slices.DeleteFunc(p.operations(k), func(op operation) bool { return !op.own })
}

// watched are the operations the plugin can do something about: its own, and
// all of them if it has hooks of any kind. Those an option names are among them.
func (p *probe) watched(k *Kit) []operation {
	m := p.newPlugin().Manifest()
	if len(m.Before)+len(m.After)+len(m.Requests)+len(m.Sources)+len(m.Gates)+len(m.RowHooks) > 0 || m.Hasher != nil {
		return p.operations(k)
	}
	return p.ownOperations(k)
}

// request is what to send to op so that it should succeed.
func (p *probe) request(k *Kit, c *Client, op operation) Request {
	p.Helper()
	k.Mails() // so that Kit.Mail in an option is what that causes
	switch sample, single, owned := p.samples[op.ID], p.singleUse[op.ID], p.owned[op.ID]; {
	case sample != nil:
		p.use(given{kind: "Sample", opID: op.ID})
		return sample(k, c)
	case single != nil:
		return single(k, c)
	case owned != nil && c.User != nil:
		row := owned(k, c)
		return row.Request(row.ID)
	case op.in == nil:
		return coreSamples[op.ID]
	}
	return derive(op.in)
}

// coreSamples are for the core's operations that take something.
var coreSamples = map[string]Request{
	"revokeSession": {Body: map[string]any{"token": "none"}},
	"updateSession": {Body: map[string]any{}},
}

// attempt calls an operation once as it should be.
func (p *probe) attempt(k *Kit, op operation, email string) *Answer {
	p.Helper()
	c := p.client(k, op.Operation, email)
	return c.send(op.Operation, firstMethod(op.Operation), p.request(k, c, op))
}

// declared reports whether an operation may answer with code: one, a plugin or the
// core says so.
func declared(k *Kit, status int, code string) bool {
	return slices.ContainsFunc(k.Auth.ErrorCodes(), func(e *betterauth.ErrorCode) bool { return e.Code == code && e.Status == status })
}

// unexpected reports whether an answer is a failure of the server that nobody
// declared.
func unexpected(k *Kit, a *Answer) bool {
	return a.Status >= 500 && (a.Code() == betterauth.ErrInternal.Code || !declared(k, a.Status, a.Code()))
}
