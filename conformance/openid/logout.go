package openid

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// SignOut ends the person's sessions at the provider, and tells each client that got
// tokens in one by its BackChannelLogoutURI. Tokens with the scope offline_access
// stay, as section 2.7 of Back-Channel Logout says. The error names the clients that
// did not answer 200 or 204.
func (p *Provider) SignOut(ctx context.Context, sub string) error {
	return p.end(ctx, func(s *session) bool { return s.sub == sub })
}

// Sessions is how many browsers the person is signed in with at the provider.
func (p *Provider) Sessions(sub string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	var n int
	for _, s := range p.sessions {
		if s.sub == sub {
			n++
		}
	}
	return n
}

// end ends sessions, and tells.
func (p *Provider) end(ctx context.Context, those func(*session) bool) error {
	p.mu.Lock()
	var ended []*session
	for id, s := range p.sessions {
		if those(s) {
			ended = append(ended, s)
			delete(p.sessions, id)
			p.endGrants(func(g grant) bool { return g.session == s && !slices.Contains(g.scopes, oidc.ScopeOfflineAccess) })
		}
	}
	p.mu.Unlock()
	var all error
	for _, s := range ended {
		for _, id := range s.clients {
			if to := p.clients[id].BackChannelLogoutURI; to != "" {
				all = errors.Join(all, p.tell(ctx, to, id, s))
			}
		}
	}
	return all
}

func (p *Provider) tell(ctx context.Context, to, clientID string, s *session) error {
	token, err := p.LogoutToken(clientID, s.sub, s.id)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(url.Values{"logout_token": {token}}.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // nothing is read of it
	if answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusNoContent {
		return fmt.Errorf("openid: %s answered a logout token with %s", clientID, answer.Status)
	}
	return nil
}

// LogoutToken is a logout token for a client (OpenID Connect Back-Channel Logout,
// section 2.4), valid for two minutes. One of sub and sid may be empty.
func (p *Provider) LogoutToken(clientID, sub, sid string) (string, error) {
	p.mu.Lock()
	now := p.clock()
	p.mu.Unlock()
	claims := map[string]any{
		"iss": p.Issuer(), "aud": clientID, "iat": now.Unix(), "exp": now.Add(2 * time.Minute).Unix(), "jti": rand.Text(),
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
	}
	if sub != "" {
		claims["sub"] = sub
	}
	if sid != "" {
		claims["sid"] = sid
	}
	return p.Sign(claims, "logout+jwt")
}

// TerminateSession is not called: TerminateSessionFromRequest is.
func (storage) TerminateSession(context.Context, string, string) error {
	return errors.New("there is a request to end the session by")
}

// TerminateSessionFromRequest ends the browser's session, and the one that the hint
// names.
func (s storage) TerminateSessionFromRequest(ctx context.Context, request *op.EndSessionRequest) (string, error) {
	browser, _ := ctx.Value(sessionKey{}).(string)
	var hinted string
	if request.IDTokenHintClaims != nil {
		hinted, _ = request.IDTokenHintClaims.Claims["sid"].(string)
	}
	// A client that does not listen does not keep anybody signed in.
	_ = s.p.end(ctx, func(s *session) bool { return s.id == browser || s.id == hinted && s.sub == request.UserID })
	return request.RedirectURI, nil
}
