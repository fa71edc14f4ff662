package social

import (
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json/jsontext"
)

// InfoInput names an account by the id of its row.
type InfoInput struct {
	AccountID string  `query:"accountId"`
	UserID    *string `query:"userId"`
}

// Info is the answer of accountInfo.
type Info struct {
	User    InfoUser       `json:"user"`
	Data    jsontext.Value `json:"data"`
	Account InfoAccount    `json:"account"`
}

// InfoUser is what the provider says about the user, in members of this server.
type InfoUser struct {
	Name          string `json:"name,omitempty"`
	Email         string `json:"email,omitempty"`
	Image         string `json:"image,omitempty"`
	EmailVerified bool   `json:"emailVerified"`
}

// InfoAccount is the account that was asked about.
type InfoAccount struct {
	ID         string `json:"id"`
	ProviderID string `json:"providerId"`
	AccountID  string `json:"accountId"`
}

func (s *Social) accountInfo(c *betterauth.Ctx, in InfoInput) (*Info, error) {
	userID, err := userOf(c, in.UserID)
	if err != nil {
		return nil, err
	}
	account, err := s.account(c, userID, in.AccountID)
	if err != nil {
		return nil, err
	}
	p, err := s.Provider(c, account.ProviderID)
	if errors.Is(err, ErrProviderNotFound) {
		return nil, ErrProviderNotConfigured.Because(err)
	}
	if err != nil {
		return nil, ErrNoUserInfo.Because(err)
	}
	token, err := s.validToken(c, account)
	if err != nil {
		return nil, err
	}
	if token.AccessToken == "" {
		return nil, ErrTokenNotFound
	}
	// A stored ID token has expired long ago; it was verified when it was stored.
	grant := p.NewGrant(s.caller, Tokens{AccessToken: token.AccessToken, IDToken: token.IDToken, Scopes: token.Scopes}, oauth.StoredClaims(token.IDToken))
	profile, err := grant.Profile(c)
	if err != nil {
		return nil, ErrNoUserInfo.Because(err)
	}
	if profile.Subject != account.AccountID {
		return nil, ErrNoUserInfo.Because(errors.New("the provider answers about another subject"))
	}
	info := &Info{User: InfoUser{Name: profile.Name, Email: profile.Email, Image: profile.Image, EmailVerified: profile.EmailVerified},
		Data: profile.Raw, Account: InfoAccount{account.ID, account.ProviderID, account.AccountID}}
	if len(info.Data) == 0 {
		info.Data = jsontext.Value("{}")
	}
	return info, nil
}
