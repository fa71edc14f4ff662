package betterauth_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/passkey"
)

func endpoint(id, path string) betterauth.Endpoint {
	return betterauth.Handle(betterauth.Operation{ID: id, Method: http.MethodGet, Path: path, Access: betterauth.Public},
		func(*betterauth.Ctx, betterauth.None) (betterauth.None, error) { return betterauth.None{}, nil })
}

type leaky struct {
	Hash string `json:"hash" db:"hash,hidden"`
	ID   string `json:"id"`
}

type note struct {
	Text string `json:"text"`
	ID   string `json:"id"`
}

// buildProblem is a configuration that does not build, and what Build says of it.
type buildProblem struct {
	config  betterauth.Config
	plugins []betterauth.Plugin
	want    []string
}

func buildProblems() map[string]buildProblem {
	ok := func(*betterauth.Ctx, betterauth.None) (betterauth.None, error) { return betterauth.None{}, nil }
	return map[string]buildProblem{
		"nil plugin":         {plugins: []betterauth.Plugin{nil}, want: []string{"plugin number 1", "is nil"}},
		"bad id":             {plugins: []betterauth.Plugin{betterauth.Inline{ID: "Not Kebab"}}, want: []string{"plugin Not Kebab", "kebab-case"}},
		"duplicate id":       {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x"}, betterauth.Inline{ID: "x"}}, want: []string{"plugin x", "two plugins"}},
		"panicking manifest": {plugins: []betterauth.Plugin{panicky{}}, want: []string{"plugin number 1", "panicked"}},
		"undeclared access": {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Endpoints: []betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{ID: "open", Method: http.MethodGet, Path: "/open"}, ok)}}},
			want: []string{"plugin x", "endpoint open", "declares no Access"}},
		"unknown part in a sign-in": {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Endpoints: []betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{ID: "o", Method: http.MethodGet, Path: "/o", Access: betterauth.Public, SignIn: 3}, ok)}}},
			want: []string{"endpoint o", "declares an unknown SignIn 3"}},
		"anybody's sign-in": {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Endpoints: []betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{ID: "o", Method: http.MethodPost, Path: "/o", Access: betterauth.Public, SignIn: betterauth.MakesSession, AnyOrigin: true}, ok)}}},
			want: []string{"endpoint o", "declares AnyOrigin and SignIn"}},
		"bad method and path": {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Endpoints: []betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{ID: "o", Method: "FETCH", Path: "nope/", Access: betterauth.Public}, ok)}}},
			want: []string{`method "FETCH"`, `path "nope/"`}},
		"bad input": {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Endpoints: []betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{ID: "o", Method: http.MethodGet, Path: "/o", Access: betterauth.Public},
				func(*betterauth.Ctx, struct{ Untagged string }) (betterauth.None, error) {
					return betterauth.None{}, nil
				})}}},
			want: []string{"endpoint o", "input", "Untagged"}},
		"a GET that reads a body": {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Endpoints: []betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{ID: "o", Method: http.MethodGet, Path: "/o", Access: betterauth.Public},
				func(*betterauth.Ctx, struct {
					ID string `json:"id"`
				}) (betterauth.None, error) {
					return betterauth.None{}, nil
				})}}},
			want: []string{"endpoint o", "a GET has no body", "query"}},
		"client header that is none": {config: betterauth.Config{ClientIP: betterauth.ClientIPConfig{Headers: []string{"X Forwarded For"}}},
			want: []string{"config ClientIP.Headers", "X Forwarded For", "not the name of a header"}},
		"empty endpoint": {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Endpoints: []betterauth.Endpoint{{}}}}, want: []string{"endpoint number 1", "no handler"}},
		"clashing route": {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Endpoints: []betterauth.Endpoint{endpoint("mine", "/ok")}}},
			want: []string{"plugin x", "endpoint mine", "route /ok", "ok of core"}},
		"clashing parameters": {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Endpoints: []betterauth.Endpoint{endpoint("a", "/a/:one"), endpoint("b", "/a/:two")}}},
			want: []string{"endpoint b", "route /a/:two"}},
		"duplicate operation": {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Endpoints: []betterauth.Endpoint{endpoint("ok", "/other")}}},
			want: []string{"endpoint ok", "has the ID of an endpoint of core"}},
		"replaces nothing": {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Endpoints: []betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{ID: "o", Method: http.MethodGet, Path: "/o", Access: betterauth.Public, Replaces: "nobody"}, ok)}}},
			want: []string{"endpoint o", "replaces operation nobody"}},
		"duplicate table": {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Schema: betterauth.Schema{Tables: []database.Table{database.TableOf[note]("user")}}}},
			want: []string{"plugin x", "table user", "declared by core"}},
		"hidden but encoded": {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Schema: betterauth.Schema{Tables: []database.Table{database.TableOf[leaky]("leaky")}}}},
			want: []string{"leaky", "Hash", "json"}},
		"duplicate column": {plugins: []betterauth.Plugin{
			betterauth.Inline{ID: "x", Schema: betterauth.Schema{Columns: []betterauth.AddedColumn{betterauth.NewField[string]("user", database.Column{Name: "plan"})}}},
			betterauth.Inline{ID: "y", Schema: betterauth.Schema{Columns: []betterauth.AddedColumn{betterauth.NewField[string]("user", database.Column{Name: "plan"})}}}},
			want: []string{"plugin y", "column user.plan", "declared by x"}},
		"column of a core name": {config: betterauth.Config{AdditionalColumns: []betterauth.AddedColumn{betterauth.NewField[string]("user", database.Column{Name: "email"})}},
			want: []string{"column user.email", "declared by core"}},
		"column type": {config: betterauth.Config{AdditionalColumns: []betterauth.AddedColumn{betterauth.NewField[string]("user", database.Column{Name: "n", Type: database.Number})}},
			want: []string{"column user.n", "does not hold a string"}},
		"column of no table": {config: betterauth.Config{AdditionalColumns: []betterauth.AddedColumn{betterauth.NewField[string]("nowhere", database.Column{Name: "n"})}},
			want: []string{"nowhere"}},
		"index of no table": {plugins: []betterauth.Plugin{indexing("nowhere", "n")}, want: []string{"plugin x", "index on nowhere (n)", "its table does not exist"}},
		"index of no column": {plugins: []betterauth.Plugin{indexing("account", "accountId", "n")},
			want: []string{"plugin x", "index on account (accountId, n)", "the table has no column n"}},
		"index of nothing": {plugins: []betterauth.Plugin{indexing("account")}, want: []string{"plugin x", "index on account ()", "it has no columns"}},
		"hook on nothing": {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Before: []betterauth.BeforeHook{
			betterauth.Before("signUpEmail", func(*betterauth.Ctx, *note) error { return nil })}}},
			want: []string{"plugin x", "before hook number 1 on signUpEmail", "no plugin declares"}},
		"hook of another type": {plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{}), betterauth.Inline{ID: "x",
			Before: []betterauth.BeforeHook{betterauth.Before("signUpEmail", func(*betterauth.Ctx, *note) error { return nil })},
			After:  []betterauth.AfterHook{betterauth.After("signUpEmail", func(*betterauth.Ctx, *note) error { return nil })}}},
			want: []string{"before hook number 1 on signUpEmail", "takes betterauth_test.note", "after hook number 1 on signUpEmail"}},
		"empty hook": {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Before: []betterauth.BeforeHook{{}}}}, want: []string{"before hook number 1"}},
		"unheard of event": {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Events: []betterauth.Subscriber{betterauth.On(func(context.Context, note) error { return nil })}}},
			want: []string{"plugin x", "event subscriber", "no plugin emits betterauth_test.note"}},
		"empty subscriber": {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Events: []betterauth.Subscriber{{}}}}, want: []string{"event subscriber", "is empty"}},
		"empty gate":       {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Gates: []betterauth.SessionGate{{Name: "g"}}}}, want: []string{"gate number 1 g"}},
		"empty source":     {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Sources: []betterauth.SessionSource{{}}}}, want: []string{"session source number 1", "pass both to TokenSource or IdentitySource"}},
		"source of nothing": {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Sources: []betterauth.SessionSource{betterauth.TokenSource("t", nil), betterauth.IdentitySource("i", nil)}}},
			want: []string{"session source number 1 t: needs a name and a function", "session source number 2 i: needs a name and a function"}},
		"empty request": {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Requests: []betterauth.RequestHook{{}}}}, want: []string{"request hook number 1"}},
		"bad limit of an operation": {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Endpoints: []betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{ID: "o", Method: http.MethodGet, Path: "/o", Access: betterauth.Public, Limit: &betterauth.Rule{Max: 1}}, ok)}}},
			want: []string{"endpoint o", "limit", "needs a Window and a Max"}},
		"bad rate limits": {config: betterauth.Config{RateLimit: betterauth.RateLimitConfig{Storage: betterauth.CountIn(nil), Max: -1, Rules: []betterauth.RateLimit{
			{}, betterauth.Limit("/empty", betterauth.Rule{}), betterauth.LimitFunc("/nothing", nil), betterauth.AllowUnlimited("slashless")}}},
			want: []string{"config RateLimit.Storage: CountIn got a nil store", "is negative", "RateLimit.Rules: is empty; make it with Limit, LimitFunc or AllowUnlimited",
				"/empty: needs a Window and a Max", "/nothing: has no function", "slashless: needs a path"}},
		"bad limit":           {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Limits: []betterauth.RateLimit{betterauth.AllowUnlimited("x")}}}, want: []string{"limit x"}},
		"bad code":            {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Errors: []*betterauth.ErrorCode{{Code: "X"}}}}, want: []string{"plugin x: Errors: error code number 1 has no Status"}},
		"code without a code": {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Errors: []*betterauth.ErrorCode{{Status: 400}}}}, want: []string{"plugin x: Errors: error code number 1 has no Code"}},
		"bad code of an operation": {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Endpoints: []betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{ID: "o", Method: http.MethodGet, Path: "/o", Access: betterauth.Public, Errors: []*betterauth.ErrorCode{{Status: 400}, nil}}, ok)}}},
			want: []string{"endpoint o: error code number 2 has no Status"}},
		"hook on no table": {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", RowHooks: []database.Hooks{
			database.RowHooks[note]{BeforeCreate: func(context.Context, *note) error { return nil }}}}}, want: []string{"plugin x", "row hooks number 1", "no table has rows of this type", "note"}},
		"hooks without functions": {plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", RowHooks: []database.Hooks{
			database.RowHooks[betterauth.User]{}, nil, database.UntypedRowHooks{}}}},
			want: []string{"plugin x: row hooks number 1: database: hooks on betterauth.User: none of their functions is set",
				"plugin x: row hooks number 2: database: the hooks are nil", "plugin x: row hooks number 3"}},
		"short secret":    {config: betterauth.Config{Secret: "short"}, want: []string{"config Secret", "has 5 characters"}},
		"public secret":   {config: betterauth.Config{Secret: "better-auth-secret-12345678901234567890"}, want: []string{"config Secret", "is the default of Better Auth"}},
		"monotone secret": {config: betterauth.Config{Secret: strings.Repeat("abc", 20)}, want: []string{"config Secret", "repeats"}},
		"several of one plugin": {plugins: []betterauth.Plugin{passkey.New(passkey.Config{RPID: "https://x", MinRSABits: 1})},
			want: []string{"plugin passkey: config: RP ID", "plugin passkey: config: MinRSABits"}},
		"base URL with a query": {config: betterauth.Config{BaseURL: "https://example.com/app?x=1"}, want: []string{"config BaseURL", "has a query"}},
		"base URL":              {config: betterauth.Config{BaseURL: "example.com"}, want: []string{"config BaseURL", "example.com"}},
		"dynamic base URL":      {config: betterauth.Config{DynamicBaseURL: &betterauth.DynamicBaseURL{}}, want: []string{"AllowedHosts"}},
		"cookie strategy":       {config: betterauth.Config{Session: betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Strategy: "xml"}}}, want: []string{"Strategy", "xml"}},
		"same site":             {config: betterauth.Config{Cookies: betterauth.CookieConfig{SameSite: "sometimes"}}, want: []string{"SameSite"}},
		"relying party": {plugins: []betterauth.Plugin{passkey.New(passkey.Config{RPID: "example.com"})},
			want: []string{"plugin passkey", `RP ID "example.com" is not a suffix of the host of origin "http://localhost:3000"`}},
		"insecure passkeys": {config: betterauth.Config{BaseURL: "https://example.com"}, plugins: []betterauth.Plugin{passkey.New(passkey.Config{DisableVerification: true, AllowInsecureUnverifiedAssertion: true})},
			want: []string{"plugin passkey", "AllowInsecureUnverifiedAssertion"}},
	}
}

