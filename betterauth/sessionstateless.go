package betterauth

import (
	"github.com/better-auth-go/better-auth/database"
)

// Stateless keeps sessions in the browser alone, in the cookie cache, instead
// of a database. Say it instead of Database; nothing is stateless by omission.
//
// Any process with the secret believes a copy until its session expires:
// nothing sees a revocation before that, and operations that otherwise insist
// on the database (WithStoredSession, WithFreshSession) believe the copy too.
// Sessions are not prolonged by use. What plugins store, users included, is in
// the memory of this process and ends with it, so this suits sign-in through
// other providers, and is of little use with passwords or passkeys. What has
// expired there is removed by Auth.DeleteExpired.
//
// Defaults differ: the cookie cache is on, encrypted (CacheJWE), for as long as
// a session (SessionConfig.ExpiresIn).
func (b *Builder) Stateless() *Builder {
	b.stateless = true
	return b
}

// configureStateless fills in the defaults of an Auth without a database.
func (a *Auth) configureStateless() (problems []error) {
	cache := &a.cfg.Session.CookieCache
	if !a.stateless {
		if cache.RefreshCache != 0 {
			problems = append(problems, problem("", "config Session.CookieCache.RefreshCache", "is for Stateless only"))
		}
		return problems
	}
	if a.db != nil {
		problems = append(problems, problem("", "database", "Stateless is said, and one is given"))
	}
	if a.cfg.RateLimit.Storage == RateLimitDatabase {
		problems = append(problems, problem("", "config RateLimit.Storage", "there is no database to share; use Store"))
	}
	cache.Enabled = true
	setDefault(&cache.Strategy, CacheJWE)
	setDefault(&cache.MaxAge, a.cfg.Session.ExpiresIn)
	setDefault(&cache.RefreshCache, cache.MaxAge/5)
	a.cfg.Schema = SchemaMigrate
	return problems
}

// openOwn opens the memory that stands in for a database.
func (a *Auth) openOwn() []error {
	if !a.stateless || a.db != nil {
		return nil
	}
	db, err := database.OpenSQLite(":memory:")
	if err != nil {
		return []error{problem("", "database", "memory: %w", err)}
	}
	a.db, a.own = db, db
	return nil
}

// closeOwn closes what openOwn opened.
func (a *Auth) closeOwn() error {
	if a.own == nil {
		return nil
	}
	return a.own.Close()
}
