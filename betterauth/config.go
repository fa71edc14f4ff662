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

// Config holds all settings of an Auth. The zero value works on localhost once a secret
// is set; each field states its default.
type Config struct {
	// AppName is the application's name in mails and in authenticators. Default "Better
	// Auth".
	AppName string

	// BaseURL is the public URL of this server, such as "https://example.com"; a path in
	// it replaces BasePath. Default: the environment's BETTER_AUTH_URL, else the scheme
	// and host of each request.
	BaseURL string
	// DynamicBaseURL serves several hosts instead of one BaseURL. Default nil.
	DynamicBaseURL *DynamicBaseURL
	// BasePath is the path that the endpoints are under. Default "/api/auth".
	BasePath string
	// TrustProxyHeaders lets ProxyHeaders decide when the base URL is derived from the
	// request. Turn it on only if clients reach the server through a proxy alone, and the
	// proxy overwrites these headers. Default false.
	TrustProxyHeaders bool
	// ProxyHeaders are the headers in which the proxy names the scheme and the host that
	// the client asked for. If several name the same part, the first counts. Possible are
	// "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "Forwarded" (RFC
	// 7239), "CloudFront-Forwarded-Proto", "CF-Visitor", "X-ARR-SSL", "X-Forwarded-Ssl",
	// "Front-End-Https", "X-Forwarded-Scheme", "X-Forwarded-Protocol" and
	// "X-Original-Host"; any other is an error of Build. Default "X-Forwarded-Proto" and
	// "X-Forwarded-Host".
	ProxyHeaders []string
	// DisabledPaths are routes that answer 404. Write them without the base path, as
	// operations declare them: "/sign-up/email", "/reset-password/:token". A path that no
	// operation has is an error of Build. Default none.
	DisabledPaths []string

	// SkipTrailingSlashes serves "/ok/" as "/ok". Default false: "/ok/" answers 404.
	SkipTrailingSlashes bool

	// Secret signs cookies and keys all encryption: at least 32 characters, the
	// same for all servers of one application. Default: the environment's
	// BETTER_AUTH_SECRET, else AUTH_SECRET.
	Secret string
	// Secrets replaces Secret when the secret is rotated. The first signs and encrypts;
	// the others are still accepted. Secret then decrypts what was encrypted before there
	// were versions. Default: BETTER_AUTH_SECRETS ("2:new,1:old").
	Secrets []Secret

	// TrustedOrigins are origins whose pages may call with cookies and may be redirected
	// to, beside the base URL's own origin: "https://app.example.com",
	// "https://*.example.com", "myapp://". They are added to BETTER_AUTH_TRUSTED_ORIGINS
	// (separated by commas). An origin that differs from what browsers send in spelling
	// alone is rewritten: upper case, a slash at the end, the default port, a Unicode
	// host. One that no browser can send is an error of Build.
	TrustedOrigins []string
	// TrustedOriginsFunc returns more origins for one request. It must not trust what the
	// request says. An origin that no browser can send has no effect; the log says so
	// once. Default nil.
	TrustedOriginsFunc func(*http.Request) []string
	// InsecureDisableOriginCheck accepts state-changing requests from any web
	// page and redirects anywhere. For tests only. Default false.
	InsecureDisableOriginCheck bool
	// CORS says how scripts on trusted pages of other origins may call. The zero value
	// allows them to.
	CORS CORSConfig
	// InsecureDisableCSRFCheck accepts state-changing requests from any web page, but
	// still refuses redirects to untrusted targets. It is for servers behind something
	// else that checks every request, such as a gateway. Default false.
	InsecureDisableCSRFCheck bool
	// InsecureUncheckedOrigins are routes, each with all routes below it, for which
	// InsecureDisableOriginCheck applies. Write them without the base path:
	// "/sso/callback". They are for endpoints that other sites post to and that check the
	// sender themselves. A path that no operation has or is below is an error of Build.
	// Default none.
	InsecureUncheckedOrigins []string
	// InsecureUncheckedCSRF are routes, each with all routes below it, for which
	// InsecureDisableCSRFCheck applies. Default none.
	InsecureUncheckedCSRF []string

	// Session says how long sessions live. The zero value is 7 days, prolonged daily.
	Session SessionConfig
	// Cookies says how cookies look. The zero value is Secure on https, SameSite=Lax.
	Cookies CookieConfig
	// ClientIP says where the client's address is read from. The zero value reads it from
	// the connection.
	ClientIP ClientIPConfig
	// RateLimit says how often a client may call. The zero value limits; see
	// RateLimitConfig.
	RateLimit RateLimitConfig
	// Failures says how many guesses at the secrets of one account are checked, from all
	// clients together. The zero value limits; see FailuresConfig.
	Failures FailuresConfig
	// MailLimit says how many mails one address gets, whoever asks for them. The zero
	// value limits; see MailLimitConfig.
	MailLimit MailLimitConfig
	// Password says how passwords are hashed. The zero value is the TypeScript server's
	// scrypt, with as many hashes at once as there are processors.
	Password PasswordConfig

	// BodyLimit is the size of the largest request body in bytes; a larger one is
	// answered with 413. Default 262144 (256 KiB).
	BodyLimit int64
	// ErrorURL is the page that /error redirects to. Default: /error shows a page of its
	// own.
	ErrorURL string
	// StepUpURL is the page that asks for a further step, such as a second factor. A
	// browser that followed a link, or comes back from an identity provider, is sent
	// there if a gate asks for the step; the answer's cookies identify it. Default: such a
	// browser gets the JSON that scripts get.
	StepUpURL string

	// AdditionalColumns are the application's own columns, made with NewField.
	// Default none.
	AdditionalColumns []AddedColumn
	// ValidateUserInfo is called for every user before they are created, in whatever way:
	// sign-up, a link or code that signs up, a passkey, an administrator, Go code. If it
	// returns an error, nothing is stored. An ErrorCode is the answer, and a link
	// redirects to its error page with that code; any other error, or a panic, is a 500.
	// The function runs in the transaction that creates the user, after the hooks of
	// plugins. So it must write with ctx and must not wait for other work. It is called
	// concurrently for several users. It is not called for users who already exist: use a
	// gate for them. Default nil.
	ValidateUserInfo func(ctx context.Context, info UserInfo) error
	// IDs says how ids are made. Default database.RandomID: 32 letters and digits.
	IDs database.IDStrategy
	// NewID makes the id of a row of the given logical table, in place of IDs. Default
	// nil.
	NewID func(table string) string
	// Naming maps logical tables and columns to their names in the database, and says
	// which PostgreSQL schema they are in. Default: the names of Better Auth
	// (TypeScript), in the first schema of the search_path.
	Naming database.Naming
	// Schema says what Build does about a database that lacks tables or
	// columns. Default SchemaVerify: it fails and lists them.
	Schema SchemaMode

	// Mailer delivers mail. Default none: operations that need mail then say so.
	Mailer Mailer
	// MailTimeout is how long one delivery may take. Default 30 seconds.
	MailTimeout time.Duration

	// Logger receives failures with their causes, never secrets. Default
	// slog.Default().
	Logger *slog.Logger
	// Clock returns the current time. Default time.Now.
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
	// Version is unique and not negative. It is stored with what this secret encrypted.
	Version int
	Value   string
}

