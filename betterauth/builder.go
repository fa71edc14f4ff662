package betterauth

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/internal/panics"
)

// Builder collects the parts of an Auth. It is not safe for concurrent use.
type Builder struct {
	cfg       Config
	db        *database.DB
	stateless bool
	memory    *database.DB // of Stateless
	twice     []string     // methods that were called again
	plugins   []Plugin
}

// New begins an Auth:
//
//	auth, err := betterauth.New(cfg).Database(db).Plugin(emailpassword.New(emailpassword.Config{})).Build(ctx)
func New(cfg Config) *Builder { return &Builder{cfg: cfg} }

// Database sets the database that stores everything. Required, unless Stateless is
// called. The Auth does not close it.
func (b *Builder) Database(db *database.DB) *Builder {
	if b.db != nil {
		b.twice = append(b.twice, "Database")
	}
	b.db = db
	return b
}

// Plugin adds plugins; it may be called repeatedly. A plugin value belongs to one Auth.
func (b *Builder) Plugin(plugins ...Plugin) *Builder {
	b.plugins = append(b.plugins, plugins...)
	return b
}

// Build checks the whole configuration and starts the plugins. The error joins every
// Problem found. If the database lacks tables or columns, the error is a *SchemaError,
// unless Config.Schema says otherwise.
func (b *Builder) Build(ctx context.Context) (*Auth, error) {
	a, err := b.assemble()
	if err != nil {
		return nil, err
	}
	if err := a.checkSchema(ctx, a.cfg.Schema); err != nil {
		return nil, err
	}
	a.tellOpenOrigins()
	a.tellOpenHosts()
	a.startMail()
	a.background = newBackground()
	if err := a.initPlugins(ctx); err != nil {
		return nil, err
	}
	a.introduce()
	return a, nil
}

// introduce says in one line what was built.
func (a *Auth) introduce() {
	plugins := make([]string, len(a.plugins))
	for i, p := range a.plugins {
		plugins[i] = p.manifest.ID
	}
	base := a.base.Static
	switch {
	case a.base.Dynamic != nil:
		base = "by host: " + strings.Join(a.base.Dynamic.AllowedHosts, ", ")
	case base == "":
		base = "whatever host a request names"
	}
	kept := a.db.Engine()
	if a.stateless {
		kept = "none: sessions are in cookies alone"
	}
	a.log.Info("better-auth is ready", "baseURL", base, "path", a.base.Path, "database", kept, "mailer", a.mail != nil, "plugins", plugins)
}

// Migrations returns what the database lacks, without starting anything: the plan that a
// deployment prints or runs before the first Build.
func (b *Builder) Migrations(ctx context.Context) (*database.Plan, error) {
	a, err := b.assemble()
	if err != nil {
		return nil, err
	}
	if a.stateless {
		return &database.Plan{}, nil
	}
	return a.Migrations(ctx)
}

// Migrate creates what the database lacks, in one transaction, and returns what it did.
// Any number of processes may call it at once.
func (b *Builder) Migrate(ctx context.Context) (*database.Plan, error) {
	a, err := b.assemble()
	if err != nil {
		return nil, err
	}
	if a.stateless {
		return &database.Plan{}, nil
	}
	return a.Migrate(ctx)
}

// SchemaError says that the database lacks tables or columns.
type SchemaError struct{ Plan *database.Plan }

// Error lists what is missing as the SQL that adds it.
func (e *SchemaError) Error() string {
	return fmt.Sprintf("betterauth: the database does not fit; create what is missing with Builder.Migrate, "+
		"or set Config.Schema to betterauth.SchemaMigrate, or run:\n%s", e.Plan)
}

// assemble does everything that needs no database to answer.
func (b *Builder) assemble() (*Auth, error) {
	a := &Auth{cfg: b.cfg, db: b.db, stateless: b.stateless, checking: make(chan struct{}, 1)}
	problems := a.configure()
	problems = append(problems, a.orderPlugins(b.plugins)...)
	problems = append(problems, a.compileManifests()...)
	if a.stateless && a.db == nil {
		a.db = b.memory
	}
	for _, method := range b.twice {
		problems = append(problems, problem("", "database", "%s is called more than once; call it once", method))
	}
	switch {
	case a.db == nil && a.stateless:
		problems = append(problems, problem("", "database", `Stateless got nil; pass it a database in memory for what plugins store, such as sqlite.Open(":memory:")`))
	case a.db == nil:
		problems = append(problems, problem("", "database", "none given; call Database, or Stateless to store sessions in cookies alone"))
	default:
		problems = append(problems, a.compileSchema()...)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("betterauth: cannot build:\n%w", err)
	}
	return a, nil
}

func (a *Auth) checkSchema(ctx context.Context, mode SchemaMode) error {
	switch mode {
	case SchemaIgnore:
		return nil
	case SchemaMigrate:
		plan, err := a.Migrate(ctx)
		if err == nil && len(plan.Conflicts) > 0 {
			err = &SchemaError{plan}
		}
		if err == nil {
			a.tell(plan)
		}
		return err
	}
	plan, err := a.Migrations(ctx)
	if err != nil {
		return err
	}
	if !plan.Fits() {
		return &SchemaError{plan}
	}
	if !plan.Empty() {
		a.log.Warn("the database lacks indexes, so that statements read whole tables; create them with Builder.Migrate, or run the statements", "sql", plan.String())
	}
	a.tell(plan)
	return nil
}

// tell logs what a plan notes about tables that fit all the same.
func (a *Auth) tell(plan *database.Plan) {
	if len(plan.Notes) > 0 {
		a.log.Warn("the database should be mended", "notes", strings.Join(plan.Notes, "; "))
	}
}

// initPlugins starts plugins in order, each with the started ones it needs. If one
// fails, those before it are closed.
func (a *Auth) initPlugins(ctx context.Context) error {
	for i, p := range a.plugins {
		p.fillNeeds()
		init, ok := p.plugin.(Initializer)
		if !ok {
			continue
		}
		if err := safely(func() error { return init.Init(ctx, &Host{a, p.manifest.ID}) }); err != nil {
			started := &Auth{plugins: a.plugins[:i], mail: a.mail, background: a.background}
			return errors.Join(&Problem{Plugin: p.manifest.ID, Item: "Init", Err: err}, started.Close(ctx))
		}
	}
	a.core.fillNeeds()
	return nil
}

// safely turns a panic of a plugin into an error.
func safely(f func() error) (err error) {
	defer panics.Recover(&err, "it")
	return f()
}
