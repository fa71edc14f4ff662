package social

import (
	"context"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// spoken is a failure's code as the TypeScript server says it in answers.
func spoken(code string) string { return strings.ReplaceAll(code, "_", " ") }

// seal puts tokens into a row: those that the provider gave, encrypted if so configured.
func (s *Social) seal(account *betterauth.Account, tokens Tokens) error {
	for _, each := range []struct {
		into  **string
		token string
	}{{&account.AccessToken, tokens.AccessToken}, {&account.RefreshToken, tokens.RefreshToken}} {
		if each.token == "" {
			continue
		}
		sealed, err := s.sealed(each.token)
		if err != nil {
			return err
		}
		*each.into = &sealed
	}
	if tokens.IDToken != "" {
		account.IDToken = &tokens.IDToken
	}
	if tokens.AccessTokenExpiresAt != nil {
		account.AccessTokenExpiresAt = tokens.AccessTokenExpiresAt
	}
	if tokens.RefreshTokenExpiresAt != nil {
		account.RefreshTokenExpiresAt = tokens.RefreshTokenExpiresAt
	}
	return nil
}

func (s *Social) sealed(token string) (string, error) {
	if !s.cfg.EncryptTokens {
		return token, nil
	}
	return s.host.Encrypt(token)
}

// opened is a stored token. One that is no envelope was stored before tokens were
// encrypted.
func (s *Social) opened(stored *string) (string, error) {
	text := betterauth.OrZero(stored)
	if !s.cfg.EncryptTokens || !looksSealed(text) {
		return text, nil
	}
	return s.host.Decrypt(text)
}

func looksSealed(text string) bool {
	if strings.HasPrefix(text, "$ba$") {
		return true
	}
	for _, r := range text {
		if (r < '0' || r > '9') && (r < 'a' || r > 'f') && (r < 'A' || r > 'F') {
			return false
		}
	}
	return len(text)%2 == 0 && text != ""
}

// storeTokens replaces the tokens of an account by those given; what the provider did not
// give stays. Scopes are added, as when the user asks for a link. there says that the
// account is stored.
func (s *Social) storeTokens(ctx context.Context, account *betterauth.Account, tokens Tokens, scopes []string) (there bool, err error) {
	fresh := &betterauth.Account{}
	if err := s.seal(fresh, tokens); err != nil {
		return false, err
	}
	set := database.Set{}
	setText := func(column string, value *string) {
		if value != nil {
			set[column] = *value
		}
	}
	setText("accessToken", fresh.AccessToken)
	setText("refreshToken", fresh.RefreshToken)
	setText("idToken", fresh.IDToken)
	if fresh.AccessTokenExpiresAt != nil {
		set["accessTokenExpiresAt"] = *fresh.AccessTokenExpiresAt
	}
	if fresh.RefreshTokenExpiresAt != nil {
		set["refreshTokenExpiresAt"] = *fresh.RefreshTokenExpiresAt
	}
	if len(scopes) > 0 {
		setText("scope", mergeScopes(account.Scope, scopes))
	}
	same := []database.Cond{database.Eq("id", account.ID), database.Eq("userId", account.UserID)}
	if len(set) == 0 {
		return s.accounts.Exists(ctx, same...)
	}
	n, err := s.accounts.Update(ctx, set, same...)
	return n > 0, err
}
