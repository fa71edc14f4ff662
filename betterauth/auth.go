package betterauth

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"sync"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/internal/baseurl"
	"github.com/better-auth-go/better-auth/internal/clientip"
	"github.com/better-auth-go/better-auth/internal/mailqueue"
	"github.com/better-auth-go/better-auth/internal/origin"
	"github.com/better-auth-go/better-auth/internal/router"
	"github.com/better-auth-go/better-auth/internal/secret"
)

// Auth signs people in: an http.Handler for everything under the base path,
// and methods for handlers that are not its own. It is safe for concurrent use.
// Two Auth values in one process share nothing.
type Auth struct {
	cfg          Config
	db           *database.DB
	stateless    bool
	log          *slog.Logger
	ring         *secret.Ring
	base         baseurl.Bases
	staticOrigin string // of base.Static
	origins      origin.Trusted
	jar          cookieJar
	clientIP     clientip.Config
	hasher       Hasher
	limiter      *limiter
	warnings     struct{ origin, address sync.Once } // what is logged once
	noted        notes                               // what is warned of once in a while
	plugins      []*orderedPlugin
	core         *orderedPlugin // needs plugins, and is none
	passwords    PasswordKeeper // nil without one
	site         Site
	operations   map[string]*operation
	routes       *router.Table[*operation]
	codes        []*ErrorCode // that operations answer with
	requestHooks []compiledRequestHook
	sources      []compiledSource
	gates        []compiledGate
	// sessionCookies are the keys of plugins' cookies that end with the session's.
	sessionCookies []string
	credentials    []compiledCredentials
	pending        []compiledPending
	guards         []compiledGuard
	subscribers    map[reflect.Type][]compiledSubscriber
	schema         *database.Schema
	added          map[string][]database.Column
	users          *database.Store[User]
	accounts       *database.Store[Account]
	sessions       *Sessions
	verifications  *Verifications
	failures       *Failures
	mailLimit      *mailLimit
	lookup         *database.Lookup[Session, User]
	mail           *mailqueue.Queue // nil without a Mailer
	background     *background
	checking       chan struct{} // held while Ready checks
}

var _ http.Handler = (*Auth)(nil)

// Close waits until subscribers in the background have returned and queued mail was sent,
// or until ctx ends. It then closes the plugins in reverse order. It does not close the
// database.
func (a *Auth) Close(ctx context.Context) error {
	var errs []error
	// First, since a subscriber may mail.
	if a.background != nil {
		errs = append(errs, a.background.close(ctx))
	}
	if a.mail != nil {
		errs = append(errs, a.mail.Close(ctx))
	}
	for i := len(a.plugins) - 1; i >= 0; i-- {
		if closer, ok := a.plugins[i].plugin.(Closer); ok {
			if err := safely(func() error { return closer.Close(ctx) }); err != nil {
				errs = append(errs, &Problem{Plugin: a.plugins[i].manifest.ID, Item: "Close", Err: err})
			}
		}
	}
	return errors.Join(errs...)
}

// BasePath returns the path that the endpoints are under, such as "/api/auth".
func (a *Auth) BasePath() string { return a.base.Path }

// Operations returns all operations, server-only ones included, sorted by ID.
func (a *Auth) Operations() []Operation {
	ids := sortedKeys(a.operations)
	ops := make([]Operation, len(ids))
	for i, id := range ids {
		ops[i] = a.operations[id].Operation
	}
	return ops
}

// Manifests returns what each plugin contributes, in the order they run.
func (a *Auth) Manifests() []Manifest {
	ms := make([]Manifest, len(a.plugins))
	for i, p := range a.plugins {
		ms[i] = p.manifest
	}
	return ms
}

// Migrations returns what the database lacks, as SQL to read before it runs. An empty
// plan means that nothing is missing.
func (a *Auth) Migrations(ctx context.Context) (*database.Plan, error) { return a.schema.Plan(ctx) }

// Migrate creates what the database lacks, in one transaction, and returns what it did.
// It only adds: it drops, renames and narrows nothing. Any number of processes may call
// it at once.
func (a *Auth) Migrate(ctx context.Context) (*database.Plan, error) { return a.schema.Migrate(ctx) }

// Session returns the session of r with its user, for a handler of the application. It
// writes nothing; to prolong sessions by use call RequireSession. Without a valid session
// the error is ErrNoSession. Any other error means that the session could not be read;
// answer it with 500, not with 401.
func (a *Auth) Session(ctx context.Context, r *http.Request) (*Identity, error) {
	c, err := a.foreignCtx(ctx, r)
	if err != nil {
		return nil, err
	}
	return c.readSession(readOptions{noRefresh: true})
}

