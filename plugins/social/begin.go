package social

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json/jsontext"
)

// SignInInput is the input of signInSocial.
type SignInInput struct {
	Provider           string  `json:"provider"`
	CallbackURL        *string `json:"callbackURL"`
	NewUserCallbackURL *string `json:"newUserCallbackURL"`
	ErrorCallbackURL   *string `json:"errorCallbackURL"`
	// DisableRedirect leaves out the header Location and answers redirect false.
	DisableRedirect *bool `json:"disableRedirect"`
	// IDToken signs in without a redirect.
	IDToken *IDTokenInput `json:"idToken"`
	// Scopes are asked for beside those of the configuration.
	Scopes *[]string `json:"scopes"`
	// RequestSignUp signs up with a provider that has DisableImplicitSignUp.
	RequestSignUp *bool   `json:"requestSignUp"`
	LoginHint     *string `json:"loginHint"`
	// AdditionalParams are added to the authorization URL.
	AdditionalParams *map[string]string `json:"additionalParams"`
	// AdditionalData is kept with the flow.
	AdditionalData *map[string]jsontext.Value `json:"additionalData"`
}

// LinkInput is the input of linkSocialAccount; its members are those of SignInInput.
type LinkInput struct {
	Provider         string                     `json:"provider"`
	CallbackURL      *string                    `json:"callbackURL"`
	ErrorCallbackURL *string                    `json:"errorCallbackURL"`
	DisableRedirect  *bool                      `json:"disableRedirect"`
	IDToken          *IDTokenInput              `json:"idToken"`
	Scopes           *[]string                  `json:"scopes"`
	RequestSignUp    *bool                      `json:"requestSignUp"`
	LoginHint        *string                    `json:"loginHint"`
	AdditionalParams *map[string]string         `json:"additionalParams"`
	AdditionalData   *map[string]jsontext.Value `json:"additionalData"`
}

// Begun is where a flow leads the browser.
type Begun struct {
	URL      string `json:"url"`
	Redirect bool   `json:"redirect"`
}

func (s *Social) signIn(c *betterauth.Ctx, in SignInInput) (any, error) {
	p, err := s.providerFor(c, in.Provider)
	if err != nil {
		return nil, err
	}
	if in.IDToken != nil {
		return s.signInWithIDToken(c, p, in)
	}
	params, err := authorizeParams(in.AdditionalParams)
	if err != nil {
		return nil, err
	}
	f := &flow{
		CallbackURL: orOrigin(c, in.CallbackURL), ErrorURL: betterauth.OrZero(in.ErrorCallbackURL), NewUserURL: betterauth.OrZero(in.NewUserCallbackURL),
		RequestSignUp: betterauth.OrZero(in.RequestSignUp), Additional: maps.Clone(betterauth.OrZero(in.AdditionalData)),
	}
	return s.begin(c, p, f, in.DisableRedirect, oauth.AuthorizeRequest{
		Scopes: betterauth.OrZero(in.Scopes), LoginHint: betterauth.OrZero(in.LoginHint), Params: params})
}

func (s *Social) link(c *betterauth.Ctx, in LinkInput) (any, error) {
	p, err := s.providerFor(c, in.Provider)
	if err != nil {
		return nil, err
	}
	if err := s.mayBeginLink(c, p); err != nil {
		return nil, err
	}
	if in.IDToken != nil {
		return s.linkIDToken(c, p, in.IDToken)
	}
	params, err := authorizeParams(in.AdditionalParams)
	if err != nil {
		return nil, err
	}
	id := c.Identity()
	token, err := s.host.EncryptFor(purposeLinkSession, id.Session.Token)
	if err != nil {
		return nil, err
	}
	f := &flow{
		CallbackURL: orOrigin(c, in.CallbackURL), ErrorURL: betterauth.OrZero(in.ErrorCallbackURL),
		Link:       &linkOf{UserID: id.User.ID, Email: id.User.Email, SessionToken: token},
		Additional: maps.Clone(betterauth.OrZero(in.AdditionalData)),
	}
	return s.begin(c, p, f, in.DisableRedirect, oauth.AuthorizeRequest{
		Scopes: betterauth.OrZero(in.Scopes), LoginHint: betterauth.OrZero(in.LoginHint), Params: params})
}

