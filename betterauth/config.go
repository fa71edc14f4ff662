package betterauth

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/better-auth-go/better-auth/database"
)

// Config is everything an application says about its Auth. The zero value
// works on localhost once a secret is set; every field says its default.
type Config struct {
	// AppName is shown to people, in mails and by authenticators. Default
	// "Better Auth".
	AppName string

	// BaseURL is where this server is reached from outside, such as
	// "https://example.com"; a path in it replaces BasePath. Default: the
	// environment's BETTER_AUTH_URL, else each request's own scheme and host.
	BaseURL string
	// DynamicBaseURL serves several hosts instead of one BaseURL. Default nil.
	DynamicBaseURL *DynamicBaseURL
	// BasePath is where the endpoints live. Default "/api/auth".
	BasePath string
	// TrustProxyHeaders believes ProxyHeaders when the base URL is derived from
	// the request. Only for servers that nobody reaches except through a proxy
	// which sets them, in place of what the client sent. Default false.
	TrustProxyHeaders bool
	// ProxyHeaders are by what the proxy says under which scheme and host it was
	// asked; of several that say one thing the first counts: "X-Forwarded-Proto",
	// "X-Forwarded-Host", "X-Forwarded-Port", "Forwarded" (RFC 7239),
	// "CloudFront-Forwarded-Proto", "CF-Visitor", "X-ARR-SSL", "X-Forwarded-Ssl",
	// "Front-End-Https", "X-Forwarded-Scheme", "X-Forwarded-Protocol",
	// "X-Original-Host". Any other is an error of Build. Default
	// "X-Forwarded-Proto" and "X-Forwarded-Host".
	ProxyHeaders []string
	// DisabledPaths are routes that answer 404, without the base path, as
	// operations declare them: "/sign-up/email", "/reset-password/:token". One
	// that no operation has is an error of Build. Default none.
	DisabledPaths []string

	// SkipTrailingSlashes serves "/ok/" as "/ok". Default false: it is 404.
	SkipTrailingSlashes bool

	// Secret signs cookies and keys all encryption: at least 32 characters, the
	// same for all servers of one application. Default: the environment's
	// BETTER_AUTH_SECRET, else AUTH_SECRET.
	Secret string
	// Secrets replaces Secret where it is to be rotated: the first signs and
	// encrypts, the others are still accepted. Secret then opens what was
	// encrypted before versions existed. Default: BETTER_AUTH_SECRETS
	// ("2:new,1:old").
	Secrets []Secret

	// TrustedOrigins may call with cookies and be redirected to, beside the
	// base URL's own origin: "https://app.example.com", "https://*.example.com",
	// "myapp://". Added to BETTER_AUTH_TRUSTED_ORIGINS (separated by commas). What
	// is only spelt otherwise than browsers send it is rewritten, such as upper
	// case, a slash at the end, the default port or a Unicode host; what none can
	// send is an error of Build.
	TrustedOrigins []string
	// TrustedOriginsFunc adds origins for one request. It must not trust what
	// the request says. What no browser can send has no effect; the log says so
	// once. Default nil.
	TrustedOriginsFunc func(*http.Request) []string
	// InsecureDisableOriginCheck accepts state-changing requests from any web
	// page and redirects anywhere. For tests only. Default false.
	InsecureDisableOriginCheck bool
	// CORS says how scripts of trusted pages on other origins call. The zero value
	// answers them.
	CORS CORSConfig
	// InsecureDisableCSRFCheck accepts state-changing requests from any web page,
	// and still refuses redirects to places that are not trusted. For servers whose
	// requests something else vouches for, such as a gateway. Default false.
	InsecureDisableCSRFCheck bool
	// InsecureUncheckedOrigins are routes for which InsecureDisableOriginCheck holds,
	// and all below them, without the base path: "/sso/callback". For what other sites
	// post to, and that checks by itself who did. One that no operation has, nor any
	// below it, is an error of Build. Default none.
	InsecureUncheckedOrigins []string
	// InsecureUncheckedCSRF are routes for which InsecureDisableCSRFCheck holds, and
	// all below them. Default none.
	InsecureUncheckedCSRF []string

	// Session says how long sessions live. The zero value is 7 days, prolonged daily.
	Session SessionConfig
	// Cookies says how cookies look. The zero value is Secure on https, SameSite=Lax.
	Cookies CookieConfig
	// ClientIP says where a client's address is taken from. The zero value is
	// the connection.
	ClientIP ClientIPConfig
	// RateLimit says how often a client may call. The zero value limits.
	RateLimit RateLimitConfig
	// Failures says how many guesses at the secrets of one account are looked at,
	// from wherever they come. The zero value limits.
	Failures FailuresConfig
	// MailLimit says how much mail one address gets, whoever asks for it. The
	// zero value limits.
	MailLimit MailLimitConfig
	// Password says how passwords are hashed. The zero value is the reference's
	// scrypt, as many at once as there are processors.
	Password PasswordConfig

	// BodyLimit is the largest request body in bytes; more is answered with
	// 413. Default 262144 (256 KiB).
	BodyLimit int64
	// ErrorURL is where /error sends people. Default: its own page.
	ErrorURL string

	// AdditionalColumns are the application's own columns, made with NewField.
	// Default none.
	AdditionalColumns []AddedColumn
	// ValidateUserInfo is asked about every user before they are created, by whatever
	// way: sign-up, a link or code that signs up, a passkey, an administrator, Go code.
	// An ErrorCode is the answer, and a link leads to its error page with it; any other
	// error, or a panic, is a 500. Nothing is stored then. It runs in the transaction
	// that creates the user, after the hooks of plugins, so it writes with ctx and does
	// not wait for others; concurrently for several users. Who exists already is not
	// asked about: a gate is for that. Default nil.
	ValidateUserInfo func(ctx context.Context, info UserInfo) error
	// IDs says how ids are made. Default database.RandomID, 32 letters and digits.
	IDs database.IDStrategy
	// NewID makes ids in code instead, given the logical table. Default nil.
	NewID func(table string) string
	// Naming says what tables and columns are called in the database, and in which
	// of PostgreSQL's schemas they are. Default: Better Auth's own names, in the
	// first schema of the search_path.
	Naming database.Naming
	// Schema says what Build does about a database that lacks tables or
	// columns. Default SchemaVerify: it fails and lists them.
	Schema SchemaMode

	// Mailer delivers mail. Default none: what needs mail then says so.
	Mailer Mailer
	// MailTimeout is how long one delivery may take. Default 30 seconds.
	MailTimeout time.Duration

	// Logger receives failures with their causes, never secrets. Default
	// slog.Default().
	Logger *slog.Logger
	// Clock is the time. Default time.Now.
	Clock func() time.Time
	// Random is the source of tokens and keys; it must be cryptographic and
	// safe for concurrent use. Default crypto/rand.
	Random io.Reader
	// HTTPClient makes outgoing requests. Default: a client with a timeout of
	// 10 seconds.
	HTTPClient *http.Client
}

