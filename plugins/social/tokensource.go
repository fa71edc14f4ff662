package social

import (
	"context"
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"golang.org/x/oauth2"
)

// TokenSource returns the access tokens of a user's account at a provider, for Go code
// that calls the provider's API in the user's name: oauth2.NewClient(ctx, source). Each
// call of Token reads the stored token and refreshes it if it is about to expire, once
// for all processes. Without such an account the error of Token is ErrAccountNotFound,
// without a token ErrTokenNotFound. The account that was linked last counts. ctx is that
// of all calls.
func (s *Social) TokenSource(ctx context.Context, userID, provider string) oauth2.TokenSource {
	return tokenSource{ctx: ctx, social: s, userID: userID, provider: provider}
}

type tokenSource struct {
	ctx              context.Context
	social           *Social
	userID, provider string
}

// Token implements oauth2.TokenSource.
func (t tokenSource) Token() (*oauth2.Token, error) {
	rows, err := t.social.accounts.List(t.ctx, database.Query{
		Where: []database.Cond{database.Eq("userId", t.userID), database.Eq("providerId", t.provider)},
		Order: []database.Order{{Column: "createdAt", Desc: true}, {Column: "id"}}, Limit: 1,
	})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, ErrAccountNotFound
	}
	valid, err := t.social.validToken(t.ctx, rows[0])
	if err != nil {
		return nil, err
	}
	if valid.AccessToken == "" {
		return nil, ErrTokenNotFound
	}
	token := &oauth2.Token{AccessToken: valid.AccessToken, TokenType: "Bearer"}
	if valid.ExpiresAt != nil {
		token.Expiry = *valid.ExpiresAt
	}
	return token, nil
}

// account is a user's account by the id of its row.
func (s *Social) account(ctx context.Context, userID, id string) (*betterauth.Account, error) {
	account, err := s.accounts.Get(ctx, database.Eq("id", id), database.Eq("userId", userID))
	if errors.Is(err, database.ErrNotFound) || errors.Is(err, database.ErrInvalidValue) {
		return nil, ErrAccountNotFound
	}
	return account, err
}
