package openid

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// grant is what one authorization allows a client. A refresh passes it on.
type grant struct {
	session  *session
	clientID string
	scopes   []string
	family   string // the same for all that came of one authorization
	expires  time.Time
}

// refresh is a refresh token. One that was used stays, to be recognised.
type refresh struct {
	grant
	used bool
}

// refreshRequest is the use of a refresh token.
type refreshRequest struct {
	grant
	p *Provider
}

var _ op.RefreshTokenRequest = (*refreshRequest)(nil)

func (r *refreshRequest) GetAMR() []string                 { return nil }
func (r *refreshRequest) GetAudience() []string            { return []string{r.clientID} }
func (r *refreshRequest) GetAuthTime() time.Time           { return r.p.unskewed(r.session.at) }
func (r *refreshRequest) GetClientID() string              { return r.clientID }
func (r *refreshRequest) GetScopes() []string              { return r.scopes }
func (r *refreshRequest) GetSubject() string               { return r.session.sub }
func (r *refreshRequest) SetCurrentScopes(scopes []string) { r.scopes = scopes }

func (s storage) CreateAccessToken(_ context.Context, request op.TokenRequest) (string, time.Time, error) {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	g, err := granted(request)
	if err != nil {
		return "", time.Time{}, err
	}
	id, expires := s.p.issue(g)
	return id, expires, nil
}

// CreateAccessAndRefreshTokens uses the current refresh token up. Of two requests
// that come together with the same one, the second ends here.
func (s storage) CreateAccessAndRefreshTokens(_ context.Context, request op.TokenRequest, current string) (string, string, time.Time, error) {
	p := s.p
	p.mu.Lock()
	defer p.mu.Unlock()
	g, err := granted(request)
	if err != nil {
		return "", "", time.Time{}, err
	}
	keep := current != "" && p.clients[g.clientID].KeepRefreshToken
	if current != "" {
		old, err := p.live(current)
		if err != nil {
			return "", "", time.Time{}, oidc.ErrInvalidGrant().WithParent(err)
		}
		old.used = !keep
	}
	var next string
	if !keep {
		next = rand.Text()
		p.refresh[next] = &refresh{grant: g}
		p.refresh[next].expires = p.clock().Add(p.config.RefreshTokenLife)
		if current != "" { // a refresh may narrow the scopes of its access token only
			p.refresh[next].scopes = p.refresh[current].scopes
		}
	}
	id, expires := p.issue(g)
	return id, next, expires, nil
}

func granted(request op.TokenRequest) (grant, error) {
	switch r := request.(type) {
	case *authRequest:
		return grant{session: r.session, clientID: r.asked.ClientID, scopes: r.asked.Scopes, family: r.id}, nil
	case *refreshRequest:
		return r.grant, nil
	}
	return grant{}, errors.New("neither a code nor a refresh token")
}

// issue makes an access token, and remembers whom to tell when the session ends. The
// lock is held. expires_in is cut to whole seconds a moment later, hence the half.
func (p *Provider) issue(g grant) (id string, expires time.Time) {
	g.expires = p.clock().Add(p.config.AccessTokenLife)
	id = rand.Text()
	p.access[id] = &g
	if !slices.Contains(g.session.clients, g.clientID) {
		g.session.clients = append(g.session.clients, g.clientID)
	}
	return id, g.expires.Add(500 * time.Millisecond)
}

// live returns a refresh token that can be used. One that was used before is in
// somebody else's hands, so all that came of its authorization ends (RFC 9700,
// section 4.14.2). The lock is held.
func (p *Provider) live(token string) (*refresh, error) {
	r := p.refresh[token]
	switch {
	case r == nil:
		return nil, errors.New("no such refresh token")
	case r.used:
		p.endFamily(r.family)
		return nil, errors.New("the refresh token was used before")
	case !p.clock().Before(r.expires):
		return nil, errors.New("the refresh token has expired")
	}
	return r, nil
}

func (p *Provider) endFamily(family string) {
	p.endGrants(func(g grant) bool { return g.family == family })
}

// endGrants ends the tokens of some grants. The lock is held.
func (p *Provider) endGrants(those func(grant) bool) {
	for token, r := range p.refresh {
		if those(r.grant) {
			delete(p.refresh, token)
		}
	}
	for id, g := range p.access {
		if those(*g) {
			delete(p.access, id)
		}
	}
}

func (s storage) TokenRequestByRefreshToken(_ context.Context, token string) (op.RefreshTokenRequest, error) {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	r, err := s.p.live(token)
	if err != nil {
		return nil, err
	}
	return &refreshRequest{r.grant, s.p}, nil
}

func (s storage) GetRefreshTokenInfo(_ context.Context, _, token string) (userID, tokenID string, err error) {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if r := s.p.refresh[token]; r != nil {
		return r.session.sub, token, nil
	}
	return "", "", op.ErrInvalidRefreshToken
}

// RevokeToken ends an access token, or a refresh token with all that came of its
// authorization (RFC 7009, section 2.1).
func (s storage) RevokeToken(_ context.Context, token, _, clientID string) *oidc.Error {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	r, g := s.p.refresh[token], s.p.access[token]
	if r != nil && r.clientID != clientID || g != nil && g.clientID != clientID {
		return oidc.ErrInvalidClient()
	}
	if r != nil {
		s.p.endFamily(r.family)
	}
	delete(s.p.access, token)
	return nil
}
