package social

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// SelectInput names an account: by AccountID, the id of its row, or as the one in the
// cookie account_data. Any other member is refused.
type SelectInput struct {
	Members betterauth.Members `input:"rest"`
}

// AccessToken is the answer of getAccessToken.
type AccessToken struct {
	AccessToken string     `json:"accessToken"`
	ExpiresAt   *time.Time `json:"accessTokenExpiresAt,omitempty"`
	Scopes      []string   `json:"scopes"`
	IDToken     string     `json:"idToken,omitempty"`
}

// selection is what a SelectInput says.
type selection struct {
	AccountID        *string `json:"accountId"`
	UseAccountCookie *bool   `json:"useAccountCookie"`
	UserID           *string `json:"userId"`
}

var errSelection = betterauth.ErrValidation.Messagef("[body] Invalid input")

func (in SelectInput) read() (sel selection, err error) {
	raw, err := json.Marshal(map[string]jsontext.Value(in.Members))
	if err != nil {
		return sel, errSelection
	}
	if err := json.Unmarshal(raw, &sel, json.RejectUnknownMembers(true)); err != nil {
		return sel, errSelection
	}
	cookie := betterauth.OrZero(sel.UseAccountCookie)
	if cookie == (sel.AccountID != nil) || sel.UseAccountCookie != nil && !cookie {
		return sel, errSelection
	}
	return sel, nil
}

// userOf is whose account an operation is about: the session's user, or in process the
// one that is named.
func userOf(c *betterauth.Ctx, named *string) (string, error) {
	if id := c.Identity(); id != nil {
		return id.User.ID, nil
	}
	if named == nil || *named == "" {
		return "", ErrNoUserGiven
	}
	return *named, nil
}

// selected is the account of an operation and its provider.
func (s *Social) selected(c *betterauth.Ctx, sel selection) (*betterauth.Account, error) {
	userID, err := userOf(c, sel.UserID)
	if err != nil {
		return nil, err
	}
	if sel.AccountID == nil {
		return s.cookieAccount(c, userID)
	}
	return s.account(c, userID, *sel.AccountID)
}

func (s *Social) getAccessToken(c *betterauth.Ctx, in SelectInput) (*AccessToken, error) {
	sel, err := in.read()
	if err != nil {
		return nil, err
	}
	account, err := s.selected(c, sel)
	if err != nil {
		return nil, err
	}
	token, current, err := s.validTokenOf(c, account)
	if err != nil {
		return nil, err
	}
	if current != account {
		s.updateAccountCookie(c, current)
	}
	if c.Identity() == nil {
		return token, nil
	}
	p, err := s.Provider(c, account.ProviderID)
	if err != nil {
		return nil, ErrNoAccessToken.Because(err)
	}
	return token, s.handOut(c, p, token.AccessToken, token.IDToken)
}

// validToken is an account's access token, refreshed if it is about to expire.
func (s *Social) validToken(ctx context.Context, account *betterauth.Account) (*AccessToken, error) {
	token, _, err := s.validTokenOf(ctx, account)
	return token, err
}

// validTokenOf also returns the account as it is now: another value if it was refreshed.
func (s *Social) validTokenOf(ctx context.Context, account *betterauth.Account) (*AccessToken, *betterauth.Account, error) {
	p, err := s.Provider(ctx, account.ProviderID)
	if errors.Is(err, ErrProviderNotFound) {
		return nil, nil, ErrProviderNotSupported.Messagef("Provider %s is not supported.", account.ProviderID)
	}
	if err != nil {
		return nil, nil, ErrNoAccessToken.Because(err)
	}
	if s.expired(p, account) {
		if account, err = s.refresh(ctx, p, account); err != nil {
			return nil, nil, notRefreshed(ErrNoAccessToken, p, err)
		}
	}
	token, err := s.opened(account.AccessToken)
	if err != nil {
		return nil, nil, ErrNoAccessToken.Because(err)
	}
	return &AccessToken{AccessToken: token, ExpiresAt: account.AccessTokenExpiresAt, Scopes: scopesOf(account), IDToken: betterauth.OrZero(account.IDToken)}, account, nil
}

func scopesOf(account *betterauth.Account) []string {
	scopes := []string{}
	for scope := range strings.SplitSeq(betterauth.OrZero(account.Scope), ",") {
		if scope = strings.TrimSpace(scope); scope != "" {
			scopes = append(scopes, scope)
		}
	}
	return scopes
}

// RefreshedTokens is the answer of refreshToken.
type RefreshedTokens struct {
	AccessToken           string     `json:"accessToken"`
	RefreshToken          string     `json:"refreshToken"`
	AccessTokenExpiresAt  *time.Time `json:"accessTokenExpiresAt,omitempty"`
	RefreshTokenExpiresAt *time.Time `json:"refreshTokenExpiresAt"`
	Scope                 *string    `json:"scope"`
	IDToken               *string    `json:"idToken"`
	ProviderID            string     `json:"providerId"`
	// AccountID is the id of the account's row.
	AccountID string `json:"accountId"`
}

func (s *Social) refreshToken(c *betterauth.Ctx, in SelectInput) (*RefreshedTokens, error) {
	sel, err := in.read()
	if err != nil {
		return nil, err
	}
	account, err := s.selected(c, sel)
	if err != nil {
		return nil, err
	}
	p, err := s.Provider(c, account.ProviderID)
	switch {
	case errors.Is(err, ErrProviderNotFound):
		return nil, ErrProviderNotSupported.Messagef("Provider %s is not supported.", account.ProviderID)
	case err != nil:
		return nil, ErrNotRefreshed.Because(err)
	case !p.CanRefresh():
		return nil, ErrNotRefreshable.Messagef("Provider %s does not support token refreshing.", account.ProviderID)
	case account.RefreshToken == nil || *account.RefreshToken == "":
		return nil, ErrNoRefreshToken
	}
	if account, err = s.refresh(c, p, account); err != nil {
		return nil, notRefreshed(ErrNotRefreshed, p, err)
	}
	s.updateAccountCookie(c, account)
	access, err := s.opened(account.AccessToken)
	if err != nil {
		return nil, ErrNotRefreshed.Because(err)
	}
	refresh, err := s.opened(account.RefreshToken)
	if err != nil {
		return nil, ErrNotRefreshed.Because(err)
	}
	if c.Identity() != nil {
		if err := s.handOut(c, p, access, betterauth.OrZero(account.IDToken)); err != nil {
			return nil, err
		}
	}
	return &RefreshedTokens{AccessToken: access, RefreshToken: refresh, AccessTokenExpiresAt: account.AccessTokenExpiresAt, RefreshTokenExpiresAt: account.RefreshTokenExpiresAt,
		Scope: account.Scope, IDToken: account.IDToken, ProviderID: account.ProviderID, AccountID: account.ID}, nil
}
