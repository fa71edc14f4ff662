package betterauth

import (
	"errors"
	"fmt"

	"github.com/better-auth-go/better-auth/internal/panics"
)

// SessionSource finds out who a request is from by something else than the
// session cookie, such as a header. Sources are asked in plugin order, the
// first that has an answer wins, also over the cookie; and they count for
// handlers that are not ours as well. An error or a panic fails the request, so
// that a wrong credential never falls back to another one. A source has either
// Token or Identity.
type SessionSource struct {
	// Name tells the source apart in messages and in Identity.Source. Required.
	Name string
	// Token returns the bare token of a stored session, and ok false when the
	// request has none. The token is looked up as any other; the source checks
	// only its wrapping.
	Token func(c *Ctx) (token string, ok bool, err error)
	// Identity vouches for a user without a stored session: a service's key, a
	// client certificate. It checks the credential itself, and returns the user
	// as stored and a Session made up for this request: its UserID is the
	// user's, its ExpiresAt is when the credential ends. It is called at most
	// once a request, and a credential that is wrong is an error, such as an
	// ErrorCode of 401.
	//
	// No person is present where a source vouches, and nothing can be revoked.
	// So such an identity passes WithSession and Ctx.Session only: it is never
	// stored and never fresh, whatever its CreatedAt says, and no cookie is ever
	// set for it. Operations with WithStoredSession or WithFreshSession, which
	// guard passwords, addresses, sessions and the account itself, answer 401.
	Identity func(c *Ctx) (id *Identity, ok bool, err error)
}

func (s SessionSource) problem() error {
	if s.Name == "" || (s.Token == nil) == (s.Identity == nil) {
		return errors.New("is incomplete; it needs a Name, and one of Token and Identity")
	}
	return nil
}

type compiledSource struct {
	SessionSource
	plugin string
}

func (s compiledSource) findToken(c *Ctx) (token string, ok bool, err error) {
	defer panics.Recover(&err, "session source %s of plugin %s", s.Name, s.plugin)
	return s.Token(c)
}

func (s compiledSource) findIdentity(c *Ctx) (id *Identity, ok bool, err error) {
	defer panics.Recover(&err, "session source %s of plugin %s", s.Name, s.plugin)
	id, ok, err = s.Identity(c)
	if err != nil || !ok {
		return nil, false, err
	}
	switch {
	case id == nil || id.User == nil || id.Session == nil || id.User.ID == "" || id.Session.UserID != id.User.ID:
		return nil, false, fmt.Errorf("session source %s of plugin %s vouches for nobody in particular", s.Name, s.plugin)
	case !id.Session.ExpiresAt.After(c.Now()):
		return nil, false, ErrNoSession
	}
	return &Identity{Session: id.Session, User: id.User, Source: s.Name}, true, nil
}

// sourced asks the sources in order. A token it finds is kept as presented.
func (c *Ctx) sourced() (id *Identity, err error) {
	if c.login.presented != "" || c.request == nil {
		return nil, nil
	}
	for _, source := range c.auth.sources {
		if source.Identity != nil {
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
