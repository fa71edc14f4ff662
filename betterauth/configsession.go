package betterauth

import (
	"time"
)

// SessionConfig says how long sessions live.
type SessionConfig struct {
	// ExpiresIn is how long a session lives after it was last refreshed. Default 7 days.
	ExpiresIn time.Duration
	// UpdateAge is how old a session must be for a read to refresh it. Default 24 hours;
	// a negative value refreshes it at every read.
	UpdateAge time.Duration
	// FreshAge is how long after sign-in a session counts as fresh. Default 24 hours;
	// with a negative value every session counts as fresh.
	FreshAge time.Duration
	// DisableRefresh never prolongs sessions: they end at their first expiry. Default
	// false.
	DisableRefresh bool
	// DeferRefresh makes GET /get-session never write; POST /get-session refreshes the
	// session. Default false.
	DeferRefresh bool
	// MaxPerUser is how many sessions a user may have. A further sign-in ends the oldest
	// one in the same transaction, so that there are never more, even if several sign in
	// at once. Sessions that have not expired count, on all devices and from every way to
	// sign in. Default 0: any number.
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

// CookieCacheConfig saves the database read of most requests: the browser keeps a copy of
// the session in a cookie for MaxAge. During that time, operations that accept the copy
// (WithSession) do not see that the session was revoked on another device.
type CookieCacheConfig struct {
	// Enabled turns the cache on. Default false.
	Enabled bool
	// MaxAge is how long the server accepts a copy. Default 5 minutes.
	MaxAge time.Duration
	// Strategy is the format: "compact", signed JSON that the client can read; "jwt", an
	// HS256 JSON Web Token (RFC 7519) that the client can read; or "jwe", an encrypted
	// token (RFC 7516). Default "compact".
	Strategy string
	// Version is part of every copy; changing it makes all older copies invalid. Default
	// "1".
	Version string
	// LeaveOut are columns that are not copied, to keep the cookie small: "user.image",
	// "session.ipAddress", "session.userAgent" and the application's own columns, such as
	// "user.plan". An identity that is read from the copy does not have them. Any other
	// column is an error of Build, since the core or a plugin relies on it. Default none.
	LeaveOut []string
	// VersionFunc computes the version from the session and the user, in place of
	// Version. Default nil.
	VersionFunc func(*Session, *User) string
	// RefreshCache is the rest of MaxAge at which a read makes a new copy. It does not
	// prolong the session. Default a fifth of MaxAge; with a negative value no read makes
	// one. It is for Builder.Stateless only: with a database the new copy is made from
	// the database.
	RefreshCache time.Duration
}
