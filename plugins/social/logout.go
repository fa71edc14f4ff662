package social

import (
	"errors"
	"log/slog"
	"net/url"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/database"
)

// logoutWait is how long a sign-out waits for a provider's discovery document.
const logoutWait = 2 * time.Second

// leaving is who signs out, and with what wishes.
type leaving struct {
	userID string
	in     betterauth.SignOutInput
}

var leaver = betterauth.NewRequestValue[leaving]()

// beforeSignOut remembers whose session ends. Nothing here may hinder the sign-out.
func (s *Social) beforeSignOut(c *betterauth.Ctx, in *betterauth.SignOutInput) error {
	id, err := c.StoredSession()
	if err != nil {
		if !errors.Is(err, betterauth.ErrNoSession) {
			s.host.Logger().WarnContext(c, "who signs out is not known, so nobody is signed out at their identity provider", slog.Any("error", err))
		}
		return nil
	}
	if !impersonated(id.Session) {
		leaver.Set(c, leaving{id.User.ID, *in})
	}
	return nil
}

// impersonated reports whether somebody else acts as the user: a sign-out then is theirs,
// and the user's ID token is not for them.
func impersonated(session *betterauth.Session) bool {
	for _, name := range session.Extra.Columns() {
		if name == "impersonatedBy" {
			_, by := session.Extra.Value(name)
			return by
		}
	}
	return false
}

// afterSignOut tells the client where the provider of the account that was used last signs
// the user out (OpenID Connect RP-Initiated Logout 1.0, section 2).
func (s *Social) afterSignOut(c *betterauth.Ctx, out *betterauth.SignedOut) error {
	who, ok := leaver.Get(c)
	if !ok || out.URL != "" {
		return nil
	}
	to, err := s.endSessionURL(c, who)
	if err != nil {
		s.host.Logger().WarnContext(c, "the user is signed out here, but not at their identity provider", slog.Any("error", err))
		return nil
	}
	if to == "" {
		return nil
	}
	redirect := !betterauth.OrZero(who.in.DisableRedirect)
	out.URL, out.Redirect = to, &redirect
	if redirect {
		c.Header().Set("Location", to)
	}
	return nil
}

func (s *Social) endSessionURL(c *betterauth.Ctx, who leaving) (string, error) {
	if !s.canEndSessions() {
		return "", nil
	}
	accounts, err := s.accounts.List(c, database.Query{
		Where: []database.Cond{database.Eq("userId", who.userID)}, Order: []database.Order{{Column: "updatedAt", Desc: true}, {Column: "id"}}, Limit: 100,
	})
	if err != nil {
		return "", err
	}
	var failed error
	seen := map[string]bool{}
	for _, account := range accounts {
		if seen[account.ProviderID] || s.providers[account.ProviderID] == nil || s.providers[account.ProviderID].DisableLogout {
			continue
		}
		seen[account.ProviderID] = true
		p, err := s.providerSoon(c, account.ProviderID)
		if err == nil && p.EndSessionURL != "" {
			if err := s.handOut(c, p, betterauth.OrZero(account.IDToken)); err != nil {
				return "", err
			}
			return logoutURL(c, p, betterauth.OrZero(account.IDToken), who.in)
		}
		failed = errors.Join(failed, err)
	}
	return "", failed
}

// canEndSessions reports whether any provider may have an end-session endpoint, so that
// nothing is read for the others.
func (s *Social) canEndSessions() bool {
	for _, p := range s.providers {
		if !p.DisableLogout && (p.EndSessionURL != "" || p.Resolve != nil) {
			return true
		}
	}
	return false
}

var errSlow = errors.New("social: the provider's discovery document takes too long")

// providerSoon is Provider that does not wait long.
func (s *Social) providerSoon(c *betterauth.Ctx, id string) (*Provider, error) {
	if p := s.providers[id]; p.Resolve == nil {
		return p, nil
	}
	type answer struct {
		p   *Provider
		err error
	}
	came := make(chan answer, 1)
	go func() {
		p, err := s.Provider(c, id)
		came <- answer{p, err}
	}()
	timer := time.NewTimer(logoutWait)
	defer timer.Stop()
	select {
	case a := <-came:
		return a.p, a.err
	case <-timer.C:
		return nil, errSlow
	}
}

// logoutURL is the logout request. The client's id goes along where the provider cannot
// find it in the ID token, and wherever it must check the redirect.
func logoutURL(c *betterauth.Ctx, p *Provider, idToken string, in betterauth.SignOutInput) (string, error) {
	after, err := afterLogout(c, p, in)
	if err != nil {
		return "", err
	}
	var params []betterauth.Param
	add := func(name, value string) {
		if value != "" {
			params = append(params, betterauth.Param{Name: name, Value: value})
		}
	}
	add("id_token_hint", idToken)
	add("post_logout_redirect_uri", after)
	if after != "" || idToken == "" {
		add("client_id", p.Client.ID)
	}
	if after != "" {
		add("state", betterauth.OrZero(in.State))
	}
	if !oauth.IsEndpoint(p.EndSessionURL) {
		return "", errors.New("social: EndSessionURL is no absolute URL with https")
	}
	return betterauth.AddParams(p.EndSessionURL, params...), nil
}

func afterLogout(c *betterauth.Ctx, p *Provider, in betterauth.SignOutInput) (string, error) {
	if place := betterauth.OrZero(in.CallbackURL); place != "" {
		return c.Target(place)
	}
	if p.PostLogoutRedirectURI == "" {
		return "", nil
	}
	base, err := url.Parse(c.BaseURL())
	if err != nil {
		return "", err
	}
	to, err := base.Parse(p.PostLogoutRedirectURI)
	if err != nil {
		return "", err
	}
	return to.String(), nil
}
