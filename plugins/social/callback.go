package social

import (
	"errors"
	"log/slog"
	"net/http"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
)

// CallbackInput is the input of callbackOAuth. A parameter may not be repeated (RFC 6749,
// section 3.1).
type CallbackInput struct {
	ID          string   `path:"id"`
	Code        []string `query:"code"`
	Error       []string `query:"error"`
	DeviceID    []string `query:"device_id"`
	Description []string `query:"error_description"`
	State       []string `query:"state"`
	User        []string `query:"user"`
	Issuer      []string `query:"iss"`
}

// FormInput is the input of callbackOAuthForm: the same in a body, whose members yield to
// those of the query.
type FormInput struct {
	ID              string   `path:"id"`
	Code            []string `query:"code"`
	Error           []string `query:"error"`
	DeviceID        []string `query:"device_id"`
	Description     []string `query:"error_description"`
	State           []string `query:"state"`
	User            []string `query:"user"`
	Issuer          []string `query:"iss"`
	BodyCode        *string  `json:"code"`
	BodyError       *string  `json:"error"`
	BodyDeviceID    *string  `json:"device_id"`
	BodyDescription *string  `json:"error_description"`
	BodyState       *string  `json:"state"`
	BodyUser        *string  `json:"user"`
	BodyIssuer      *string  `json:"iss"`
}

// bounce leads a browser that posted a form to the GET: the form came from the provider's
// page, so cookies with SameSite=Lax were not sent.
func (s *Social) bounce(c *betterauth.Ctx, in FormInput) (betterauth.Redirect, error) {
	if s.providers[in.ID] == nil { // such an id is no path
		return s.lead(c, nil, fail(failProviderNotFound, ErrProviderNotFound))
	}
	to := c.BaseURL() + "/callback/" + in.ID
	for _, p := range []struct {
		name  string
		query []string
		body  *string
	}{
		{"code", in.Code, in.BodyCode}, {"error", in.Error, in.BodyError}, {"device_id", in.DeviceID, in.BodyDeviceID},
		{"error_description", in.Description, in.BodyDescription}, {"state", in.State, in.BodyState},
		{"user", in.User, in.BodyUser}, {"iss", in.Issuer, in.BodyIssuer},
	} {
		values := p.query
		if len(values) == 0 && p.body != nil {
			values = []string{*p.body}
		}
		for _, value := range values {
			to = betterauth.AddParams(to, betterauth.Param{Name: p.name, Value: value})
		}
	}
	return betterauth.Redirect{URL: to}, nil
}

// returned is a callback whose parameters are single.
type returned struct {
	provider, code, err, deviceID, description, state, user, issuer string
	hasState                                                        bool
}

func (in CallbackInput) read() (r returned, ok bool) {
	r.provider, r.hasState = in.ID, len(in.State) > 0
	for _, p := range []struct {
		into *string
		sent []string
	}{
		{&r.code, in.Code}, {&r.err, in.Error}, {&r.deviceID, in.DeviceID}, {&r.description, in.Description},
		{&r.state, in.State}, {&r.user, in.User}, {&r.issuer, in.Issuer},
	} {
		if len(p.sent) > 1 {
			return r, false
		}
		if len(p.sent) == 1 {
			*p.into = p.sent[0]
		}
	}
	return r, true
}

// callback ends a flow: it finds the flow of this browser, lets the provider say who the
// user is, and signs in or links. The browser is led on whatever happens, but for
// failures of this server.
func (s *Social) callback(c *betterauth.Ctx, in CallbackInput) (betterauth.Redirect, error) {
	r, ok := in.read()
	if !ok {
		return s.lead(c, nil, fail(failInvalidRequest, errors.New("a parameter is repeated")))
	}
	if !r.hasState && r.code != "" {
		if to, begun, err := s.beginForProvider(c, r.provider); begun || err != nil {
			return betterauth.Redirect{URL: to}, err
		}
	}
	if r.state == "" {
		return s.lead(c, nil, fail(failStateNotFound, nil))
	}
	if to, err := s.carryReturned(c, r); err != nil {
		return s.lead(c, nil, err)
	} else if to != nil {
		return *to, nil
	}
	f, err := s.takeFlow(c, r.state)
	if err != nil {
		return s.lead(c, f, err)
	}
	created, err := s.complete(c, f, r)
	switch {
	case err != nil:
		return s.lead(c, f, err)
	case created && f.NewUserURL != "":
		return betterauth.Redirect{URL: f.NewUserURL}, nil
	}
	return betterauth.Redirect{URL: f.CallbackURL}, nil
}

// beginForProvider begins a flow for a provider that sent the browser here unasked. What
// came is dropped: nothing binds it to this browser.
func (s *Social) beginForProvider(c *betterauth.Ctx, id string) (to string, begun bool, err error) {
	p, err := s.Provider(c, id)
	if err != nil || !p.AllowIdPInitiated {
		return "", false, nil
	}
	to, err = s.beginFlow(c, p, &flow{CallbackURL: c.Origin()}, oauth.AuthorizeRequest{})
	return to, true, err
}

