package social

import (
	"maps"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
)

// returnedState is the state that a browser came back with.
var returnedState = betterauth.NewRequestValue[string]()

// BeginFlow begins a sign-in in the browser of the request, and returns where to send it:
// for a plugin whose operation begins one in another way than signInSocial. Nothing is
// stored if the provider is unknown (ErrProviderNotFound) or cannot be reached
// (ErrProviderDown). The operation must declare its SignIn, and must know that a page of
// the application asked for the flow.
func (s *Social) BeginFlow(c *betterauth.Ctx, in oauth.Flow) (oauth.BegunFlow, error) {
	p, err := s.providerFor(c, in.Provider)
	if err != nil {
		return oauth.BegunFlow{}, err
	}
	f := &flow{CallbackURL: orOrigin(c, &in.CallbackURL), ErrorURL: in.ErrorURL, NewUserURL: in.NewUserURL,
		RequestSignUp: in.RequestSignUp, Additional: maps.Clone(in.Additional)}
	if err := checkTargets(c, f); err != nil {
		return oauth.BegunFlow{}, betterauth.ErrInvalidCallbackURL.Because(err)
	}
	to, err := s.beginFlow(c, p, f, oauth.AuthorizeRequest{Scopes: in.Scopes})
	return oauth.BegunFlow{URL: to, State: f.State}, err
}

// ReturnedState is the state with which the browser of the request came back, for an After
// hook on a callback that asks whether the flow is one it began: BegunFlow.State. It says
// nothing about how the flow ended. ok is false in other requests.
func (s *Social) ReturnedState(c *betterauth.Ctx) (state string, ok bool) {
	return returnedState.Get(c)
}