// DynamicBaseURL derives the base URL from the host of each request.
type DynamicBaseURL struct {
	// AllowedHosts are host names with an optional port, where "*" matches any part:
	// "example.com", "*.example.com", "localhost:*". A default port in the request is
	// ignored. Required without AllowHost.
	AllowedHosts []string
	// AllowHost decides about hosts that AllowedHosts does not match, such as hosts of
	// tenants in a database. host is in lower case, as browsers write it, with its port
	// unless that is the default one. AllowHost is called for every request to such a
	// host, by many goroutines at once, so let it cache its answers for a while. An error
	// or a panic fails the request with 500. A request to an allowed host trusts that
	// host's own origin, and no other host's. Default nil.
	AllowHost func(ctx context.Context, host string) (bool, error)
	// Fallback is the base URL for requests to any other host. Default: such requests are
	// answered with 400.
	Fallback string
	// Protocol is "http", "https" or "auto". Default "auto": the scheme that the proxy
	// names, with TrustProxyHeaders; else https for a TLS connection; else http for
	// loopback hosts and https for others.
	Protocol string
}

// SchemaMode says what Build does about missing tables and columns.
type SchemaMode int

const (
	// SchemaVerify fails Build with a *SchemaError that lists what is missing. If that is
	// nothing but indexes that are not unique, it logs a warning.
	SchemaVerify SchemaMode = iota
	// SchemaMigrate creates what is missing. Safe to run in many processes at once.
	SchemaMigrate
	// SchemaIgnore does not check. It is for programs that call Auth.Migrate.
	SchemaIgnore
)

// ClientIPConfig says where the client's address is read from. Without Headers it is the
// address of the connection.
type ClientIPConfig struct {
	// Headers are read in order, such as "X-Forwarded-For", "Forwarded" (RFC 7239) or
	// "CF-Connecting-IP"; the address of the connection is then not used. A port,
	// brackets, quotes and a zone are removed from an address. Name only headers that
	// your proxy overwrites. Default none.
	Headers []string
	// TrustedProxies are the addresses of proxies. They are skipped, from the right, in a
	// header that lists several addresses; without TrustedProxies such a header is
	// ignored. They need Headers. Default none.
	TrustedProxies []netip.Prefix
	// IPv6Subnet is how many leading bits of an IPv6 address identify a client. Default
	// 64.
	IPv6Subnet int
	// Disabled records and limits no addresses. Default false.
	Disabled bool
}

// PasswordConfig says how passwords are hashed.
type PasswordConfig struct {
	// Hasher replaces the default, scrypt in the TypeScript server's format.
	Hasher Hasher
	// MaxConcurrent is how many hashes run at once; each takes 32 MiB. Further ones wait
	// up to MaxWait. Default: the number of processors.
	MaxConcurrent int
	// MaxWait is how long a hash waits for its turn before the request is
	// answered with 503. Default 10 seconds.
	MaxWait time.Duration
}
