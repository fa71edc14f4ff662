package social

import (
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json"
)

// Carry lets a plugin carry flows over another server. The plugin calls it in its Init,
// and needs this plugin by this method.
func (s *Social) Carry(carrier oauth.Carrier) { s.carriers = append(s.carriers, carrier) }

// carryBegun lets carriers change a flow that begins, and the request for it.
func (s *Social) carryBegun(c *betterauth.Ctx, p *Provider, f *flow, r *oauth.AuthorizeRequest) error {
	if len(s.carriers) == 0 {
		return nil
	}
	b := &oauth.Beginning{Provider: p.ID, CallbackURL: f.CallbackURL, RedirectURI: r.RedirectURI, State: f.State}
	b.Kept = func() (string, error) {
		f.CallbackURL = b.CallbackURL
		return f.text()
	}
	for _, carrier := range s.carriers {
		if err := carrier.Begin(c, b); err != nil {
			return err
		}
	}
	f.CallbackURL, r.RedirectURI, r.State = b.CallbackURL, b.RedirectURI, b.State
	return nil
}

// carryReturned asks carriers about a browser that came back. Nil says that the flow is
// this server's.
func (s *Social) carryReturned(c *betterauth.Ctx, r returned) (*betterauth.Redirect, error) {
	for _, carrier := range s.carriers {
		to, err := carrier.Return(c, oauth.Returned{Provider: r.provider, State: r.state, Code: r.code, Issuer: r.issuer,
			Error: r.err, Description: r.description, DeviceID: r.deviceID, User: r.user})
		if to != nil || err != nil {
			return to, err
		}
	}
	return nil, nil
}

// Prove exchanges the code of a flow that another server began and keeps as kept, and asks
// the provider who the user is. Nothing is stored here. The caller must know that the flow
// is that server's: kept may not come from a client. An error is one that Lead takes.
func (s *Social) Prove(c *betterauth.Ctx, r oauth.Returned, kept string) (*oauth.Arrival, error) {
	f := &flow{}
	if err := json.Unmarshal([]byte(kept), f); err != nil {
		return nil, fail(failInternal, errors.New("the flow cannot be read"))
	}
	switch {
	case f.ExpiresAt < s.host.Now().UnixMilli():
		return nil, fail(failStateMismatch, errors.New("the flow has expired"))
	case f.ServerContext.Provider != "" && f.ServerContext.Provider != r.Provider:
		return nil, fail(failStateMismatch, errors.New("the flow was begun with another provider"))
	case r.Error != "":
		return nil, failure{code: r.Error, description: r.Description, err: errors.New("the provider refuses")}
	case r.Code == "":
		return nil, fail(failNoCode, nil)
	}
	p, err := s.Provider(c, r.Provider)
	if errors.Is(err, ErrProviderNotFound) {
		return nil, fail(failProviderNotFound, err)
	}
	if err != nil {
		return nil, fail(failProviderDown, err)
	}
	a, err := s.ask(c, p, f, returned{provider: r.Provider, code: r.Code, issuer: r.Issuer, deviceID: r.DeviceID, user: r.User})
	if err != nil {
		return nil, err
	}
	if _, ok := betterauth.NormalizeEmail(a.profile.Email); !ok {
		return nil, fail(failNoEmail, errors.New("the provider tells no address"))
	}
	return &oauth.Arrival{Provider: p.ID, Profile: *a.profile, Tokens: a.tokens, RefuseSignUp: !a.mayCreate}, nil
}

// Finish ends the flow of a state that this server began, with what another server proved:
// it signs in, or links, and returns where to lead the browser, whatever happens but for
// failures of this server. The flow must be this browser's, and ends once.
func (s *Social) Finish(c *betterauth.Ctx, state string, in oauth.Arrival) (betterauth.Redirect, error) {
	f, err := s.takeFlow(c, state)
	if err == nil {
		err = s.useOnce(c, state)
	}
	if err != nil {
		return s.lead(c, f, err)
	}
	if in.CallbackURL != "" {
		f.CallbackURL = in.CallbackURL
	}
	created, err := s.finish(c, f, in)
	switch {
	case err != nil:
		return s.lead(c, f, err)
	case created && f.NewUserURL != "":
		return betterauth.Redirect{URL: f.NewUserURL}, nil
	}
	return betterauth.Redirect{URL: f.CallbackURL}, nil
}

func (s *Social) finish(c *betterauth.Ctx, f *flow, in oauth.Arrival) (created bool, err error) {
	if err := checkTargets(c, f); err != nil {
		return false, err
	}
	if begun := f.ServerContext.Provider; begun != in.Provider {
		return false, fail(failStateMismatch, errors.New("the flow was begun with another provider"))
	}
	p, err := s.Provider(c, in.Provider)
	if errors.Is(err, ErrProviderNotFound) {
		return false, fail(failProviderNotFound, err)
	}
	if err != nil {
		return false, fail(failProviderDown, err)
	}
	a, err := arrived(p, in, f.RequestSignUp)
	if err != nil {
		return false, err
	}
	a.callbackURL = f.CallbackURL
	return s.end(c, f, a)
}

func arrived(p *Provider, in oauth.Arrival, requestSignUp bool) (*arrival, error) {
	if in.Profile.Subject == "" {
		return nil, fail(failUserInfo, oauth.ErrNoProfile)
	}
	return &arrival{provider: p, profile: &in.Profile, tokens: in.Tokens, scopes: in.Tokens.Scopes, callbackURL: in.CallbackURL,
		override: p.Client.OverrideUserInfo, mayCreate: !in.RefuseSignUp && mayCreate(p, requestSignUp)}, nil
}

// useOnce marks the state of a flow that only a cookie keeps. What was proved elsewhere,
// unlike a code, is accepted by no provider for one time only.
func (s *Social) useOnce(c *betterauth.Ctx, state string) error {
	if !s.cfg.StateInCookie {
		return nil
	}
	return c.Transaction(func(tx *betterauth.Ctx) error {
		name := "oauth-finished:" + state
		if err := s.host.Lock(tx, name); err != nil {
			return err
		}
		_, err := s.host.Verifications().Find(tx, name)
		if err == nil {
			return fail(failStateMismatch, errors.New("another request used the state"))
		}
		if !errors.Is(err, database.ErrNotFound) {
			return err
		}
		_, err = s.host.Verifications().Create(tx, name, "", stateLife)
		return err
	})
}

// Enter signs in a user whom a provider proved, by the rules of a callback, without a flow:
// for a plugin with another way to bring the proof. requestSignUp is as in SignInInput. The
// operation that calls it must declare SignIn MakesSession. An ID token in in.Tokens that a
// session was told of before is an *oauth.InvalidTokenError.
func (s *Social) Enter(c *betterauth.Ctx, in oauth.Arrival, requestSignUp bool) (user *betterauth.User, created bool, err error) {
	p, err := s.Provider(c, in.Provider)
	if err != nil {
		return nil, false, err
	}
	if err := s.checkHandedOut(c, in.Tokens.IDToken); err != nil {
		return nil, false, err
	}
	a, err := arrived(p, in, requestSignUp)
	if err != nil {
		return nil, false, err
	}
	entered, created, err := s.enter(c, a)
	return entered.user, created, err
}

// Lead returns where a browser is led that is not signed in because of err: to errorURL if
// it is trusted, else to the application's error page or this server's own. An error that
// is a failure of this server is returned as it is.
func (s *Social) Lead(c *betterauth.Ctx, errorURL string, err error) (betterauth.Redirect, error) {
	return s.lead(c, &flow{ErrorURL: errorURL}, err)
}
