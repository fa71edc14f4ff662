// Package site is what conformance/server serves: the Go implementation with all
// plugins of the project, behind the flags of the reference server, and the
// controls that tests steer it with. Start with site.go.
package site

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/postgres"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/apikey"
	"github.com/better-auth-go/better-auth/plugins/bearer"
	"github.com/better-auth-go/better-auth/plugins/emailotp"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
	"github.com/better-auth-go/better-auth/plugins/genericoauth"
	"github.com/better-auth-go/better-auth/plugins/haveibeenpwned"
	"github.com/better-auth-go/better-auth/plugins/magiclink"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/social"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
	"github.com/better-auth-go/better-auth/plugins/username"
)

// Site is everything one server serves: the Auth, and beside it what only tests ask for.
type Site struct {
	db       *database.DB // nil when sessions are in cookies alone
	opened   *database.DB // that one, or the memory instead
	auth     *betterauth.Auth
	mails    *mailbox
	controls map[string]control // by method and path
	now      func() time.Time
}

// Open opens the database, creates what it lacks and builds the Auth of a server
// that is reached at a URL.
func Open(ctx context.Context, opts Options, url string) (*Site, error) {
	origins := opts.origins
	if len(origins) == 0 {
		origins = []string{url}
	}
	schema := betterauth.SchemaMigrate
	if opts.verify {
		schema = betterauth.SchemaVerify
	}
	s := &Site{mails: &mailbox{}, now: time.Now}
	if opts.Clock != nil {
		s.now = opts.Clock
	}
	plan := &setup{
		rangeAPI: opts.rangeAPI,
		config: betterauth.Config{
			AppName:        "Conformance",
			BaseURL:        url,
			BasePath:       opts.basePath,
			Secret:         opts.secret,
			TrustedOrigins: origins,
			Schema:         schema,
			Mailer:         s.mails,
			Logger:         opts.Logger,
			Clock:          opts.Clock,
			Session: betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{
				Enabled: opts.cookieCache != "", Strategy: opts.cookieCache,
			}},
			RateLimit: betterauth.RateLimitConfig{Disabled: true},
			Failures:  betterauth.FailuresConfig{Disabled: true},
			MailLimit: betterauth.MailLimitConfig{Disabled: true},
			// The clients of the suite say by this header who they are, as behind a proxy.
			ClientIP: betterauth.ClientIPConfig{Headers: []string{"X-Forwarded-For"}},
		},
		plugins: pluginConfigs{
			account: account.Config{
				ChangeEmail: account.ChangeEmailConfig{Enabled: true, ConfirmOldAddress: true},
				DeleteUser:  account.DeleteUserConfig{Enabled: true},
			},
			passkey: passkey.Config{RPID: "localhost", RPName: "Conformance", Origins: atLocalhost(origins)},
			pwned:   haveibeenpwned.Config{Disabled: true},
			second:  twofactor.Config{OTP: twofactor.OTPConfig{Enabled: true}},
		},
	}
	if err := plan.apply(opts.features); err != nil {
		return nil, err
	}
	opts.oidc.offer(plan)
	builder := betterauth.New(plan.config).Plugin(plan.plugins.all()...).Plugin(plan.more...)
	name := opts.database
	if plan.stateless {
		name = "sqlite::memory:"
	}
	var err error
	if s.opened, err = openDatabase(name); err != nil {
		return nil, err
	}
	if plan.stateless {
		builder.Stateless(s.opened)
	} else {
		s.db = s.opened
		builder.Database(s.db)
	}
	if s.auth, err = builder.Build(ctx); err != nil {
		s.closeDatabase()
		return nil, err
	}
	s.controls = s.testControls()
	return s, nil
}

// atLocalhost are the origins that the relying party, localhost, may have.
func atLocalhost(origins []string) []string {
	return slices.DeleteFunc(slices.Clone(origins), func(origin string) bool { return !strings.Contains(origin, "://localhost") })
}

// pluginConfigs configure all the plugins the project has.
type pluginConfigs struct {
	password     emailpassword.Config
	verification emailverification.Config
	account      account.Config
	bearer       bearer.Config
	passkey      passkey.Config
	username     username.Config
	pwned        haveibeenpwned.Config
	magiclink    magiclink.Config
	emailotp     emailotp.Config
	admin        admin.Config
	second       twofactor.Config
	keys         []apikey.Config
	social       social.Config
	// generic are providers by discovery, and oidcClient is what --oidc's does differently.
	generic    genericoauth.Config
	oidcClient oauth.Client
	// withoutLinks leaves out the plugin magiclink.
	withoutLinks bool
}

func (c pluginConfigs) all() []betterauth.Plugin {
	plugins := []betterauth.Plugin{
		emailpassword.New(c.password),
		emailverification.New(c.verification),
		account.New(c.account),
		bearer.New(c.bearer),
		passkey.New(c.passkey),
		twofactor.New(c.second),
		username.New(c.username),
		haveibeenpwned.New(c.pwned),
		emailotp.New(c.emailotp),
		admin.New(c.admin),
		apikey.New(c.keys...),
		social.New(c.social),
		genericoauth.New(c.generic),
	}
	if !c.withoutLinks {
		plugins = append(plugins, magiclink.New(c.magiclink))
	}
	return plugins
}

func openDatabase(name string) (*database.DB, error) {
	if path, ok := strings.CutPrefix(name, "sqlite:"); ok {
		return sqlite.Open(path)
	}
	if strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://") {
		return postgres.Open(name)
	}
	return nil, fmt.Errorf("--database %s: give sqlite:PATH or postgres://…", name)
}

// ServeHTTP implements http.Handler. It does without http.ServeMux, which would redirect paths such as
// "//ok" that the Auth has an answer for.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if control := s.controls[r.Method+" "+r.URL.Path]; control != nil {
		control.ServeHTTP(w, r)
		return
	}
	s.auth.ServeHTTP(w, r)
}

// Close ends the Auth and closes the database.
func (s *Site) Close() {
	if err := s.auth.Close(context.Background()); err != nil {
		slog.Error("closing", "error", err)
	}
	s.closeDatabase()
}

func (s *Site) closeDatabase() {
	if err := s.opened.Close(); err != nil {
		slog.Error("closing the database", "error", err)
	}
}
