package openid

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// storage is what the library keeps of a provider, in memory.
type storage struct{ p *Provider }

var (
	_ op.Storage                        = storage{}
	_ op.CanSetUserinfoFromRequest      = storage{}
	_ op.CanTerminateSessionFromRequest = storage{}
)

// authRequest is an authorization request on its way.
type authRequest struct {
	p       *Provider
	id      string
	asked   oidc.AuthRequest
	session *session // once somebody signed in
	acr     string
	done    bool
}

var _ op.AuthRequest = (*authRequest)(nil)

func (a *authRequest) GetID() string          { return a.id }
func (a *authRequest) GetACR() string         { return a.acr }
func (a *authRequest) GetAMR() []string       { return nil }
func (a *authRequest) GetAudience() []string  { return []string{a.asked.ClientID} }
func (a *authRequest) GetAuthTime() time.Time { return a.p.unskewed(a.session.at) }
func (a *authRequest) GetClientID() string    { return a.asked.ClientID }
func (a *authRequest) GetCodeChallenge() *oidc.CodeChallenge {
	if a.asked.CodeChallenge == "" {
		return nil
	}
	return &oidc.CodeChallenge{Challenge: a.asked.CodeChallenge, Method: a.asked.CodeChallengeMethod}
}
func (a *authRequest) GetNonce() string                   { return a.asked.Nonce }
func (a *authRequest) GetRedirectURI() string             { return a.asked.RedirectURI }
func (a *authRequest) GetResponseType() oidc.ResponseType { return a.asked.ResponseType }
func (a *authRequest) GetResponseMode() oidc.ResponseMode { return a.asked.ResponseMode }
func (a *authRequest) GetScopes() []string                { return a.asked.Scopes }
func (a *authRequest) GetState() string                   { return a.asked.State }
func (a *authRequest) Done() bool                         { return a.done }
func (a *authRequest) GetSubject() string {
	if a.session == nil {
		return ""
	}
	return a.session.sub
}

// unskewed makes up for the skew that the library takes off an auth_time. Half a
// second outweighs the time between the two; the claim is in whole seconds.
func (p *Provider) unskewed(at time.Time) time.Time {
	return at.Add(p.skew() + 500*time.Millisecond)
}

func (s storage) CreateAuthRequest(ctx context.Context, asked *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	p := s.p
	p.mu.Lock()
	defer p.mu.Unlock()
	client := p.clients[asked.ClientID]
	if client.RequirePKCE && (asked.CodeChallenge == "" || asked.CodeChallengeMethod != oidc.CodeChallengeMethodS256) {
		return nil, oidc.ErrInvalidRequest().WithDescription("code_challenge by S256 is required")
	}
	id, _ := ctx.Value(sessionKey{}).(string)
	if len(asked.Prompt) > 0 && asked.Prompt[0] == oidc.PromptNone && p.usable(id, asked.MaxAge, nil) == nil {
		return nil, oidc.ErrLoginRequired()
	}
	a := &authRequest{p: p, id: rand.Text(), asked: *asked}
	if client.AlwaysRefresh {
		a.asked.Scopes = append(a.asked.Scopes, oidc.ScopeOfflineAccess)
	}
	p.requests[a.id] = a
	return a, nil
}

func (s storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if a := s.p.requests[id]; a != nil {
		return a, nil
	}
	return nil, errors.New("no such request")
}

// AuthRequestByCode takes the code away: it is worth one attempt, a wrong one too.
func (s storage) AuthRequestByCode(_ context.Context, code string) (op.AuthRequest, error) {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	a := s.p.codes[code]
	if a == nil {
		return nil, errors.New("no such code")
	}
	delete(s.p.codes, code)
	return a, nil
}

// SaveAuthCode also ends the request: it leads to one code.
func (s storage) SaveAuthCode(_ context.Context, id, code string) error {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	a := s.p.requests[id]
	if a == nil {
		return errors.New("no such request")
	}
	delete(s.p.requests, id)
	s.p.codes[code] = a
	return nil
}

// DeleteAuthRequest has nothing left to do.
func (storage) DeleteAuthRequest(context.Context, string) error { return nil }

func (s storage) SigningKey(context.Context) (op.SigningKey, error) {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	return s.p.keys[0], nil
}

func (s storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.SignatureAlgorithm(s.p.config.Algorithm)}, nil
}

func (s storage) KeySet(context.Context) ([]op.Key, error) {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	var set []op.Key
	for _, key := range s.p.keys {
		set = append(set, publicKey{key})
	}
	return set, nil
}

func (s storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	client, known := s.p.clients[id]
	if !known {
		return nil, errors.New("no such client")
	}
	return registered{client, s.p, s.p.skew()}, nil
}

func (s storage) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	client, known := s.p.clients[id]
	if !known || client.Secret == "" || subtle.ConstantTimeCompare([]byte(client.Secret), []byte(secret)) != 1 {
		return errors.New("wrong client or secret")
	}
	return nil
}

// GetKeyByIDAndClientID returns the key of an assertion; one without kid has the
// client's only key.
func (s storage) GetKeyByIDAndClientID(_ context.Context, id, clientID string) (*jose.JSONWebKey, error) {
	keys := s.p.clients[clientID].Keys
	for _, key := range keys {
		if key.KeyID == id || id == "" && len(keys) == 1 {
			return &key, nil
		}
	}
	return nil, errors.New("no such key")
}

func (storage) SetIntrospectionFromToken(context.Context, *oidc.IntrospectionResponse, string, string, string) error {
	return errors.New("tokens are not introspected")
}

func (storage) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return nil, nil
}

func (storage) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, errors.New("an assertion is no grant")
}

func (storage) Health(context.Context) error { return nil }
