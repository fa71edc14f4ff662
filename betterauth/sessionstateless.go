package betterauth

import "github.com/better-auth-go/better-auth/database"

// Stateless keeps sessions in the browser alone, in the cookie cache, instead
// of a database. Say it instead of Database; nothing is stateless by omission.
//
// What plugins store, users included, goes to memory, a database that ends with the process:
// sqlite.Open(":memory:"). Tables are created in it. The Auth does not close it.
//
// Any process with the secret believes a copy until its session expires:
// nothing sees a revocation before that, and operations that otherwise insist
// on the database (WithStoredSession, WithFreshSession) believe the copy too.
// Sessions are not prolonged by use. Users end with the process, so this suits sign-in through
// other providers, and is of little use with passwords or passkeys. What has
// expired in memory is removed by Auth.DeleteExpired.
//
// Defaults differ: the cookie cache is on, encrypted ("jwe"), for as long as
// a session (SessionConfig.ExpiresIn).
func (b *Builder) Stateless(memory *database.DB) *Builder {
	b.stateless, b.memory = true, memory
	return b
}

// configureStateless fills in the defaults of an Auth without a database.
func (a *Auth) configureStateless() (problems []error) {
	cache := &a.cfg.Session.CookieCache
	if !a.stateless {
		if cache.RefreshCache != 0 {
			problems = append(problems, problem("", "config Session.CookieCache.RefreshCache", "is for Stateless only; remove it, or call Stateless"))
		}
		return problems
	}
	if a.db != nil {
		problems = append(problems, problem("", "database", "Stateless is said, and one is given; call one of Stateless and Database"))
	}
	if a.cfg.RateLimit.Storage.database {
		problems = append(problems, problem("", "config RateLimit.Storage", "there is no database to share; use CountIn"))
	}
	cache.Enabled = true
	setDefault(&cache.Strategy, cacheJWE)
	setDefault(&cache.MaxAge, a.cfg.Session.ExpiresIn)
	setDefault(&cache.RefreshCache, cache.MaxAge/5)
	a.cfg.Schema = SchemaMigrate
	return problems
}
