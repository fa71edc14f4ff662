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
	cfg           Config
	db            *database.DB
	stateless     bool
	log           *slog.Logger
	ring          *secret.Ring
	current       string
	base          baseurl.Bases
	origins       origin.Trusted
	jar           cookieJar
	clientIP      clientip.Config
	hasher        Hasher
	limiter       *limiter
	warnings      struct{ origin, address sync.Once } // what is logged once
	noted         notes                               // what is warned of once in a while
	plugins       []*orderedPlugin
	core          *orderedPlugin // needs plugins, and is none
	passwords     PasswordKeeper // nil without one
	site          Site
	operations    map[string]*operation
	routes        *router.Table[*operation]
	requestHooks  []compiledRequestHook
	sources       []compiledSource
	gates         []compiledGate
	credentials   []compiledCredentials
	pending       []compiledPending
	guards        []compiledGuard
	subscribers   map[reflect.Type][]compiledSubscriber
	schema        *database.Schema
	added         map[string][]database.Column
	users         *database.Store[User]
	accounts      *database.Store[Account]
	sessions      *Sessions
	verifications *Verifications
	failures      *Failures
	mailLimit     *mailLimit
	lookup        *database.Lookup[Session, User]
	mail          *mailqueue.Queue // nil without a Mailer
	background    *background
	checking      chan struct{} // held while Ready checks
}

var _ http.Handler = (*Auth)(nil)

// Close waits for events that are told in the background and for mail that is being
// sent, until ctx ends, and releases what
// plugins hold, in reverse order. It does not close the database.
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

// BasePath is where the endpoints live, such as "/api/auth".
func (a *Auth) BasePath() string { return a.base.Path }

// Operations lists all endpoints, server-only ones included, sorted by ID.
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

// Migrations returns what the database lacks as SQL that can be read before it
// runs. An empty plan means that nothing is missing.
func (a *Auth) Migrations(ctx context.Context) (*database.Plan, error) { return a.schema.Plan(ctx) }

// Migrate creates what the database lacks, in one transaction, and returns
// what it did. It only adds: nothing is dropped, renamed or narrowed. Any
// number of processes may call it at once.
func (a *Auth) Migrate(ctx context.Context) (*database.Plan, error) { return a.schema.Migrate(ctx) }

// Session returns who r is from, for a handler that is not ours. It writes
// nothing: use RequireSession where a session should be prolonged by its use.
// Without a valid session the error is ErrNoSession; any other error means
// that it is not known, and should be answered with 500, not with 401.
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

// UserByID returns a user; without one the error is database.ErrNotFound.
func (a *Auth) UserByID(ctx context.Context, id string) (*User, error) {
	return a.users.Get(ctx, database.Eq("id", id))
}

// CreateSession signs a user in without a request, for programs and tests:
// every gate is asked, and their refusals and step-ups are errors. The token
// works as a bearer token, and as a cookie where the caller sets it.
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

// DeleteExpired removes sessions and verification values that have expired and
// returns how many rows. Call it now and then, such as daily; nothing depends
// on it but the size of the tables.
func (a *Auth) DeleteExpired(ctx context.Context) (int, error) {
	now := a.now()
	sessions, err := a.sessions.store.Delete(ctx, database.Lt("expiresAt", now))
	if err != nil {
		return sessions, err
	}
	values, err := a.verifications.DeleteExpired(ctx)
	return sessions + values, err
}

// identityKey finds the identity in a context.
type identityKey struct{}

// SessionFrom returns who the request is from, as RequireSession or
// OptionalSession found out. ok is false for nobody.
func SessionFrom(ctx context.Context) (id *Identity, ok bool) {
	id, ok = ctx.Value(identityKey{}).(*Identity)
	return id, ok && id != nil
}

// WithIdentity returns a context in which SessionFrom finds id: for framework
// adapters and for tests of handlers.
func WithIdentity(ctx context.Context, id *Identity) context.Context {
	return context.WithValue(ctx, identityKey{}, id)
}

// RequireSession lets requests with a session through to next, where
// SessionFrom finds it, and answers 401 otherwise. A session that is due is
// prolonged.
func (a *Auth) RequireSession(next http.Handler) http.Handler { return a.guard(next, true) }

// OptionalSession is RequireSession for handlers that also serve nobody in
// particular. A database that does not answer is still a 500.
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

// Authenticate returns who r is from and prolongs a session that is due, which
// adds cookies to w's header. It is what RequireSession is made of, for
// framework adapters. Errors are those of Session.
func (a *Auth) Authenticate(w http.ResponseWriter, r *http.Request) (*Identity, error) {
	c, err := a.foreignCtx(r.Context(), r)
	if err != nil {
		return nil, err
	}
	id, err := c.Session()
	c.writeCookies(w.Header())
	return id, err
}

// WriteError answers a request with err as an endpoint would: ErrNoSession is
// 401, an ErrorCode is itself, anything else is logged and the constant 500.
func (a *Auth) WriteError(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, ErrNoSession) {
		err = ErrUnauthorized
	}
	a.newCtx(r.Context(), r).answer(w, nil, err)
}

// Now is the application's clock in whole milliseconds.
func (a *Auth) Now() time.Time { return a.now() }