// Secret is one of several secrets under rotation.
type Secret struct {
	// Version is unique and not negative; it marks what was encrypted with it.
	Version int
	Value   string
}

// DynamicBaseURL derives the base URL from each request's host.
type DynamicBaseURL struct {
	// AllowedHosts are host names with optional port, "*" matching any part:
	// "example.com", "*.example.com", "localhost:*". A default port in the request
	// does not count. Required without AllowHost.
	AllowedHosts []string
	// AllowHost decides about hosts that AllowedHosts does not have, such as those of
	// tenants in a database. The host is in lower case, as browsers write it, with its
	// port if that is not the default one. It is asked for every request to such a
	// host, by many goroutines at once, so keep answers for a while. An error, or a
	// panic, fails the request with 500. Its own origin is trusted for a request to an
	// allowed host, and no other. Default nil.
	AllowHost func(ctx context.Context, host string) (bool, error)
	// Fallback is the base URL for any other host. Default: such requests are
	// answered with 400.
	Fallback string
	// Protocol is "http", "https" or "auto". Default "auto": what the request
	// came by, http for loopback hosts and https otherwise.
	Protocol string
}

// SchemaMode says what Build does about missing tables and columns.
type SchemaMode int

const (
	// SchemaVerify fails Build with a *SchemaError that lists what is missing.
	SchemaVerify SchemaMode = iota
	// SchemaMigrate creates what is missing. Safe to run in many processes at once.
	SchemaMigrate
	// SchemaIgnore does not look. For programs that call Auth.Migrate.
	SchemaIgnore
)

// SessionConfig says how long sessions live.
type SessionConfig struct {
	// ExpiresIn is a session's life since it was last refreshed. Default 7 days.
	ExpiresIn time.Duration
	// UpdateAge is how old a session gets before a read refreshes it. Default
	// 24 hours; negative refreshes at every read.
	UpdateAge time.Duration
	// FreshAge is how long after sign-in a session counts as fresh. Default 24
	// hours; negative counts every session as fresh.
	FreshAge time.Duration
	// DisableRefresh keeps sessions at their first expiry. Default false.
	DisableRefresh bool
	// DeferRefresh makes GET /get-session never write; POST refreshes. Default false.
	DeferRefresh bool
	// MaxPerUser is how many sessions a user has: one more ends the oldest, in the
	// transaction that makes it, so that there are never more however many sign in at
	// once. It counts those that have not expired, on whatever device and by whatever
	// way. Default 0: any number.
	MaxPerUser int
	// CookieCache keeps a signed copy of the session in a cookie. Default off.
	CookieCache CookieCacheConfig
}

