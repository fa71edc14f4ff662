package betterauth

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/internal/ratelimit"
)

// compileSchema joins core, plugin and application tables and columns.
func (a *Auth) compileSchema() (problems []error) {
	tables := coreTables()
	if a.cfg.RateLimit.Storage.database {
		tables = append(tables, database.TableOf[rateRow]("rateLimit"))
	}
	owner := map[string]string{}
	extra := map[string][]database.Column{}
	columnOwner := map[string]string{}
	own := func(t database.Table, by string) {
		owner[t.Name] = by
		for _, column := range t.Columns {
			columnOwner[t.Name+"."+column.Name] = by
		}
	}
	addColumns := func(plugin string, columns []AddedColumn) {
		for _, f := range columns {
			key := f.Table() + "." + f.Column().Name
			if err := f.problem(); err != nil {
				problems = append(problems, problem(plugin, "column "+key, "%w", err))
				continue
			}
			if other, taken := columnOwner[key]; taken {
				problems = append(problems, problem(plugin, "column "+key, "is already declared by %s; give it another name", cmp.Or(other, "the application")))
				continue
			}
			columnOwner[key] = plugin
			column := f.Column()
			column.By = plugin
			extra[f.Table()] = append(extra[f.Table()], column)
		}
	}
	for _, t := range tables {
		own(t, "core")
	}
	for _, p := range a.plugins {
		for _, t := range p.manifest.Schema.Tables {
			if other, taken := owner[t.Name]; taken {
				problems = append(problems, problem(p.manifest.ID, "table "+t.Name, "is already declared by %s; give it another name", other))
				continue
			}
			own(t, p.manifest.ID)
			t.By = p.manifest.ID
			tables = append(tables, t)
		}
	}
	for _, p := range a.plugins {
		addColumns(p.manifest.ID, p.manifest.Schema.Columns)
	}
	addColumns("", a.cfg.AdditionalColumns)
	for _, p := range a.plugins {
		for _, index := range p.manifest.Schema.Indexes {
			err := index.addTo(tables, func(table, column string) bool { _, ok := columnOwner[table+"."+column]; return ok })
			if err != nil {
				problems = append(problems, problem(p.manifest.ID, fmt.Sprintf("index on %s (%s)", index.Table, strings.Join(index.Columns, ", ")), "%w", err))
			}
		}
	}
	schema, err := database.Compile(a.db, tables, extra, database.Options{
		Naming: a.cfg.Naming, IDs: a.cfg.IDs, NewID: a.cfg.NewID, Now: a.now, Rand: a.cfg.Random,
		OnHookFailure: a.logAfterCommit,
	})
	if err != nil {
		return append(problems, problem("", "schema", "%w", err))
	}
	a.schema, a.added = schema, extra
	problems = append(problems, a.checkLeftOut()...)
	problems = append(problems, a.addRowHooks()...)
	problems = append(problems, a.checkEndings()...)
	return append(problems, a.openStores()...)
}

// addRowHooks installs the core's own hooks around those of plugins.
func (a *Auth) addRowHooks() (problems []error) {
	add := func(plugin, item string, hooks database.Hooks) {
		if err := a.schema.AddHooks(plugin, hooks); err != nil {
			problems = append(problems, problem(plugin, item, "%w", err))
		}
	}
	add("", "row hooks", normalizeHooks())
	for _, p := range a.plugins {
		for i, hooks := range p.manifest.RowHooks {
			add(p.manifest.ID, fmt.Sprintf("row hooks number %d", i+1), hooks)
		}
	}
	// Last, so that they see what will be written and what plugins made of it.
	add("", "row hooks", a.admitHooks())
	if a.cfg.ValidateUserInfo != nil {
		add("", "row hooks", database.RowHooks[User]{BeforeCreate: a.validateUser})
	}
	add("", "row hooks", a.endingHooks())
	for _, hooks := range a.tellHooks() {
		add("", "row hooks", hooks)
	}
	return problems
}

func (a *Auth) openStores() []error {
	users, err := database.StoreOf[User](a.schema)
	if err != nil {
		return []error{problem("", "schema", "%w", err)}
	}
	sessions, err := database.StoreOf[Session](a.schema)
	if err != nil {
		return []error{problem("", "schema", "%w", err)}
	}
	accounts, err := database.StoreOf[Account](a.schema)
	if err != nil {
		return []error{problem("", "schema", "%w", err)}
	}
	verifications, err := database.StoreOf[Verification](a.schema)
	if err != nil {
		return []error{problem("", "schema", "%w", err)}
	}
	if a.limiter != nil && a.limiter.store == nil && a.cfg.RateLimit.Storage.database {
		rows, err := database.StoreOf[rateRow](a.schema)
		if err != nil {
			return []error{problem("", "schema", "%w", err)}
		}
		a.limiter.store = plainStore{ratelimit.NewShared(rateRows{rows}, a.limiter.Longest(), a.log)}
	}
	a.users, a.accounts = users, accounts
	a.sessions = &Sessions{auth: a, store: sessions}
	a.verifications = &Verifications{auth: a, store: verifications}
	a.failures, a.mailLimit = &Failures{auth: a}, &mailLimit{auth: a}
	if a.lookup, err = database.LookupOf(sessions, users, "userId", "token"); err != nil {
		return []error{problem("", "schema", "%w", err)}
	}
	return nil
}
