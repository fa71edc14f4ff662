package betterauth

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"os"
	"runtime"
	"time"

	"github.com/better-auth-go/better-auth/internal/clientip"
	"github.com/better-auth-go/better-auth/internal/secret"
	"golang.org/x/net/http/httpguts"
)

const (
	defaultBodyLimit = 256 << 10
	minSecretLength  = 32
	minSecretVariety = 8
	day              = 24 * time.Hour
)

// configure fills in defaults and reports what is wrong with the configuration.
func (a *Auth) configure() (problems []error) {
	cfg := &a.cfg
	setDefault(&cfg.AppName, "Better Auth")
	setDefault(&cfg.BodyLimit, defaultBodyLimit)
	setDefault(&cfg.Logger, slog.Default())
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Random == nil {
		cfg.Random = rand.Reader
	}
	setDefault(&cfg.HTTPClient, &http.Client{Timeout: 10 * time.Second})
	setDefault(&cfg.Session.ExpiresIn, 7*day)
	setDefault(&cfg.Session.UpdateAge, day)
	setDefault(&cfg.Session.FreshAge, day)
	problems = append(problems, a.configureStateless()...)
	setDefault(&cfg.Session.CookieCache.MaxAge, 5*time.Minute)
	setDefault(&cfg.Session.CookieCache.Strategy, cacheCompact)
	setDefault(&cfg.Session.CookieCache.Version, "1")
	setDefault(&cfg.Cookies.Prefix, "better-auth")
	setDefault(&cfg.Cookies.SameSite, "lax")
	setDefault(&cfg.Cookies.Path, "/")
	setDefault(&cfg.Password.MaxConcurrent, runtime.GOMAXPROCS(0))
	setDefault(&cfg.Password.MaxWait, 10*time.Second)
	setDefault(&cfg.MailTimeout, 30*time.Second)

	a.log = cfg.Logger
	a.clientIP = clientip.Config{
		Headers: cfg.ClientIP.Headers, TrustedProxies: cfg.ClientIP.TrustedProxies,
		IPv6Subnet: cfg.ClientIP.IPv6Subnet, Disabled: cfg.ClientIP.Disabled,
	}
	a.jar = newCookieJar(cfg.Cookies)
	problems = append(problems, a.configureBase()...)
	problems = append(problems, a.checkConfig()...)
	problems = append(problems, a.loadSecrets()...)

	hasher := cfg.Password.Hasher
	if hasher == nil {
		hasher = Scrypt(cfg.Random)
	}
	a.hasher = newBoundedHasher(hasher, cfg.Password)
	return problems
}

func (a *Auth) checkConfig() (problems []error) {
	cfg := &a.cfg
	switch cfg.Session.CookieCache.Strategy {
	case cacheCompact, cacheJWT, cacheJWE:
	default:
		problems = append(problems, problem("", "config Session.CookieCache.Strategy", "%q is not a format; use compact, jwt or jwe", cfg.Session.CookieCache.Strategy))
	}
	if cfg.Cookies.AlwaysSecure && cfg.Cookies.InsecureNeverSecure {
		problems = append(problems, problem("", "config Cookies.InsecureNeverSecure", "contradicts AlwaysSecure; remove one of them"))
	}
	problems = append(problems, checkSameSite("SameSite", cfg.Cookies.SameSite, cfg.Cookies.InsecureNeverSecure)...)
	for key, single := range cfg.Cookies.Attributes {
		if single.SameSite != "" {
			problems = append(problems, checkSameSite("Attributes "+key, single.SameSite, cfg.Cookies.InsecureNeverSecure)...)
		}
	}
	problems = append(problems, a.checkCrossSite()...)
	if cfg.Cookies.CrossSubDomain.Enabled && cfg.Cookies.CrossSubDomain.Domain == "" && a.base.Static == "" && a.base.Dynamic == nil {
		problems = append(problems, problem("", "config Cookies.CrossSubDomain", "needs a Domain or a BaseURL; set one of them"))
	}
	problems = append(problems, checkHostPrefix(cfg.Cookies)...)
	if n := cfg.Session.MaxPerUser; n < 0 {
		problems = append(problems, problem("", "config Session.MaxPerUser", "is negative; leave it at 0 for no limit"))
	} else if n > 0 && a.stateless {
		problems = append(problems, problem("", "config Session.MaxPerUser", "has no effect with Stateless, which stores no sessions; remove it, or call Database"))
	}
	problems = append(problems, a.checkRateConfig()...)
	if len(cfg.ClientIP.TrustedProxies) > 0 && len(cfg.ClientIP.Headers) == 0 {
		problems = append(problems, problem("", "config ClientIP.TrustedProxies", "has no effect without Headers; name the header that these proxies write, such as X-Forwarded-For"))
	}
	for _, name := range cfg.ClientIP.Headers {
		if !httpguts.ValidHeaderFieldName(name) {
			problems = append(problems, problem("", "config ClientIP.Headers", "%q is not the name of a header; write it like X-Forwarded-For", name))
		}
	}
	if bits := cfg.ClientIP.IPv6Subnet; bits < 0 || bits > 128 {
		problems = append(problems, problem("", "config ClientIP.IPv6Subnet", "%d is not between 1 and 128; use 64, or 0 for the default", bits))
	}
	problems = append(problems, a.checkCookies()...)
	if cfg.Session.UpdateAge >= cfg.Session.ExpiresIn && cfg.Session.UpdateAge != day && !cfg.Session.DisableRefresh {
		problems = append(problems, problem("", "config Session.UpdateAge", "is not less than ExpiresIn, so no session is ever prolonged; lower it, or set DisableRefresh"))
	}
	for name, n := range map[string]int64{"BodyLimit": cfg.BodyLimit, "MailTimeout": int64(cfg.MailTimeout),
		"Password.MaxConcurrent": int64(cfg.Password.MaxConcurrent), "Password.MaxWait": int64(cfg.Password.MaxWait)} {
		if n < 0 {
			problems = append(problems, problem("", "config "+name, "is negative; leave it at 0 for the default"))
		}
	}
	problems = append(problems, cfg.Failures.configure()...)
	problems = append(problems, cfg.MailLimit.configure()...)
	for name, d := range map[string]time.Duration{
		"Session.ExpiresIn": cfg.Session.ExpiresIn, "Session.CookieCache.MaxAge": cfg.Session.CookieCache.MaxAge,
	} {
		if d < 0 {
			problems = append(problems, problem("", "config "+name, "is negative; leave it at 0 for the default"))
		}
		if d > 400*day {
			problems = append(problems, problem("", "config "+name, "is over 400 days, the longest a browser keeps a cookie; lower it"))
		}
	}
	return problems
}