// The formats of the cookie cache.
const (
	cacheCompact = "compact"
	cacheJWT     = "jwt"
	cacheJWE     = "jwe"
)

// CookieCacheConfig saves the database read of most requests: the session is
// kept in a cookie for MaxAge, during which a revocation on another device is
// not seen by operations that accept it (WithSession).
type CookieCacheConfig struct {
	// Enabled turns the cache on. Default false.
	Enabled bool
	// MaxAge is how long a copy is believed. Default 5 minutes.
	MaxAge time.Duration
	// Strategy is the format: "compact", signed JSON that the client can read; "jwt", an
	// HS256 JSON Web Token (RFC 7519) that the client can read; or "jwe", an encrypted
	// token (RFC 7516). Default "compact".
	Strategy string
	// Version marks copies; changing it makes all older ones invalid. Default "1".
	Version string
	// LeaveOut are columns that are not copied, to keep the cookie small: "user.image",
	// "session.ipAddress", "session.userAgent" and the application's own columns, such
	// as "user.plan". An identity from the copy does not have them. Any other is an
	// error of Build: the core, or a plugin, relies on it. Default none.
	LeaveOut []string
	// VersionFunc computes the version from the session and user instead.
	// Default nil.
	VersionFunc func(*Session, *User) string
	// RefreshCache is how much is left of MaxAge when a read makes the copy
	// anew. It does not prolong the session. Default a fifth of MaxAge; negative
	// never does. For Builder.Stateless only: with a database the copy is made
	// anew from there.
	RefreshCache time.Duration
}

// CookieConfig says how cookies look.
type CookieConfig struct {
	// Prefix starts every name. Default "better-auth".
	Prefix string
	// AlwaysSecure gives cookies Secure and the "__Secure-" prefix whatever the base
	// URL is. Default false: they have both where it is https.
	AlwaysSecure bool
	// InsecureNeverSecure gives them neither, not on https either. Beside AlwaysSecure
	// it is an error of Build. Default false.
	InsecureNeverSecure bool
	// HostPrefix gives secure cookies the prefix "__Host-" instead of "__Secure-"
	// (RFC 6265bis, section 4.1.3.2): a browser takes such a cookie from this very
	// host alone, for all its paths, so that no other application on the domain can
	// set one. CrossSubDomain, a Path and a Domain are then errors of Build. Where
	// cookies are not secure, as on http://localhost, names have no prefix. The
	// TypeScript server does not know these names: turning it on signs everybody out.
	// Default false.
	HostPrefix bool
	// CrossSubDomain shares cookies among the subdomains of a domain. Default off.
	CrossSubDomain CrossSubDomainConfig
	// SameSite is "lax", "strict" or "none". Default "lax".
	SameSite string
	// Partitioned adds the attribute of that name. Default false.
	Partitioned bool
	// Path is the cookies' path. Default "/".
	Path string
	// Names gives a cookie another name, by its key ("session_token"); the
	// "__Secure-" prefix is still added. Default none.
	Names map[string]string
	// Attributes of single cookies, by their key. Default none.
	Attributes map[string]CookieAttributes
}

// CookieAttributes are where one cookie differs from the others. Empty fields
// do not.
type CookieAttributes struct {
	// SameSite is "lax", "strict" or "none".
	SameSite string
	// Path and Domain are the attributes of those names.
	Path, Domain string
}

// CrossSubDomainConfig shares cookies among subdomains.
type CrossSubDomainConfig struct {
	// Enabled sets the Domain attribute. Default false.
	Enabled bool
	// Domain is its value. Default: the base URL's host name.
	Domain string
}

// ClientIPConfig says where a client's address is taken from. With no Headers
// it is the other end of the connection.
type ClientIPConfig struct {
	// Headers are tried in order, such as "X-Forwarded-For", "Forwarded" (RFC 7239)
	// or "CF-Connecting-IP"; with Headers set the connection's own address does not
	// count. A port, brackets, quotes and a zone about an address do not count. Only
	// name headers that your proxy overwrites. Default none.
	Headers []string
	// TrustedProxies are addresses skipped from the right of a header that
	// lists several. Without them such a header is ignored. They need Headers.
	// Default none.
	TrustedProxies []netip.Prefix
	// IPv6Subnet is how many bits of an IPv6 address tell clients apart.
	// Default 64.
	IPv6Subnet int
	// Disabled records and limits no addresses. Default false.
	Disabled bool
}

// PasswordConfig says how passwords are hashed.
type PasswordConfig struct {
	// Hasher replaces the default, scrypt in the reference's format.
	Hasher Hasher
	// MaxConcurrent is how many hashes run at once: one takes 32 MiB. Default:
	// as many as there are processors. Others wait up to MaxWait.
	MaxConcurrent int
	// MaxWait is how long a hash waits for its turn before the request is
	// answered with 503. Default 10 seconds.
	MaxWait time.Duration
}
