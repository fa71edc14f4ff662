package plugintest

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/better-auth-go/better-auth/betterauth"
)

func ownership(p *probe) {
	k := p.kit()
	ops := p.ownOperations(k)
	for _, op := range ops {
		p.attempt(k, op, "alice@example.com") // which may make something of hers
	}
	for _, op := range ops {
		f, ids := p.owned[op.ID], idsIn(op)
		if f == nil && len(ids) == 0 || p.excepted(op.Operation) {
			continue
		}
		if f != nil {
			p.use(given{kind: "Owned", opID: op.ID})
			p.ownedRow(k, op, f)
		}
		for _, m := range ids {
			p.foundRows(k, op, m)
		}
	}
}

// ownedRow tries an id that the plugin's author says how to make.
func (p *probe) ownedRow(k *Kit, op operation, f func(*Kit, *Client) Ownership) {
	alice, mallory := p.signIn(k, "alice@example.com"), p.signIn(k, "mallory@example.com")
	row := f(k, alice)
	missing := unlike(row.ID)
	method := firstMethod(op.Operation)
	before := k.Rows()
	foreign := mallory.send(op.Operation, method, row.Request(row.ID))
	if after := k.Rows(); !reflect.DeepEqual(before, after) {
		p.broken("%s changed what is stored: %s; put the owner into the condition of every read and write", op.ID, changed(before, after))
	}
	absent := mallory.send(op.Operation, method, row.Request(missing))
	body := strings.ReplaceAll(string(foreign.Body), row.ID, missing)
	if foreign.Status != absent.Status || body != string(absent.Body) {
		p.broken("%s answers another user's id with %d %s and a missing one with %d %s; put the owner into the condition of every read and write", op.ID, foreign.Status, foreign.Body, absent.Status, absent.Body)
	}
	if own := alice.send(op.Operation, method, row.Request(row.ID)); !succeeded(own) {
		p.broken("%s with the owner's own id answers %d %s after another user tried; put the owner into the condition of every read and write", op.ID, own.Status, own.Body)
	}
}

// idsIn are the members of an operation's input that could name a row. Of what
// only the server calls none does: whose row it is is the server's to say.
func idsIn(op operation) []member {
	if !routed(op) {
		return nil
	}
	ms, _ := members(op.in)
	return slices.DeleteFunc(ms, func(m member) bool { return !isID(m) })
}

// foundRows tries the ids of what a user has, in a member that could be one.
func (p *probe) foundRows(k *Kit, op operation, m member) {
	alice, mallory := p.signIn(k, "alice@example.com"), p.signIn(k, "mallory@example.com")
	ids := append(p.idsOf(k, alice.User.ID), alice.User.ID, alice.Session.Token)
	for _, id := range ids {
		r := p.request(k, mallory, op)
		r = r.with(m, id)
		before := rowsOf(k, ids) // what a sample prepares may be hers
		a := mallory.send(op.Operation, firstMethod(op.Operation), r)
		if after := rowsOf(k, ids); !reflect.DeepEqual(before, after) {
			p.broken("%s with another user's id as %s answers %d and changed %s; put the owner into the condition of every read and write", op.ID, m.name, a.Status, changed(before, after))
			return
		}
		if !succeeded(a) || op.Access == betterauth.Public { // what is public may be anybody's to find
			continue
		}
		r = p.request(k, mallory, op)
		if absent := mallory.send(op.Operation, firstMethod(op.Operation), r.with(m, unlike(id))); !succeeded(absent) {
			p.broken("%s answers another user's id as %s with %d %s and a missing one with %d %s; put the owner into the condition of every read and write", op.ID, m.name, a.Status, a.Body, absent.Status, absent.Body)
			return
		}
	}
}

