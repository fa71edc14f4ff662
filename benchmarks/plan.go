package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/benchmarks/report"
	"github.com/better-auth-go/better-auth/benchmarks/subject"
	"github.com/better-auth-go/better-auth/database"
)

// plan is what to measure and how, and what came of it.
type plan struct {
	rounds, connections, people int
	round                       time.Duration
	conformance, postgres       string
	only, write, kept           string
	short, record               bool

	engines []engine
	server  string // the program of the subjects
	leftOut []string
	figures report.Figures
}

// engine has two seeded databases.
type engine struct {
	title string
	some  seeded // with the tables of three plugins
	every seeded // with those of every plugin
}

// seeded is a database by the name that subject.Open reads, and those who visit.
type seeded struct {
	name     string
	visitors []subject.Visitor
}

// The titles of engines.
const (
	sqliteTitle   = "SQLite"
	postgresTitle = "PostgreSQL"
)

// prepared seeds the databases and compiles the servers, and cleans up after do.
func (p *plan) prepared(ctx context.Context, do func(context.Context) error) (err error) {
	folder, err := os.MkdirTemp("", "benchmarks-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	p.figures = report.Figures{}
	if p.server, err = subject.BuildServer(ctx, folder); err != nil {
		return err
	}
	file := func(name string) string { return "sqlite:" + filepath.Join(folder, name) }
	if err := p.addEngine(ctx, sqliteTitle, file("some.db"), file("every.db")); err != nil {
		return err
	}
	if p.postgres == "" {
		p.leaveOut("everything on PostgreSQL: set BETTERAUTH_TEST_POSTGRES to a postgres:// URL")
		return do(ctx)
	}
	var schemas []string
	for range 2 {
		name, drop, err := subject.NewSchema(ctx, p.postgres)
		if err != nil {
			return fmt.Errorf("PostgreSQL: %w", err)
		}
		schemas = append(schemas, name)
		defer func() {
			if err := drop(); err != nil {
				fmt.Fprintln(os.Stderr, "benchmarks: the schema was not dropped:", err)
			}
		}()
	}
	if err := p.addEngine(ctx, postgresTitle, schemas[0], schemas[1]); err != nil {
		return err
	}
	return do(ctx)
}

func (p *plan) addEngine(ctx context.Context, title, some, every string) (err error) {
	e := engine{title: title, some: seeded{name: some}, every: seeded{name: every}}
	if e.some.visitors, err = p.seed(ctx, some, subject.Seed); err != nil {
		return err
	}
	if e.every.visitors, err = p.seed(ctx, every, subject.SeedEverything); err != nil {
		return err
	}
	p.engines = append(p.engines, e)
	return nil
}

func (p *plan) seed(ctx context.Context, name string, seed func(context.Context, *database.DB, int, int) ([]subject.Visitor, error)) ([]subject.Visitor, error) {
	db, err := subject.Open(name)
	if err != nil {
		return nil, err
	}
	visitors, err := seed(ctx, db, p.people, p.connections)
	return visitors, errors.Join(err, db.Close())
}

// picked says whether -only asks for a row.
func (p *plan) picked(title string) bool { return strings.Contains(title, p.only) }

// leaveOut notes what cannot be done here.
func (p *plan) leaveOut(what string) {
	if !slices.Contains(p.leftOut, what) {
		p.leftOut = append(p.leftOut, what)
		fmt.Fprintln(os.Stderr, "LEFT OUT:", what)
	}
}

// figure keeps what an aim may be about.
func (p *plan) figure(name string, s report.Spread) { p.figures[name] = s }
