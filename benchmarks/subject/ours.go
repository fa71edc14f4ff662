package subject

import (
	"context"
	"net/http"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/postgres"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/bearer"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/passkey"
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
)

// Open opens a database by the name the reference server takes: "sqlite:PATH"
// or a PostgreSQL URL.
func Open(name string) (*database.DB, error) {
	if path, ok := strings.CutPrefix(name, "sqlite:"); ok {
		return sqlite.Open(path)
	}
	return postgres.Open(name)
}

// Ours is this library with the plugins the reference server has. cache is
// the strategy of the cookie cache, "" for none. Limits are off, as they are
// at the reference server: the load comes from one address.
func Ours(ctx context.Context, db *database.DB, cache string) (http.Handler, error) {
	return build(ctx, db, cache)
}

func build(ctx context.Context, db *database.DB, cache string, more ...betterauth.Plugin) (*betterauth.Auth, error) {
	cfg := betterauth.Config{
		BaseURL: Origin, Secret: Secret, Schema: betterauth.SchemaMigrate,
		RateLimit: betterauth.RateLimitConfig{Disabled: true},
	}
	cfg.Session.CookieCache = betterauth.CookieCacheConfig{Enabled: cache != "", Strategy: cache}
	return betterauth.New(cfg).Database(db).
		Plugin(emailpassword.New(emailpassword.Config{}), bearer.New(bearer.Config{}), passkey.New(passkey.Config{})).
		Plugin(more...).Build(ctx)
}
