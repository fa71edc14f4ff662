package plugintest

import (
	"context"
	"maps"
	"strconv"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

func schema(p *probe) {
	p.repeated()
	p.upgraded()
	usual := p.statuses("under its own names", database.Naming{})
	for how, naming := range map[string]database.Naming{"in snake_case": {Style: database.SnakePlural}, "with every table and column renamed": p.renamed()} {
		for op, got := range p.statuses(how, naming) {
			if want := usual[op]; got != want {
				p.broken("%s answers %s on a database %s, %s on one under its own names; use the declared names of tables and columns, through stores alone", op, got, how, want)
			}
		}
	}
}

// repeated migrates twice.
func (p *probe) repeated() {
	db := p.database()
	NewWith(p.T, p.options(db))
	o := p.options(db)
	plan, err := builder(o).Migrations(p.Context())
	if err != nil || !plan.Empty() {
		p.broken("on a database that has everything something is missing; declare the same tables at every Build: %v\n%s", err, plan)
	}
	if _, err := Build(p.T, o); err != nil {
		p.broken("a second Build on the same database fails; let Init find what it left before: %v", err)
	}
}

// upgraded adds the plugin to a database in which there are users already.
func (p *probe) upgraded() {
	db := p.database()
	bare := NewWith(p.T, Options{DB: db})
	old := bare.SignedIn("old@example.com")
	k, err := Build(p.T, p.options(db))
	if err != nil {
		p.broken("Build on a database with rows of before the plugin fails; make added columns nullable, or give them a default: %v", err)
		return
	}
	if _, err := k.Users().Get(p.Context(), database.Eq("id", old.User.ID)); err != nil {
		p.broken("a user of before the plugin cannot be read; make added columns nullable, or give them a default: %v", err)
	}
	// A server without the plugin, such as one not upgraded yet, must still be
	// able to add users.
	err = bare.Users().Create(context.WithoutCancel(p.Context()), &betterauth.User{Name: "New", Email: "new@example.com"})
	if err != nil {
		p.broken("a server without the plugin can no longer create a user; make added columns nullable, or give them a default: %v", err)
	}
}

// statuses calls every operation of the plugin on a database with these names
// and returns how each answered.
func (p *probe) statuses(how string, naming database.Naming) map[string]string {
	p.Helper()
	o := p.options(p.database())
	o.Config.Naming = naming
	k, err := Build(p.T, o)
	if err != nil {
		p.broken("Build on a database %s fails; use the declared names of tables and columns, through stores alone: %v", how, err)
		return nil
	}
	out := map[string]string{}
	for _, op := range p.watched(k) {
		if p.excepted(op.Operation) {
			continue
		}
		a := p.attempt(k, op, "alice@example.com")
		out[op.ID] = strconv.Itoa(a.Status)
		if a.Status >= 400 {
			out[op.ID] += " " + a.Code()
		}
		if unexpected(k, a) {
			p.broken("%s answers %d %s on a database %s; use the declared names of tables and columns, through stores alone\n%s", op.ID, a.Status, a.Body, how, lastLine(k.Log.String()))
		}
	}
	return out
}

// renamed gives every table and column another name.
func (p *probe) renamed() database.Naming {
	n := database.Naming{Tables: map[string]string{}, Columns: map[string]map[string]string{}}
	_, plugins := p.plugins()
	tables := coreTables()
	for _, plugin := range plugins {
		m := plugin.Manifest()
		tables = append(tables, m.Schema.Tables...)
		for _, c := range m.Schema.Columns {
			tables = append(tables, database.Table{Name: c.Table(), Columns: []database.Column{c.Column()}})
		}
	}
	for _, t := range tables {
		n.Tables[t.Name] = "renamed_" + strings.ToLower(t.Name)
		columns := map[string]string{}
		for _, c := range t.Columns {
			columns[c.Name] = "renamed_" + strings.ToLower(c.Name)
		}
		if n.Columns[t.Name] == nil {
			n.Columns[t.Name] = columns
			continue
		}
		maps.Copy(n.Columns[t.Name], columns)
	}
	return n
}

// builder is what a kit with these options is built from, for what it does not
// build.
func builder(o Options) *betterauth.Builder {
	return betterauth.New(o.config(&outbox{})).Database(o.DB).Plugin(o.Plugins...)
}