// mayBeginLink wants a fresh session where the account's own address does not show that it
// is the user's: otherwise whoever holds a session for a moment could leave a way in of
// their own, and prove the session again with it.
func (s *Social) mayBeginLink(c *betterauth.Ctx, p *Provider) error {
	if (s.cfg.Linking.AllowDifferentEmails || s.trusts(c, p.ID)) && !c.Fresh(c.Identity().Session) {
		return betterauth.ErrSessionNotFresh
	}
	return nil
}

// begin keeps the flow and answers where it leads. A provider that cannot be reached
// leaves nothing behind.
func (s *Social) begin(c *betterauth.Ctx, p *Provider, f *flow, disableRedirect *bool, r oauth.AuthorizeRequest) (Begun, error) {
	to, err := s.beginFlow(c, p, f, r)
	if err != nil {
		return Begun{}, err
	}
	stay := betterauth.OrZero(disableRedirect)
	if !stay {
		c.Header().Set("Location", to)
	}
	return Begun{URL: to, Redirect: !stay}, nil
}

func (s *Social) beginFlow(c *betterauth.Ctx, p *Provider, f *flow, r oauth.AuthorizeRequest) (to string, err error) {
	f.ServerContext.Provider = p.ID
	if err := s.drawFlow(f, p.Nonce); err != nil {
		return "", err
	}
	r.State, r.Verifier, r.Nonce, r.RedirectURI = f.State, f.CodeVerifier, f.Nonce, redirectURI(c, p)
	if err := s.carryBegun(c, p, f, &r); err != nil {
		return "", err
	}
	if to, err = p.Authorize(c, s.caller, r); err != nil {
		return "", s.unavailable(p, "the authorization request cannot be made", err)
	}
	if f.Link == nil {
		return to, s.keepFlow(c, f)
	}
	// What leads to another way in is begun by a session that still lives.
	return to, c.ChangeAccess(func(tx *betterauth.Ctx, _ *betterauth.User) error { return s.keepFlow(tx, f) })
}

// redirectURI is where a provider sends browsers back. It is the same text in both
// requests of a flow.
func redirectURI(c *betterauth.Ctx, p *Provider) string {
	if p.Client.RedirectURI != "" {
		return p.Client.RedirectURI
	}
	return c.BaseURL() + "/callback/" + p.ID
}

func orOrigin(c *betterauth.Ctx, target *string) string {
	if place := betterauth.OrZero(target); place != "" {
		return place
	}
	return c.Origin()
}

// providerFor is Provider for a request.
func (s *Social) providerFor(ctx context.Context, id string) (*Provider, error) {
	p, err := s.Provider(ctx, id)
	if err == ErrProviderNotFound {
		return nil, ErrProviderNotFound.Refuse(betterauth.Refusal{Reason: "no provider has this id",
			Configure: "add it to social.Config.Providers", Seen: []slog.Attr{slog.Any("providers", s.Providers())}})
	}
	if err != nil {
		return nil, s.unavailable(&Provider{ID: id}, "its discovery document cannot be read", err)
	}
	return p, nil
}

func (s *Social) unavailable(p *Provider, reason string, err error) error {
	return ErrProviderDown.Refuse(betterauth.Refusal{Reason: reason, Err: err, Configure: "check that this server reaches the provider, and the provider's description", Seen: []slog.Attr{slog.String("provider", p.ID)}})
}

// authorizeParams are parameters that a client adds, by name, so that one request always
// makes one URL.
func authorizeParams(sent *map[string]string) ([]betterauth.Param, error) {
	if sent == nil {
		return nil, nil
	}
	names := slices.Sorted(maps.Keys(*sent))
	params := make([]betterauth.Param, len(names))
	for i, name := range names {
		// A request object would replace all other parameters (RFC 9101, section 6.3).
		if slices.Contains(oauth.Reserved, name) || name == "request" || name == "request_uri" {
			return nil, betterauth.ErrValidation.Messagef("[body.additionalParams] additionalParams cannot include reserved OAuth parameters: %s", strings.Join(oauth.Reserved, ", "))
		}
		params[i] = betterauth.Param{Name: name, Value: (*sent)[name]}
	}
	return params, nil
}