// foreignCtx is a call for a request to a handler that is not ours.
func (a *Auth) foreignCtx(ctx context.Context, r *http.Request) (*Ctx, error) {
	c := a.newCtx(ctx, r)
	var err error
	if c.baseURL, err = a.base.Of(r); err != nil {
		return nil, err
	}
	if c.baseURL == "" {
		return nil, ErrNoSession
	}
	return c, nil
}

// UserByID returns a user; if there is none, the error is database.ErrNotFound.
func (a *Auth) UserByID(ctx context.Context, id string) (*User, error) {
	return a.users.Get(ctx, database.Eq("id", id))
}

// CreateSession signs a user in without a request, for programs and tests. Every gate is
// called; their refusals and step-ups are errors. The session's token works as a bearer
// token, and as a cookie if the caller sets it.
func (a *Auth) CreateSession(ctx context.Context, userID string, how SignIn) (*Session, error) {
	user, err := a.UserByID(ctx, userID)
	if err != nil {
		return nil, err
	}
	c := a.newCtx(ctx, nil)
	if c.baseURL, err = a.base.Of(nil); err != nil {
		return nil, err
	}
	return c.SignIn(user, how)
}

// Sessions lists and ends sessions.
func (a *Auth) Sessions() *Sessions { return a.sessions }

// DeleteExpired removes expired sessions and verification values and returns how many
// rows. Call it regularly, such as daily; it only affects the size of the tables. It
// removes a thousand rows at a time, so that others can write in between, and stops at the
// first error: what it removed before that stays removed.
func (a *Auth) DeleteExpired(ctx context.Context) (int, error) {
	now := a.now()
	sessions, err := deleteExpired(ctx, a.sessions.store, now, func(s *Session) string { return s.ID })
	if err != nil {
		return sessions, err
	}
	values, err := a.verifications.DeleteExpired(ctx)
	return sessions + values, err
}

// identityKey finds the identity in a context.
type identityKey struct{}

// SessionFrom returns the session and user that RequireSession or OptionalSession found.
// ok is false if the request has no session.
func SessionFrom(ctx context.Context) (id *Identity, ok bool) {
	id, ok = ctx.Value(identityKey{}).(*Identity)
	return id, ok && id != nil
}

// WithIdentity returns a context in which SessionFrom finds id. It is for framework
// adapters and for tests of handlers.
func WithIdentity(ctx context.Context, id *Identity) context.Context {
	return context.WithValue(ctx, identityKey{}, id)
}

// RequireSession passes requests with a session to next, where SessionFrom returns it,
// and answers all others with 401. A session that is due is prolonged.
func (a *Auth) RequireSession(next http.Handler) http.Handler { return a.guard(next, true) }

// OptionalSession is RequireSession for handlers that also serve requests without a
// session. If the database does not answer, the answer is still a 500.
func (a *Auth) OptionalSession(next http.Handler) http.Handler { return a.guard(next, false) }

func (a *Auth) guard(next http.Handler, required bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, err := a.Authenticate(w, r)
		if err != nil && (required || !errors.Is(err, ErrNoSession)) {
			a.WriteError(w, r, err)
			return
		}
		// Nobody is put there too: an outer guard may have found somebody in
		// another Auth.
		next.ServeHTTP(w, r.WithContext(WithIdentity(r.Context(), id)))
	})
}

// Authenticate returns the session of r with its user. It prolongs a session that is due,
// which adds cookies to w's header. It does the work of RequireSession, for framework
// adapters. Errors are those of Session.
func (a *Auth) Authenticate(w http.ResponseWriter, r *http.Request) (*Identity, error) {
	c, err := a.foreignCtx(r.Context(), r)
	if err != nil {
		return nil, err
	}
	id, err := c.Session()
	c.writeCookies(w.Header())
	return id, err
}

// WriteError answers a request with err as an endpoint would: ErrNoSession is 401, an
// ErrorCode is the answer, and any other error is logged and answered with the constant
// 500.
func (a *Auth) WriteError(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, ErrNoSession) {
		err = ErrUnauthorized
	}
	a.newCtx(r.Context(), r).answer(w, nil, err)
}

// Now returns the time of Config.Clock in whole milliseconds.
func (a *Auth) Now() time.Time { return a.now() }
