package openid

import (
	"context"
	"errors"
	"slices"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// SetUserinfoFromScopes leaves it to SetUserinfoFromRequest.
func (storage) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil
}

// SetUserinfoFromRequest fills an ID token.
func (s storage) SetUserinfoFromRequest(_ context.Context, info *oidc.UserInfo, request op.IDTokenRequest, scopes []string) error {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	switch request := request.(type) {
	case *authRequest:
		info.AppendClaims("sid", request.session.id)
	case *refreshRequest:
		info.AppendClaims("sid", request.session.id)
	}
	return s.p.describe(info, request.GetSubject(), scopes)
}

// SetUserinfoFromToken answers at userinfo.
func (s storage) SetUserinfoFromToken(_ context.Context, info *oidc.UserInfo, tokenID, sub, _ string) error {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	g := s.p.access[tokenID]
	if g == nil || g.session.sub != sub || !s.p.clock().Before(g.expires) {
		return errors.New("the access token is not valid")
	}
	return s.p.describe(info, sub, g.scopes)
}

// describe tells of a person what the scopes allow. The lock is held. Everything is
// a further claim to the library, which would leave a false email_verified out.
func (p *Provider) describe(info *oidc.UserInfo, sub string, scopes []string) error {
	who, known := p.people[sub]
	if !known {
		return errors.New("no such person")
	}
	info.Subject = sub
	claims := map[string]any{}
	if slices.Contains(scopes, oidc.ScopeEmail) && who.Email != "" {
		claims["email"], claims["email_verified"] = who.Email, who.EmailVerified
	}
	if slices.Contains(scopes, oidc.ScopeProfile) {
		for name, value := range map[string]string{"name": who.Name, "picture": who.Picture} {
			if value != "" {
				claims[name] = value
			}
		}
	}
	for name, value := range who.Claims {
		claims[name] = value
		if value == nil {
			delete(claims, name)
		}
	}
	for name, value := range claims {
		info.AppendClaims(name, value)
	}
	return nil
}
