package plugins_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

// Every folder here but that of the goldens is a plugin in the list.
func TestEveryPluginIsListed(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, make := range bundled {
		listed = append(listed, filepath.Base(reflect.TypeOf(make()).Elem().PkgPath()))
	}
	for _, e := range entries {
		if e.IsDir() && e.Name() != "testdata" && !slices.Contains(listed, e.Name()) {
			t.Errorf("plugins/%s is not in the list of bundled_test.go", e.Name())
		}
	}
}

// shape is what a client and a database see of an application.
type shape struct {
	routes []string
	schema []string
}

func shapeOf(t *testing.T, db *database.DB, plugins []betterauth.Plugin) (s shape) {
	t.Helper()
	kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: plugins})
	for _, op := range kit.Auth.Operations() {
		s.routes = append(s.routes, fmt.Sprint(op.ID, op.Method, op.Methods, op.Path, op.Access, op.SignIn, op.FormBody, op.CheckTargets, op.OptionalBody, op.Cacheable, op.BodyLimit))
	}
	s.schema = kit.Schema()
	return s
}

func TestEveryPairBuilds(t *testing.T) {
	t.Parallel()
	for i := range bundled {
		for j := range i {
			one := shapeOf(t, nil, withRequired(i, j))
			if other := shapeOf(t, nil, withRequired(j, i)); !reflect.DeepEqual(one, other) {
				t.Errorf("%s and %s depend on their order:\n%v\n%v", bundled[i]().Manifest().ID, bundled[j]().Manifest().ID, one, other)
			}
		}
	}
}

// All of them together, in many orders, have the same routes and tables.
func TestAllTogetherInAnyOrder(t *testing.T) {
	t.Parallel()
	order := make([]int, len(bundled))
	for i := range order {
		order[i] = i
	}
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		random := rand.New(rand.NewPCG(1, 2))
		order := slices.Clone(order)
		want := shapeOf(t, db, withRequired(order...))
		if len(want.routes) < 9+len(bundled) {
			t.Errorf("only %d routes", len(want.routes))
		}
		for range 8 {
			random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
			if got := shapeOf(t, nil, withRequired(order...)); !reflect.DeepEqual(got.routes, want.routes) ||
				db.Engine() == database.SQLite && !reflect.DeepEqual(got.schema, want.schema) {
				t.Errorf("the order %v changes what there is:\n%v\n%v", order, got, want)
			}
		}
	})
}

type row struct {
	ID string `json:"id"`
}

type otherRow struct {
	Name string `json:"name"`
	ID   string `json:"id"`
}

// Two plugins that claim the same thing are told apart before anything starts,
// and both are named.
func TestClashesNameBoth(t *testing.T) {
	t.Parallel()
	endpoint := func(id, path, replaces string) []betterauth.Endpoint {
		return []betterauth.Endpoint{betterauth.Handle(betterauth.Operation{ID: id, Method: http.MethodPost, Path: path, Access: betterauth.Public, Replaces: replaces},
			func(*betterauth.Ctx, betterauth.None) (betterauth.Status, error) { return betterauth.Status{}, nil })}
	}
	column := func(name string) betterauth.Schema {
		return betterauth.Schema{Columns: []betterauth.AddedColumn{betterauth.NewField[string]("user", database.Column{Name: name})}}
	}
	for name, pair := range map[string][2]betterauth.Inline{
		"route":     {{Endpoints: endpoint("one", "/same", "")}, {Endpoints: endpoint("two", "/same", "")}},
		"parameter": {{Endpoints: endpoint("one", "/a/:id", "")}, {Endpoints: endpoint("two", "/a/:name", "")}},
		"operation": {{Endpoints: endpoint("same", "/one", "")}, {Endpoints: endpoint("same", "/two", "")}},
		"replaced":  {{Endpoints: endpoint("one", "/one", "ok")}, {Endpoints: endpoint("two", "/two", "ok")}},
		"table": {{Schema: betterauth.Schema{Tables: []database.Table{database.TableOf[row]("same")}}},
			{Schema: betterauth.Schema{Tables: []database.Table{database.TableOf[otherRow]("same")}}}},
		"column":          {{Schema: column("same")}, {Schema: column("same")}},
		"physical column": {{Schema: column("sameName")}, {Schema: column("same_name")}},
		"physical table": {{Schema: betterauth.Schema{Tables: []database.Table{database.TableOf[row]("sameTable")}}},
			{Schema: betterauth.Schema{Tables: []database.Table{database.TableOf[otherRow]("same_table")}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			one, two := pair[0], pair[1]
			one.ID, two.ID = "first-plugin", "second-plugin"
			_, err := plugintest.Build(t, plugintest.Options{Plugins: []betterauth.Plugin{one, two},
				Config: betterauth.Config{Naming: database.Naming{Style: database.SnakePlural}}})
			if err == nil {
				t.Fatal("Build succeeded")
			}
			for _, id := range []string{"first-plugin", "second-plugin"} {
				if !strings.Contains(err.Error(), id) {
					t.Errorf("%s is not named: %v", id, err)
				}
			}
		})
	}
}