func TestBuildProblems(t *testing.T) {
	t.Parallel()
	for name, tt := range buildProblems() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := plugintest.Build(t, plugintest.Options{Config: tt.config, Plugins: tt.plugins})
			if err == nil {
				t.Fatal("Build succeeded")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
		})
	}
}

type panicky struct{}

func (panicky) Manifest() betterauth.Manifest { panic("no manifest") }

func TestBuildReportsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	_, err := betterauth.New(betterauth.Config{Secret: "short", BaseURL: "nope"}).
		Plugin(betterauth.Inline{ID: "BAD"}, betterauth.Inline{ID: "x", Gates: []betterauth.SessionGate{{}}}, passkey.New(passkey.Config{RPID: "127.0.0.1"})).
		Build(t.Context())
	if err == nil {
		t.Fatal("Build succeeded")
	}
	for _, want := range []string{"config Secret", "config BaseURL", "plugin BAD", "gate number 1", "IP address", "database: none given"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error does not say %q:\n%v", want, err)
		}
	}
	var problem *betterauth.Problem
	if !errors.As(err, &problem) {
		t.Error("no Problem in the error")
	}
}

func TestBuildComparesTheSchema(t *testing.T) {
	t.Parallel()
	db := memory(t)
	builder := func(mode betterauth.SchemaMode) *betterauth.Builder {
		return betterauth.New(betterauth.Config{Secret: plugintest.Secret, Schema: mode}).Database(db).Plugin(passkey.New(passkey.Config{}))
	}
	_, err := builder(betterauth.SchemaVerify).Build(t.Context())
	var missing *betterauth.SchemaError
	if !errors.As(err, &missing) || !strings.Contains(err.Error(), `create table "passkey"`) || !strings.Contains(err.Error(), "Migrate") {
		t.Fatalf("Build on an empty database: %v", err)
	}
	auth, err := builder(betterauth.SchemaIgnore).Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	plan, err := auth.Migrate(t.Context())
	if err != nil || plan.Empty() {
		t.Fatalf("Migrate: %v, %v", plan, err)
	}
	if plan, err = builder(betterauth.SchemaVerify).Migrations(t.Context()); err != nil || !plan.Empty() {
		t.Fatalf("after Migrate still missing: %v, %v", plan, err)
	}
	if _, err := builder(betterauth.SchemaVerify).Build(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestPluginLifeCycle(t *testing.T) {
	t.Parallel()
	var events []string
	live := func(id string, after ...string) betterauth.Plugin {
		return &lifecycle{id: id, after: after, events: &events}
	}
	auth, err := betterauth.New(betterauth.Config{Secret: plugintest.Secret, Schema: betterauth.SchemaMigrate}).
		Database(memory(t)).Plugin(live("last", "middle"), live("middle", "first")).Plugin(live("first")).Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := auth.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(events, " "), "init first init middle init last close last close middle close first"; got != want {
		t.Errorf("events %q, want %q", got, want)
	}
	events = nil
	failing := &lifecycle{id: "failing", after: []string{"first"}, events: &events, err: errors.New("cannot start")}
	_, err = betterauth.New(betterauth.Config{Secret: plugintest.Secret, Schema: betterauth.SchemaMigrate}).
		Database(memory(t)).Plugin(failing, live("first")).Build(t.Context())
	if err == nil || !strings.Contains(err.Error(), "plugin failing: Init: cannot start") {
		t.Errorf("Build: %v", err)
	}
	if got, want := strings.Join(events, " "), "init first init failing close first"; got != want {
		t.Errorf("events %q, want %q", got, want)
	}
}

type lifecycle struct {
	id     string
	after  []string
	events *[]string
	err    error
}

func (l *lifecycle) Manifest() betterauth.Manifest {
	return betterauth.Manifest{ID: l.id, OrderAfter: l.after}
}

func (l *lifecycle) Init(context.Context, *betterauth.Host) error {
	*l.events = append(*l.events, "init "+l.id)
	return l.err
}

func (l *lifecycle) Close(context.Context) error {
	*l.events = append(*l.events, "close "+l.id)
	return nil
}

func TestReplacesAnEndpoint(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, betterauth.Inline{ID: "custom", Endpoints: []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{ID: "ok", Method: http.MethodGet, Path: "/ok", Access: betterauth.Public, Replaces: "ok"},
			func(*betterauth.Ctx, betterauth.None) (map[string]string, error) {
				return map[string]string{"mine": "yes"}, nil
			})}})
	if body := string(kit.Client().Get("/ok").Want(http.StatusOK).Body); body != `{"mine":"yes"}` {
		t.Errorf("body %s", body)
	}
}

func memory(t *testing.T) *database.DB {
	t.Helper()
	db, err := sqlite.Open(":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
