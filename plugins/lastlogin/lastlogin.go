// Package lastlogin remembers by which method somebody signed in last, so that the
// sign-in page can point to it. A readable cookie tells the page before anybody is
// signed in; with [Config.StoreInDatabase] a column of the user keeps it as well. It
// follows the plugin last-login-method of Better Auth (TypeScript), whose client reads
// the cookie.
//
// Start with [New] and [Config]. method.go names the method of a request. The cookie
// and the column prove nothing: the plugin decides about no sign-in.
package lastlogin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// ID is the plugin's.
const ID = "last-login-method"

// DefaultCookieName is the name of the cookie that the official client reads.
const DefaultCookieName = "better-auth.last_used_login_method"

// Config says what is remembered, and where. The zero value sets the cookie.
type Config struct {
	// CookieName is the cookie's whole name: it gets neither Config.Cookies.Prefix nor
	// "__Secure-". The client needs the same name. Default DefaultCookieName.
	CookieName string
	// MaxAge is how long the browser keeps the cookie, in whole seconds, from a second to
	// 400 days. Default 30 days.
	MaxAge time.Duration
	// Resolve names the method of a request in place of the plugin, or with known false
	// leaves that to the plugin. A known "" is not remembered. It is called up to three
	// times in a request, in the sign-in's transaction too, so it has no effects. It must
	// be safe for concurrent use. Default nil.
	Resolve func(c *betterauth.Ctx) (method string, known bool)
	// StoreInDatabase adds the column Method to users and writes it at each sign-in, and
	// when a user is created. Default false.
	StoreInDatabase bool
	// BeforeStoreCookie decides whether the cookie is set, such as by the person's consent.
	// An error is logged and counts as false; the sign-in goes on either way. It must be
	// safe for concurrent use. Default nil: the cookie is set.
	BeforeStoreCookie func(c *betterauth.Ctx, method string) (store bool, err error)
}

// Method is the column with [Config.StoreInDatabase]: NULL until the user signs in by a
// method that has a name. Clients see it and cannot set it.
var Method = betterauth.NewField[string]("user", database.Column{Name: "lastLoginMethod", ReadOnly: true})

// LastLogin is the plugin. Make one with New for each Auth.
type LastLogin struct {
	cfg  Config
	host *betterauth.Host
}

var (
	_ betterauth.Plugin      = (*LastLogin)(nil)
	_ betterauth.Checker     = (*LastLogin)(nil)
	_ betterauth.Initializer = (*LastLogin)(nil)
)

// New makes the plugin.
func New(cfg Config) *LastLogin {
	cfg.CookieName = cmp.Or(cfg.CookieName, DefaultCookieName)
	cfg.MaxAge = cmp.Or(cfg.MaxAge, 30*24*time.Hour)
	return &LastLogin{cfg: cfg}
}

// Manifest implements betterauth.Plugin.
func (l *LastLogin) Manifest() betterauth.Manifest {
	m := betterauth.Manifest{ID: ID, After: []betterauth.AfterHook{betterauth.AfterMatch(betterauth.EverySignIn, l.tell)}}
	if l.cfg.StoreInDatabase {
		m.Schema.Columns = []betterauth.AddedColumn{Method}
		m.Gates = []betterauth.SessionGate{{Name: "last login method", Check: l.record}}
		m.RowHooks = []database.Hooks{database.RowHooks[betterauth.User]{BeforeCreate: l.begin}}
	}
	return m
}

// longest is what browsers keep a cookie for at most.
const longest = 400 * 24 * time.Hour

// Check implements betterauth.Checker.
func (l *LastLogin) Check(betterauth.Site) error {
	var problems []error
	if l.cfg.MaxAge < time.Second || l.cfg.MaxAge > longest {
		problems = append(problems, fmt.Errorf("MaxAge is %s; use a second to 400 days, or leave it 0 for 30 days", l.cfg.MaxAge))
	}
	if (&http.Cookie{Name: l.cfg.CookieName}).Valid() != nil {
		problems = append(problems, fmt.Errorf("CookieName is %q, which is no name of a cookie; leave it empty for %s", l.cfg.CookieName, DefaultCookieName))
	}
	return errors.Join(problems...)
}

// Init implements betterauth.Initializer.
func (l *LastLogin) Init(_ context.Context, h *betterauth.Host) error {
	l.host = h
	return nil
}

// tell sets the cookie where the answer signs in, or asks for a further step: the
// method is that of the first.
func (l *LastLogin) tell(c *betterauth.Ctx, r *betterauth.Result) error {
	_, signedIn := c.NewIdentity()
	if _, further := betterauth.StepUpBody(r.Err); !further && (r.Err != nil || !signedIn) {
		return nil
	}
	method := l.method(c)
	if method == "" {
		return nil
	}
	if l.cfg.BeforeStoreCookie != nil {
		store, err := l.cfg.BeforeStoreCookie(c, method)
		if err != nil {
			l.host.Logger().ErrorContext(c, "BeforeStoreCookie failed, so the cookie is not set", "error", err)
		}
		if err != nil || !store {
			return nil
		}
	}
	// It goes where the session's cookie goes, whatever its own name.
	c.SetCookie(betterauth.Cookie{Key: "session_token", Name: l.cfg.CookieName, Value: method, MaxAge: l.cfg.MaxAge, Readable: true})
	return nil
}

// record writes the column before a session is made. As a gate it runs in the
// transaction that holds the user's row: a later gate that refuses undoes it, and one
// that asks for a further step keeps it.
func (l *LastLogin) record(c *betterauth.Ctx, a *betterauth.Attempt) error {
	method := l.method(c)
	if is, _ := Method.Get(a.User); method == "" || is == method {
		return nil
	}
	if _, err := l.host.UserStore().Update(c, database.Set{Method.Column().Name: method}, database.Eq("id", a.User.ID)); err != nil {
		return err
	}
	Method.Set(a.User, method) // the session's copy of the user is as stored
	return nil
}

// begin sets the column of a user whom a sign-up creates, also where they cannot sign
// in yet.
func (l *LastLogin) begin(ctx context.Context, user *betterauth.User) error {
	if c, ok := betterauth.CtxFrom(ctx); ok {
		if method := l.method(c); method != "" {
			Method.Set(user, method)
		}
	}
	return nil
}
