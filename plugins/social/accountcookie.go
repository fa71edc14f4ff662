package social

import (
	"errors"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
)

const (
	accountCookie = "account_data"
	// purposeAccount and the claims are those of the TypeScript server, which reads the
	// cookie as well.
	purposeAccount = "better-auth-account"
	// sessionCopy is the core's cookie with a copy of the session, which lives as long.
	sessionCopy = "session_data"
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
	s.sealAccount(c, accountClaims{a.AccountID, a.ProviderID, a.UserID, a.AccessToken, a.RefreshToken, a.IDToken,
		a.AccessTokenExpiresAt, a.RefreshTokenExpiresAt, a.Scope, a.CreatedAt, a.UpdatedAt, a.ID})
}

// updateAccountCookie puts an account's new tokens into the cookie that names it. The
// cookie of another account stays: whoever asks by the cookie must not get the token of
// another provider.
func (s *Social) updateAccountCookie(c *betterauth.Ctx, a *betterauth.Account) {
	var in accountClaims
	if s.cfg.AccountCookie && c.SealedCookie(accountCookie, purposeAccount, &in) && in.ID == a.ID {
		s.setAccountCookie(c, a)
	}
}

func (s *Social) sealAccount(c *betterauth.Ctx, claims accountClaims) {
	if err := c.SetSealedCookie(accountCookie, purposeAccount, claims, s.host.SessionConfig().CookieCache.MaxAge); err != nil {
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

// renewAccountCookie makes the cookie anew whenever the session's copy in the browser is,
// so that both last. One of another user than the session's is taken away.
func (s *Social) renewAccountCookie(c *betterauth.Ctx, _ *betterauth.Result) error {
	id := c.Identity()
	if id == nil || !s.renewsCopy(c) {
		return nil
	}
	var in accountClaims
	switch {
	case !c.SealedCookie(accountCookie, purposeAccount, &in):
	case in.UserID != id.User.ID:
		c.ClearSealedCookie(accountCookie)
	default:
		s.sealAccount(c, in)
	}
	return nil
}

// renewsCopy reports whether the answer sets the session's copy, and no account.
func (s *Social) renewsCopy(c *betterauth.Ctx) (renews bool) {
	copied, account := c.CookieName(sessionCopy), c.CookieName(accountCookie)
	for _, line := range c.AnswerCookies() {
		name, value, _ := strings.Cut(line, "=")
		if of(account, name) {
			return false
		}
		renews = renews || of(copied, name) && !strings.HasPrefix(value, ";")
	}
	return renews
}

// of reports whether a cookie is the one of a name, or a part of it.
func of(whole, name string) bool {
	rest, ok := strings.CutPrefix(name, whole)
	return ok && (rest == "" || rest[0] == '.')
}
