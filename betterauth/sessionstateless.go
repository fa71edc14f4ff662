package betterauth

import "github.com/better-auth-go/better-auth/database"

// Stateless keeps sessions in the browser alone, in the cookie cache, instead of in a
// database. Call it instead of Database; no Auth is stateless by omission.
//
// What plugins store, users included, goes to memory, a database that ends with the
// process: sqlite.Open(":memory:"). Build creates its tables. The Auth does not close it.
//
// Every process with the secret accepts the cookie until the session expires. A
// revocation has no effect before that, and operations that otherwise require the
// database (WithStoredSession, WithFreshSession) accept the cookie too. Sessions are not
// prolonged by use. Users end with the process, so this suits sign-in through other
// providers, and is of little use with passwords or passkeys. Auth.DeleteExpired removes
// expired rows from memory.
//
// Defaults differ: the cookie cache is on, encrypted ("jwe"), for as long as a session
// (SessionConfig.ExpiresIn).
func (b *Builder) Stateless(memory *database.DB) *Builder {
	if b.stateless {
		b.twice = append(b.twice, "Stateless")
	}
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
		problems = append(problems, problem("", "database", "both Stateless and Database are called; call one of them"))
	}
	if a.cfg.RateLimit.Storage.database {
		problems = append(problems, problem("", "config RateLimit.Storage", "CountInDatabase does not work with Stateless, which has no shared database; use CountIn"))
	}
	cache.Enabled = true
	setDefault(&cache.Strategy, cacheJWE)
	setDefault(&cache.MaxAge, a.cfg.Session.ExpiresIn)
	setDefault(&cache.RefreshCache, cache.MaxAge/5)
	a.cfg.Schema = SchemaMigrate
	return problems
}