// checkHostPrefix names what a browser refuses in a cookie with that prefix.
func checkHostPrefix(cfg CookieConfig) (problems []error) {
	if !cfg.HostPrefix {
		return nil
	}
	add := func(item, why string) {
		problems = append(problems, problem("", "config Cookies."+item, "%s, and browsers drop such a cookie with HostPrefix; change it, or turn HostPrefix off", why))
	}
	if cfg.CrossSubDomain.Enabled {
		add("CrossSubDomain", "sets a Domain")
	}
	if cfg.Path != "/" {
		add("Path", "is not /")
	}
	if cfg.InsecureNeverSecure {
		add("InsecureNeverSecure", "is set")
	}
	for _, key := range sortedKeys(cfg.Attributes) {
		if single := cfg.Attributes[key]; single.Domain != "" || single.Path != "" && single.Path != "/" {
			add("Attributes "+key, "has a Domain or a Path")
		}
	}
	return problems
}

func checkSameSite(field, value string, neverSecure bool) []error {
	switch value {
	case "lax", "strict":
		return nil
	case "none":
		if !neverSecure {
			return nil
		}
		return []error{problem("", "config Cookies."+field, "browsers refuse SameSite=None without Secure; use lax, or remove InsecureNeverSecure")}
	}
	return []error{problem("", "config Cookies."+field, "%q is not lax, strict or none; use one of them", value)}
}

// loadSecrets builds the key ring from the configuration or the environment.
func (a *Auth) loadSecrets() []error {
	cfg := &a.cfg
	legacy := cfg.Secret
	for _, name := range []string{"BETTER_AUTH_SECRET", "AUTH_SECRET"} {
		if legacy == "" {
			legacy = os.Getenv(name)
		}
	}
	var keys []secret.Key
	for _, s := range cfg.Secrets {
		keys = append(keys, secret.Key{Version: s.Version, Value: s.Value})
	}
	if env := os.Getenv("BETTER_AUTH_SECRETS"); len(keys) == 0 && env != "" {
		var err error
		if keys, err = secret.ParseKeys(env); err != nil {
			return []error{problem("", "environment BETTER_AUTH_SECRETS", "%w; write it like 2:the-current-secret,1:the-one-before", err)}
		}
	}
	current := legacy
	if len(keys) > 0 {
		current = keys[0].Value
	}
	if current == "" {
		return []error{problem("", "config Secret", "none given; set it, or the environment's BETTER_AUTH_SECRET, to at least %d random characters, such as the output of: openssl rand -base64 32", minSecretLength)}
	}
	if len(current) < minSecretLength {
		return []error{problem("", "config Secret", "has %d characters; at least %d are needed, such as the output of: openssl rand -base64 32", len(current), minSecretLength)}
	}
	if current == secret.Default {
		return []error{problem("", "config Secret", "is the default of Better Auth, which everybody knows; make a random one, for instance with: openssl rand -base64 32")}
	}
	if distinct(current) < minSecretVariety {
		return []error{problem("", "config Secret", "repeats a few characters; make a random one, for instance with: openssl rand -base64 32")}
	}
	ring, err := secret.NewRing(keys, legacy)
	if err != nil {
		return []error{problem("", "config Secrets", "%w; give each secret a unique Version, from 0, and a Value", err)}
	}
	a.ring = ring
	return nil
}

// derive is HMAC-SHA256 over a label and a value, keyed by the current secret.
func (a *Auth) derive(label, value string) []byte {
	return a.ring.MAC(label, "\x00", value)
}

func (a *Auth) now() time.Time { return a.cfg.Clock().UTC().Truncate(time.Millisecond) }

// distinct counts the different bytes of s.
func distinct(s string) int {
	seen := map[byte]bool{}
	for i := range len(s) {
		seen[s[i]] = true
	}
	return len(seen)
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
