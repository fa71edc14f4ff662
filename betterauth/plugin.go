package betterauth

import (
	"context"

	"github.com/better-auth-go/better-auth/database"
)

// Plugin contributes tables, endpoints, hooks, gates, limits and error codes. Every
// bundled plugin, passkeys included, is built with this contract and nothing else. The
// life of a plugin:
//
//  1. Manifest is called, possibly often and without a database. It is pure: the same
//     answer every time, no I/O.
//  2. Build checks all manifests together, puts each plugin after those it needs,
//     and reports every problem at once.
//  3. Init is called once, if the plugin implements Initializer, after Init of the
//     plugins that it needs; the variables of its Needs are set by then. It gets the
//     Host: stores, clock, randomness.
//  4. Endpoints, hooks and gates are called concurrently.
//  5. Close is called once, if the plugin implements Closer, in reverse order.
//
// A plugin value belongs to one Auth: it stores in Init what it was given.
type Plugin interface{ Manifest() Manifest }

// Initializer is a Plugin that uses the Host, or that calls the plugins it needs before
// the first request. An error fails Build.
type Initializer interface {
	Init(ctx context.Context, h *Host) error
}

// Checker is a Plugin whose configuration can be wrong in ways that depend on the
// application's. Build reports the error of Check together with all other problems. Check
// is called before Init, when the variables of Manifest.Needs are not set yet, and does
// no I/O; errors.Join joins several errors. Each error says what is wrong with which
// field of the configuration and, behind a semicolon, what to do.
type Checker interface {
	Check(s Site) error
}

// Site is what is known about an application before it starts, and does not change. Check
// receives it, and Host.Site returns it. About other plugins it holds only what their
// manifests say together, since a plugin can be called only after its Init. A plugin that
// cannot work without another one declares that in Manifest.Needs.
type Site struct {
	// AppName is the application's name as people see it.
	AppName string
	// BaseURL is the configured base URL with the base path, Origin its origin. Both are
	// "" if they are derived from each request; Ctx.BaseURL is never empty.
	BaseURL, Origin string
	// AnyHost says that each request's host decides the origin, since neither a base URL
	// nor a list of hosts is configured.
	AnyHost bool
	// OpenHosts says that a host which somebody else has may decide the origin: AnyHost,
	// DynamicBaseURL.AllowHost, or a pattern of its AllowedHosts whose hosts anybody can
	// register, such as "*.vercel.app".
	OpenHosts bool
	// TrustedOrigins are the patterns that are trusted for every request. The base URL's
	// own origin comes first if it is configured. Do not change the slice.
	TrustedOrigins []string
	// ErrorURL is the page that failed links lead to: Config.ErrorURL, or "".
	ErrorURL string
	// Stateless says that sessions live in cookies alone; see Builder.Stateless.
	Stateless bool
	// CanMail says that there is a Mailer.
	CanMail bool
	// ProvesAddresses says that a person who cannot sign in yet can prove that an address
	// is theirs. Plugins declare it with Manifest.ProvesAddresses; ProvenByMail counts
	// only if the application can mail.
	ProvesAddresses bool
}

// Closer is a Plugin that holds resources to release.
type Closer interface {
	Close(ctx context.Context) error
}

// Manifest is what a plugin contributes, as data. The core, documentation and tests read
// it without a database.
type Manifest struct {
	// ID names the plugin in kebab-case. It is the id of the TypeScript plugin where
	// there is one. Required.
	ID string
	// Needs are the plugins that this one depends on, made with Need. They come before it
	// in every order.
	Needs []Dependency
	// OrderAfter lists the ids of plugins that come first if they are present, for hooks
	// and gates that must run later. It requires none of them.
	OrderAfter []string
	// Schema holds the plugin's own tables and its columns on other tables.
	Schema Schema
	// Endpoints are made with Handle.
	Endpoints []Endpoint
	// Before hooks run in plugin order, after the core has checked an operation's input
	// and before it requires the session.
	Before []BeforeHook
	// After hooks run in plugin order, once the operation has a result.
	After []AfterHook
	// Requests run before routing, for every request under the base path.
	Requests []RequestHook
	// Sources identify the user of a request by other means than the session cookie.
	Sources []SessionSource
	// SessionCookies are the keys of cookies, parts included, that the browser deletes with
	// the session's: when a user signs out, and when a session has ended.
	SessionCookies []string
	// Gates are called in plugin order before a session is made.
	Gates []SessionGate
	// Credentials are what the plugin stores that opens an account, or stands before it.
	Credentials []Credentials
	// Pending are the plugin's values in Host.Verifications that lead to an account.
	Pending []Pending
	// ProvesAddresses says how a person who cannot sign in yet can prove an address with
	// this plugin. Default: not at all.
	ProvesAddresses ProvenBy
	// AccessGuards are called in plugin order before the user of a session changes how
	// they get into the account.
	AccessGuards []AccessGuard
	// RowHooks run in plugin order when rows are created, updated and deleted, whoever
	// writes them: database.RowHooks[Row] for each table.
	RowHooks []database.Hooks
	// Emits declares the events that this plugin emits.
	Emits []EventType
	// Events are subscribers, which are called once the transaction of an event has
	// committed.
	Events []Subscriber
	// Limits are rate limits for paths.
	Limits []RateLimit
	// Hasher wraps the password hasher. Plugins wrap it in order, so the last one is the
	// outermost.
	Hasher func(Hasher) Hasher
	// TrustedOrigins are added to the application's and checked in the same way.
	TrustedOrigins []string
	// Errors are codes that a client may see and that no operation of the plugin lists,
	// such as those of hooks and gates. Codes and Auth.ErrorCodes return all codes
	// together.
	Errors []*ErrorCode
}

// ProvenBy says how a plugin lets people prove addresses.
type ProvenBy uint8

const (
	// ProvenByMail: by what the plugin mails, such as a link or a code. It requires
	// Config.Mailer.
	ProvenByMail ProvenBy = iota + 1
	// ProvenWithoutMail: by anything else, such as an identity provider that vouches for
	// the address.
	ProvenWithoutMail
)

// Schema is a plugin's share of the database.
type Schema struct {
	// Tables are the plugin's own tables, made with database.TableOf.
	Tables []database.Table
	// Columns are added to other tables, made with NewField.
	Columns []AddedColumn
	// Indexes are added to other tables, to find rows by what only this plugin looks for.
	Indexes []AddedIndex
}

// Inline is a plugin written in place, for hooks and endpoints of an application:
//
//	auth.Plugin(betterauth.Inline{ID: "app", Gates: …})
type Inline Manifest

// Manifest implements Plugin.
func (i Inline) Manifest() Manifest { return Manifest(i) }

var _ Plugin = Inline{}