// complete is the rest of a flow that is this browser's. created says that the user is
// new.
func (s *Social) complete(c *betterauth.Ctx, f *flow, r returned) (created bool, err error) {
	if err := checkTargets(c, f); err != nil {
		return false, err
	}
	// Also an error may come from somebody else (RFC 9207, section 2.4).
	if known := s.providers[r.provider]; known != nil && known.Issuer != "" && r.issuer != "" && r.issuer != known.Issuer {
		return false, fail(failIssuer, errors.New("another issuer answers"))
	}
	if r.err != "" {
		return false, failure{code: r.err, description: r.description, err: errors.New("the provider refuses")}
	}
	if r.code == "" {
		return false, fail(failNoCode, nil)
	}
	p, err := s.Provider(c, r.provider)
	if errors.Is(err, ErrProviderNotFound) {
		return false, fail(failProviderNotFound, err)
	}
	if err != nil {
		return false, fail(failProviderDown, err)
	}
	if begun := f.ServerContext.Provider; begun != "" && begun != p.ID {
		return false, fail(failStateMismatch, errors.New("the flow was begun with another provider"))
	}
	arrived, err := s.ask(c, p, f, r)
	if err != nil {
		return false, err
	}
	return s.end(c, f, arrived)
}

// end does what the flow was begun for.
func (s *Social) end(c *betterauth.Ctx, f *flow, a *arrival) (created bool, err error) {
	switch {
	case f.Link != nil:
		return false, s.linkReturned(c, f, a)
	case f.ServerContext.StepUp != nil:
		return false, s.provenAgain(c, f, a)
	}
	_, created, err = s.enter(c, a)
	return created, err
}

// checkTargets looks again at where a flow leads, before anything is done, since what is
// trusted may have changed.
func checkTargets(c *betterauth.Ctx, f *flow) error {
	for _, target := range []string{f.CallbackURL, f.NewUserURL} {
		if target != "" && !c.Trusted(target) {
			return fail(failTarget, errors.New("the flow leads to an origin that is not trusted"))
		}
	}
	return nil
}

// ask exchanges the code, and asks the provider who the user is.
func (s *Social) ask(c *betterauth.Ctx, p *Provider, f *flow, r returned) (*arrival, error) {
	switch {
	case r.issuer != "" && p.Issuer != "" && r.issuer != p.Issuer:
		return nil, fail(failIssuer, errors.New("another issuer answers"))
	case r.issuer == "" && p.IssuerRequired:
		return nil, fail(failIssuerMissing, errors.New("the answer names no issuer"))
	case p.Nonce && f.Nonce == "":
		return nil, fail(failNonce, errors.New("the flow has no nonce"))
	}
	back := oauth.Callback{Code: r.code, Verifier: f.CodeVerifier, RedirectURI: redirectURI(c, p), Nonce: f.Nonce, DeviceID: r.deviceID, User: r.user}
	tokens, err := p.Exchange(c, s.caller, back)
	if err != nil {
		return nil, failure{code: failCode, err: err, asked: p}
	}
	grant := p.NewGrant(s.caller, *tokens, nil)
	grant.Callback = &back
	profile, err := grant.Profile(c)
	if err != nil {
		return nil, failure{code: failUserInfo, err: err, asked: p}
	}
	var claims *oauth.Claims
	if p.IDTokens != nil && tokens.IDToken != "" {
		if claims, err = grant.Claims(c); err != nil { // kept by Profile
			return nil, fail(failUserInfo, err)
		}
	}
	return &arrival{provider: p, profile: profile, tokens: *tokens, claims: claims, callbackURL: f.CallbackURL, override: p.Client.OverrideUserInfo,
		mayCreate: mayCreate(p, f.RequestSignUp), scopes: tokens.Scopes}, nil
}

func mayCreate(p *Provider, requested bool) bool {
	return !p.Client.DisableSignUp && (!p.Client.DisableImplicitSignUp || requested)
}

// lead sends a browser to the error page: that of the flow, else that of the application,
// else this server's own.
func (s *Social) lead(c *betterauth.Ctx, f *flow, err error) (betterauth.Redirect, error) {
	failed, ok := asFailure(err)
	if !ok {
		return betterauth.Redirect{}, err
	}
	to := s.site.ErrorURL
	if to == "" {
		to = c.BaseURL() + "/error"
	}
	if f != nil && f.ErrorURL != "" && c.Trusted(f.ErrorURL) {
		to = f.ErrorURL
	}
	params := []betterauth.Param{{Name: "error", Value: failed.code}}
	if failed.description != "" {
		params = append(params, betterauth.Param{Name: "error_description", Value: failed.description})
	}
	c.LogRefusal((&betterauth.ErrorCode{Code: safeForLog(failed.code), Status: http.StatusFound}).Refuse(betterauth.Refusal{
		Reason: "the browser that came back from a provider is not signed in", Err: failed.err, Configure: configures[failed.code],
		Seen: append([]slog.Attr{slog.String("failure", safeForLog(failed.code))}, s.seen(c, f, failed)...)}))
	return betterauth.Redirect{URL: betterauth.AddParams(to, params...)}, nil
}

// seen is what a developer compares with the provider's console.
func (s *Social) seen(c *betterauth.Ctx, f *flow, failed failure) []slog.Attr {
	p := failed.asked
	if p == nil && f != nil {
		p = s.providers[f.ServerContext.Provider]
	}
	if p == nil {
		return nil
	}
	attrs := []slog.Attr{slog.String("provider", p.ID)}
	if failed.code == failCode || failed.code == failRedirectURI {
		attrs = append(attrs, slog.String("redirectURI", redirectURI(c, p)))
	}
	if failed.code == failCode && needSecret(p.Client) != "" {
		attrs = append(attrs, slog.String("secret", "none")) // most providers want one
	}
	return attrs
}

// safeForLog is a code of ours or of a provider, if it is a code.
func safeForLog(code string) string {
	for _, r := range code {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '_' {
			return "unknown"
		}
	}
	return code
}
