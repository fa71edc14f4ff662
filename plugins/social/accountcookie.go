package social

import (
	"errors"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
)

const (
	accountCookie = "account_data"
	// purposeAccount and the claims are those of the TypeScript server, which reads the
	// cookie as well.
	purposeAccount    = "better-auth-account"
	accountCookieLife = 5 * time.Minute
)

// accountClaims are an account as the cookie holds it, with tokens as they are stored.
type accountClaims struct {
	AccountID             string     `json:"accountId"`
	ProviderID            string     `json:"providerId"`
	UserID                string     `json:"userId"`
	AccessToken           *string    `json:"accessToken"`
	RefreshToken          *string    `json:"refreshToken"`
	IDToken               *string    `json:"idToken"`
	AccessTokenExpiresAt  *time.Time `json:"accessTokenExpiresAt"`
	RefreshTokenExpiresAt *time.Time `json:"refreshTokenExpiresAt"`
	Scope                 *string    `json:"scope"`
	CreatedAt             time.Time  `json:"createdAt"`
	UpdatedAt             time.Time  `json:"updatedAt"`
	ID                    string     `json:"id"`
}

// setAccountCookie keeps a copy of the account in the browser, if Config.AccountCookie is
// set. It fails no request: without the copy the account is named by its id.
func (s *Social) setAccountCookie(c *betterauth.Ctx, a *betterauth.Account) {
	if !s.cfg.AccountCookie || a == nil {
		return
	}
	err := c.SetSealedCookie(accountCookie, purposeAccount, accountClaims{a.AccountID, a.ProviderID, a.UserID, a.AccessToken, a.RefreshToken, a.IDToken,
		a.AccessTokenExpiresAt, a.RefreshTokenExpiresAt, a.Scope, a.CreatedAt, a.UpdatedAt, a.ID}, accountCookieLife)
	if err != nil {
		s.host.Logger().Warn("an account could not be kept in its cookie", "error", err)
	}
}

// cookieAccount is the account that the browser's cookie names, of this user. With a
// database its row counts, so an account that was unlinked is not found; without one the
// cookie is all there is.
func (s *Social) cookieAccount(c *betterauth.Ctx, userID string) (*betterauth.Account, error) {
	var in accountClaims
	if !s.cfg.AccountCookie || !c.SealedCookie(accountCookie, purposeAccount, &in) || in.UserID != userID {
		return nil, ErrAccountNotFound
	}
	account, err := s.account(c, userID, in.ID)
	if errors.Is(err, ErrAccountNotFound) && s.site.Stateless {
		return &betterauth.Account{AccountID: in.AccountID, ProviderID: in.ProviderID, UserID: in.UserID, AccessToken: in.AccessToken, RefreshToken: in.RefreshToken,
			IDToken: in.IDToken, AccessTokenExpiresAt: in.AccessTokenExpiresAt, RefreshTokenExpiresAt: in.RefreshTokenExpiresAt, Scope: in.Scope,
			CreatedAt: in.CreatedAt, UpdatedAt: in.UpdatedAt, ID: in.ID}, nil
	}
	return account, err
}
