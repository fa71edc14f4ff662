package betterauth

import (
	"errors"
	"fmt"

	"github.com/better-auth-go/better-auth/internal/panics"
)

// SessionSource identifies the user of a request by something other than the session
// cookie, such as a header. Make one with TokenSource or IdentitySource. Sources are
// called in plugin order; the first that has an answer is used, even if there is a
// cookie. They also apply to handlers of the application. An error or a panic fails the
// request, so that a wrong credential never falls back to another one.
type SessionSource struct {
	name string
	// One of them is set.
	token    func(c *Ctx) (token string, ok bool, err error)
	identity func(c *Ctx) (id *Identity, ok bool, err error)
}

// TokenSource finds the token of a stored session in a request. ok is false if the
// request has none. The core looks the token up as usual; find only unwraps it. name
// identifies the source in messages. find is called by many requests at once.
func TokenSource(name string, find func(c *Ctx) (token string, ok bool, err error)) SessionSource {
	return SessionSource{name: name, token: find}
}

// IdentitySource vouches for a user without a stored session, such as by a service's key
// or a client certificate. vouch checks the credential itself. It returns the user as
// stored, and a Session for this request alone: its UserID is the user's, its ExpiresAt
// the end of the credential. ok is false if the request has no credential. A wrong
// credential is an error, such as an ErrorCode of 401. vouch is called at most once for
// each request, and by many requests at once. name is the value of Identity.Source.
//
// When a source vouches, no person is present and nothing can be revoked. So such an
// identity passes only WithSession and Ctx.Session: it is never stored and never fresh,
// whatever its CreatedAt says, and no cookie is ever set for it. Operations with
// WithStoredSession or WithFreshSession, which guard passwords, addresses, sessions and
// the account itself, answer 401.
func IdentitySource(name string, vouch func(c *Ctx) (id *Identity, ok bool, err error)) SessionSource {
	return SessionSource{name: name, identity: vouch}
}

// Name returns the source's name.
func (s SessionSource) Name() string { return s.name }

// Vouches reports whether the source was made by IdentitySource.
func (s SessionSource) Vouches() bool { return s.identity != nil }

func (s SessionSource) problem() error {
	if s.name == "" || s.token == nil && s.identity == nil {
		return errors.New("needs a name and a function; pass both to TokenSource or IdentitySource")
	}
	return nil
}

type compiledSource struct {
	SessionSource
	plugin string
}

func (s compiledSource) findToken(c *Ctx) (token string, ok bool, err error) {
	defer panics.Contribution(&err, "session source", s.name, s.plugin)
	return s.token(c)
}

func (s compiledSource) findIdentity(c *Ctx) (id *Identity, ok bool, err error) {
	defer panics.Contribution(&err, "session source", s.name, s.plugin)
	id, ok, err = s.identity(c)
	if err != nil || !ok {
		return nil, false, err
	}
	switch {
	case id == nil || id.User == nil || id.Session == nil || id.User.ID == "" || id.Session.UserID != id.User.ID:
		return nil, false, fmt.Errorf("session source %s of plugin %s returned no user, or a session of another user", s.name, s.plugin)
	case !id.Session.ExpiresAt.After(c.Now()):
		return nil, false, ErrNoSession
	}
	return &Identity{Session: id.Session, User: id.User, Source: s.name}, true, nil
}

// sourced asks the sources in order. A token it finds is kept as presented.
func (c *Ctx) sourced() (id *Identity, err error) {
	if c.login.presented != "" || c.request == nil {
		return nil, nil
	}
	for _, source := range c.auth.sources {
		if source.identity != nil {
			id, ok, err := source.findIdentity(c)
			if ok || err != nil {
				return id, err
			}
			continue
		}
		if ok, err := c.present(source); ok || err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func (c *Ctx) present(source compiledSource) (ok bool, err error) {
	token, ok, err := source.findToken(c)
	if ok && err == nil {
		c.login.presented = token
	}
	return ok, err
}
