package subject

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
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
	"github.com/better-auth-go/better-auth/plugins/expo"
	"github.com/better-auth-go/better-auth/plugins/haveibeenpwned"
	"github.com/better-auth-go/better-auth/plugins/magiclink"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
	"github.com/better-auth-go/better-auth/plugins/username"
)

const (
	// Origin is where all subjects believe to be reached, whatever port they
	// listen on.
	Origin = "http://localhost:3000"
	// BasePath is where the endpoints are.
	BasePath = "/api/auth"
	// SessionCookie is the name of the cookie with the session's token.
	SessionCookie = "better-auth.session_token"
	// Secret signs the cookies of every subject.
	Secret = "a secret for measurements only, 44 characters"
	// Password is everybody's password.
	Password = "correct horse battery staple"
)

// Open opens a database by the name the reference server takes: "sqlite:PATH"
// or a PostgreSQL URL.
func Open(name string) (*database.DB, error) {
	if path, ok := strings.CutPrefix(name, "sqlite:"); ok {
		return sqlite.Open(path)
	}
	return postgres.Open(name)
}

// Ours is this library with the plugins password, bearer and passkey. cache is
// the strategy of the cookie cache, "" for none. Limits are off, as they are
// at the reference server: the load comes from one address. Passwords have a
// cheap hash, so that signing in with one shows what the library costs; see
// [OursHashing].
func Ours(ctx context.Context, db *database.DB, cache string) (http.Handler, error) {
	return build(ctx, db, settings{cache: cache})
}

// OursHashing is Ours with the hash that is the default.
func OursHashing(ctx context.Context, db *database.DB) (http.Handler, error) {
	return build(ctx, db, settings{hasher: scrypt})
}

// OursWithEverything is Ours with every bundled plugin.
func OursWithEverything(ctx context.Context, db *database.DB, cache string) (http.Handler, error) {
	return build(ctx, db, settings{cache: cache, everything: true})
}

// settings are in what the handlers of this library differ.
type settings struct {
	cache      string
	everything bool
	hasher     betterauth.Hasher // nil for the cheap one
	more       []betterauth.Plugin
}

func build(ctx context.Context, db *database.DB, s settings) (*betterauth.Auth, error) {
	cfg := betterauth.Config{
		BaseURL: Origin, Secret: Secret, Schema: betterauth.SchemaMigrate,
		RateLimit: betterauth.RateLimitConfig{Disabled: true},
		Password:  betterauth.PasswordConfig{Hasher: s.hasher},
		Logger:    slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	if s.hasher == nil {
		cfg.Password.Hasher = CheapHasher{}
	}
	cfg.Session.CookieCache = betterauth.CookieCacheConfig{Enabled: s.cache != "", Strategy: s.cache}
	plugins := []betterauth.Plugin{emailpassword.New(emailpassword.Config{}), bearer.New(bearer.Config{}), passkey.New(passkey.Config{})}
	if s.everything {
		cfg.Mailer = nowhere{}
		plugins = append(plugins,
			twofactor.New(twofactor.Config{OTP: twofactor.OTPConfig{Enabled: true}}), username.New(username.Config{}),
			magiclink.New(magiclink.Config{}), emailotp.New(emailotp.Config{}), admin.New(admin.Config{}),
			apikey.New(apikey.Config{EnableSessions: true}),
			account.New(account.Config{ChangeEmail: account.ChangeEmailConfig{Enabled: true}, DeleteUser: account.DeleteUserConfig{Enabled: true}}),
			emailverification.New(emailverification.Config{}), expo.New(expo.Config{Schemes: []string{"com.example.app"}}),
			haveibeenpwned.New(haveibeenpwned.Config{}))
	}
	return betterauth.New(cfg).Database(db).Plugin(slices.Concat(plugins, s.more)...).Build(ctx)
}

// nowhere is a mailer for those who are never written to.
type nowhere struct{}

func (nowhere) Send(context.Context, *betterauth.Message) error { return nil }
