package betterauth

import (
	"context"

	"github.com/better-auth-go/better-auth/database"
)

// Plugin contributes tables, endpoints, hooks, gates, limits and error codes.
// Everything bundled, passkeys included, is built with this contract and
// nothing else. The life of a plugin:
//
//  1. Manifest is called, possibly often and without a database. It is pure:
//     the same answer every time, no I/O.
//  2. Build checks all manifests together, puts each plugin after those it needs,
//     and reports every problem at once.
//  3. Init is called once, if the plugin implements Initializer, after that of the
//     plugins it needs, which by then are where its Needs point. It gets the Host:
//     stores, clock, randomness.
//  4. Endpoints, hooks and gates are called concurrently.
//  5. Close is called once, if the plugin implements Closer, in reverse order.
//
// A plugin value belongs to one Auth: Init is where it keeps what it was given.
type Plugin interface{ Manifest() Manifest }

// Initializer is a Plugin that needs its stores or the clock, or that has to do
// something with what it needs of other plugins. An error fails Build.
type Initializer interface {
	Init(ctx context.Context, h *Host) error
}

// Checker is a Plugin whose configuration can be wrong in ways that depend on
// the application's. Build reports what Check says together with all other
// problems. It is called before Init, when nothing is where Manifest.Needs point,
// and does no I/O; errors.Join joins several.
type Checker interface {
	Check(s Site) error
}

// Site is what is known of an application before it starts, and does not change:
// Check is given it, and Host.Site returns it. Of other plugins that is what their
// manifests say together: no plugin is handed out before its Init. A plugin that
// cannot do without another says so in its Manifest.Needs.
type Site struct {
	// AppName is the application's name as people see it.
	AppName string
	// BaseURL is the configured base URL with the base path, Origin its origin. Both
	// are "" when they are derived from each request; Ctx.BaseURL is never empty.
	BaseURL, Origin string
	// AnyHost says that the origin is whatever host a request names, since
	// neither a base URL nor a list of hosts is configured.
	AnyHost bool
	// TrustedOrigins are the patterns that are trusted for every request, the base
	// URL's own origin first when it is configured. Not to be changed.
	TrustedOrigins []string
	// CanMail says that there is a Mailer.
	CanMail bool
	// ProvesAddresses says that somebody who cannot sign in yet can prove that an
	// address is theirs: a plugin says so with Manifest.ProvesAddresses, by mail only
	// where the application can mail.
	ProvesAddresses bool
}

// Closer is a Plugin that holds something to release.
type Closer interface {
	Close(ctx context.Context) error
}

// Manifest is what a plugin contributes, as data: the core, documentation and
// tests read it without a database.
type Manifest struct {
	// ID names the plugin: kebab-case, the id of the TypeScript plugin where
	// there is one. Required.
	ID string
	// Needs are made with Need: what the plugin needs of other plugins, which come
	// before it in every order.
	Needs []Dependency
	// OrderAfter lists the ids of plugins that come first where they are present: for
	// hooks and gates that must run later. Nothing is needed of them.
	OrderAfter []string
	// Schema holds tables of its own and columns on other tables.
	Schema Schema
	// Endpoints are made with Handle.
	Endpoints []Endpoint
	// Before hooks run in plugin order after an operation's input was checked
	// and before its session is demanded.
	Before []BeforeHook
	// After hooks run in plugin order once the operation has a result.
	After []AfterHook
	// Requests run before routing, for every request under the base path.
	Requests []RequestHook
	// Sources find out who a request is from without the session cookie.
	Sources []SessionSource
	// Gates are asked before any session is created, in plugin order.
	Gates []SessionGate
	// Credentials are what this plugin keeps that opens an account, or stands
	// before it.
	Credentials []Credentials
	// Pending are values under Host.Verifications that lead to an account.
	Pending []Pending
	// ProvesAddresses says how people who cannot sign in yet can prove an address by
	// this plugin. Default: they cannot.
	ProvesAddresses ProvenBy
	// AccessGuards are asked before a session changes how its user gets in, in
	// plugin order.
	AccessGuards []AccessGuard
	// RowHooks run around rows being created, updated and deleted, whoever writes
	// them, in plugin order: database.RowHooks[Row] for each table.
	RowHooks []database.Hooks
	// Emits declares the events this plugin emits.
	Emits []EventType
	// Events are heard by subscribers, once what happened is durable.
	Events []Subscriber
	// Limits narrow how often a client may call.
	Limits []RateLimit
	// Hasher wraps the password hasher. Plugins wrap in order: the last one is
	// the outermost.
	Hasher func(Hasher) Hasher
	// TrustedOrigins are added to the application's, and checked as they are.
	TrustedOrigins []string
	// Errors are the codes a client may meet.
	Errors []*ErrorCode
}

// ProvenBy says how addresses are proven by a plugin.
type ProvenBy uint8

const (
	// ProvenByMail is by what the plugin mails, such as a link or a code, which takes
	// Config.Mailer.
	ProvenByMail ProvenBy = iota + 1
	// ProvenWithoutMail is by anything else, such as an identity provider that vouches
	// for the address.
	ProvenWithoutMail
)

// Schema is a plugin's share of the database.
type Schema struct {
	// Tables of its own, made with database.TableOf.
	Tables []database.Table
	// Columns on other tables, made with NewField.
	Columns []AddedColumn
}

// Inline is a plugin written in place, for an application's own hooks and
// endpoints:
//
//	auth.Plugin(betterauth.Inline{ID: "app", Gates: …})
type Inline Manifest

// Manifest implements Plugin.
func (i Inline) Manifest() Manifest { return Manifest(i) }

var _ Plugin = Inline{}
