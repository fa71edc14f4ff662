package plugintest

import (
	"os"
	"path/filepath"
	"reflect"
	"runtime"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/internal/columnnames"
)

// columns reads the plugin's source: a statement that no sample comes to has its
// columns checked as well.
func columns(p *probe) {
	tested, plugins := p.plugins()
	if _, ok := tested.(betterauth.Inline); ok {
		p.Skip("an Inline plugin has no package of its own")
	}
	dir, ok := sourceOf(tested)
	if !ok {
		p.Skipf("the source of %T is not here", tested)
	}
	k, err := Build(p.T, p.options(databasetest.SQLiteMemory(p.T)))
	if err != nil {
		return // another rule says so
	}
	findings, names, err := columnnames.Check(dir, k.columnNames(plugins))
	if err != nil {
		p.Fatal(err)
	}
	for _, f := range findings {
		p.broken("plugin %s: %v; correct it, or add the plugin that declares it with Companions", tested.Manifest().ID, f)
	}
	p.Logf("%d names of columns in %s", names, dir)
}

// columnNames are the tables of the core and of plugins, with all their columns.
func (k *Kit) columnNames(plugins []betterauth.Plugin) (out []columnnames.Table) {
	tables := []database.Table{
		database.TableOf[betterauth.User]("user"), database.TableOf[betterauth.Session]("session"),
		database.TableOf[betterauth.Account]("account"), database.TableOf[betterauth.Verification]("verification"),
	}
	for _, plugin := range plugins {
		tables = append(tables, plugin.Manifest().Schema.Tables...)
	}
	for _, t := range tables {
		if t.Row == nil {
			continue
		}
		names := []string{"id"}
		for _, column := range k.Host.Columns(t.Name) {
			names = append(names, column.Name)
		}
		out = append(out, columnnames.Table{Name: t.Name, Row: t.Row.String(), Columns: names})
	}
	return out
}

// sourceOf is the folder of a plugin's package: where its method Manifest was compiled
// from, or, if paths were trimmed, where the test runs.
func sourceOf(plugin betterauth.Plugin) (dir string, ok bool) {
	method, ok := reflect.TypeOf(plugin).MethodByName("Manifest")
	if !ok {
		return "", false
	}
	entry := method.Func.Pointer()
	file, _ := runtime.FuncForPC(entry).FileLine(entry)
	here, err := os.Getwd()
	if err != nil {
		return "", false
	}
	for _, candidate := range []string{file, filepath.Join(here, filepath.Base(file))} {
		if _, err := os.Stat(candidate); err == nil && filepath.IsAbs(candidate) {
			return filepath.Dir(candidate), true
		}
	}
	return "", false
}