// idsOf are the ids of stored rows that a user's id is part of, of each table as
// many as show what it does with them.
func (p *probe) idsOf(k *Kit, userID string) (ids []string) {
	const enough = 6
	for _, table := range k.tables() {
		found := 0
		for _, row := range k.query("select * from "+k.quoted(table), nil) {
			if !strings.Contains(strings.Join(row, " "), userID) {
				continue
			}
			if found++; found > enough {
				break
			}
			for _, cell := range row {
				if id, ok := strings.CutPrefix(cell, "id="); ok {
					ids = append(ids, id)
				}
			}
		}
	}
	return ids
}

// isID reports whether a member could name a row.
func isID(m member) bool {
	name, typ := strings.ToLower(m.name), m.typ
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	return typ.Kind() == reflect.String && (strings.HasSuffix(name, "id") || strings.HasSuffix(name, "token"))
}

// rowsOf are the stored rows that one of these ids is part of.
func rowsOf(k *Kit, ids []string) map[string][]string {
	out := map[string][]string{}
	for table, rows := range k.Rows() {
		for _, row := range rows {
			if slices.ContainsFunc(ids, func(id string) bool { return strings.Contains(row, id) }) {
				out[table] = append(out[table], row)
			}
		}
	}
	return out
}

// unlike is an id that looks like another one and is not.
func unlike(id string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '7':
			return '8'
		case unicode.IsDigit(r):
			return '7'
		case r == 'q':
			return 'w'
		case unicode.IsLetter(r):
			return 'q'
		}
		return r
	}, id)
}

// changed says what differs between two answers of Kit.Rows.
func changed(before, after map[string][]string) string {
	var out []string
	tables := maps.Clone(before)
	maps.Copy(tables, after)
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		count := map[string]int{}
		for _, row := range before[table] {
			count[row]--
		}
		for _, row := range after[table] {
			count[row]++
		}
		for row, n := range count {
			switch {
			case n > 0:
				out = append(out, table+" now has "+row)
			case n < 0:
				out = append(out, table+" no longer has "+row)
			}
		}
	}
	return strings.Join(out, "; ")
}

func oneWinner(p *probe) {
	k := p.kit()
	for _, op := range p.operations(k) {
		f := p.singleUse[op.ID]
		if f == nil || p.excepted(op.Operation) {
			continue
		}
		p.use(given{kind: "SingleUse", opID: op.ID})
		c := p.client(k, op.Operation, "alice@example.com")
		k.Mails()
		r := f(k, c)
		won := 0
		for _, a := range atOnce(8, c, op.Operation, r) {
			if succeeded(a) {
				won++
			}
			if unexpected(k, a) {
				p.broken("%s answers %d %s; refuse whoever comes too late with an ErrorCode", op.ID, a.Status, a.Body)
			}
		}
		switch {
		case won == 0:
			p.broken("%s succeeded 0 times of 8; correct it, or what SingleUse sends it: it never succeeds, even alone", op.ID)
		case won > 1:
			p.broken("%s succeeded %d times of 8; use the value up with Store.Take, or in the condition of one Update or Delete", op.ID, won)
		}
	}
}

// atOnce sends one request n times at the same time.
func atOnce(n int, c *Client, op betterauth.Operation, r Request) []*Answer {
	answers := make([]*Answer, n)
	var wait sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		fork := c.Fork()
		wait.Go(func() {
			<-start
			answers[i] = fork.send(op, firstMethod(op), r)
		})
	}
	close(start)
	wait.Wait()
	return answers
}

func concurrent(p *probe) {
	k := p.kit()
	for _, op := range p.watched(k) {
		if p.excepted(op.Operation) {
			continue
		}
		c := p.client(k, op.Operation, "alice@example.com")
		for _, a := range atOnce(6, c, op.Operation, p.request(k, c, op)) {
			if unexpected(k, a) {
				p.broken("%s answers %d %s when called at the same time; refuse whoever comes too late with an ErrorCode\n%s", op.ID, a.Status, a.Body, lastLine(k.Log.String()))
			}
		}
	}
}
