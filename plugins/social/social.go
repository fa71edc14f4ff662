// Package social signs users in with the identity providers that they have: Google,
// GitHub, any OpenID provider. It links accounts at providers to users, and keeps the
// tokens that providers granted.
//
// Start with [New] and [Config]; each provider is a function, such as [Google], and
// [Builtins] lists them. A flow begins in begin.go, with what state.go keeps of it, and
// ends in callback.go; account.go decides whose account it is, and link.go adds one to a
// user. idtoken.go signs in native clients, tokens.go and refresh.go serve tokens. Package
// oauth speaks to the providers. Endpoints, formats and rows are those of the TypeScript
// server.
package social

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/database"
	"golang.org/x/sync/singleflight"
)

// Social is the plugin. Make one with New for each Auth. Its methods are safe for
// concurrent use once the Auth is built.
type Social struct {
	cfg       Config
	site      betterauth.Site
	host      *betterauth.Host
	caller    *oauth.Caller
	users     *database.Store[betterauth.User]
	accounts  *database.Store[betterauth.Account]
	mailer    verificationMailer // nil without a plugin that verifies addresses
	providers map[string]*Provider
	refreshes singleflight.Group
	carriers  []oauth.Carrier
}

var (
	_ betterauth.Plugin      = (*Social)(nil)
	_ betterauth.Initializer = (*Social)(nil)
	_ betterauth.Checker     = (*Social)(nil)
)

// New makes the plugin.
func New(cfg Config) *Social {
	cfg.Providers = slices.Clone(cfg.Providers)
	if cfg.StepUpMaxAge == 0 {
		cfg.StepUpMaxAge = 5 * time.Minute
	}
	return &Social{cfg: cfg}
}

// verificationMailer is the plugin that mails links to verify addresses.
type verificationMailer interface {
	MailOnSignUp(c *betterauth.Ctx, user *betterauth.User, callbackURL string, required bool) error
	MailOnSignIn(c *betterauth.Ctx, user *betterauth.User, callbackURL string) error
}

// Manifest implements betterauth.Plugin.
func (s *Social) Manifest() betterauth.Manifest {
	signingIn := []*betterauth.ErrorCode{ErrProviderNotFound, ErrIDTokenNotSupported, ErrInvalidToken, ErrNoUserInfo, ErrNoEmail, ErrNotLinked, ErrEmailNotVerified}
	linking := []*betterauth.ErrorCode{betterauth.ErrSessionNotFresh, ErrProviderNotFound, ErrIDTokenNotSupported, ErrInvalidToken, ErrNoUserInfo, ErrNoEmail,
		ErrAlreadyLinked, ErrLinkingNotAllowed, ErrDifferentEmails, ErrLinkingFailed}
	tokens := []*betterauth.ErrorCode{ErrAccountNotFound, ErrProviderNotSupported, ErrNoAccessToken}
	return betterauth.Manifest{
		ID:    ID,
		Needs: []betterauth.Dependency{betterauth.Need(&s.mailer).IfPresent()},
		// Every sign-in finds the account by these.
		Schema: betterauth.Schema{Indexes: []betterauth.AddedIndex{{Table: "account", Columns: []string{"accountId", "providerId"}}}},
		Endpoints: []betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{
				ID: SignInSocial, Method: http.MethodPost, Path: "/sign-in/social", Access: betterauth.Public, SignIn: betterauth.MakesSession,
				Summary: "Begins to sign in at an identity provider, or signs in with its ID token.", Errors: signingIn,
			}, s.signIn),
			betterauth.Handle(betterauth.Operation{
				ID: CallbackOAuth, Method: http.MethodGet, Path: "/callback/:id", Access: betterauth.Public, SignIn: betterauth.MakesSession,
				Summary: "Where identity providers send the browser back.",
			}, s.callback),
			betterauth.Handle(betterauth.Operation{
				ID: callbackOAuthPost, Method: http.MethodPost, Path: "/callback/:id", Access: betterauth.Public, AnyOrigin: true, FormBody: true, OptionalBody: true,
				Summary: "The same for providers that send a form: leads the browser to the GET, which has its cookies.",
			}, s.bounce),
			betterauth.Handle(betterauth.Operation{
				ID: LinkSocial, Method: http.MethodPost, Path: "/link-social", Access: betterauth.WithStoredSession,
				Summary: "Begins to link an account at an identity provider, or links by its ID token.", Errors: linking,
			}, s.link),
			betterauth.Handle(betterauth.Operation{
				ID: Reauthenticate, Method: http.MethodPost, Path: "/reauthenticate/social", Access: betterauth.WithStoredSession,
				Summary: "Begins to prove the session's user again, at an identity provider that they have an account of.",
				Errors:  []*betterauth.ErrorCode{ErrProviderNotFound, ErrReauthenticationNotSupported, ErrAccountNotFound, ErrInvalidClass, ErrProviderDown},
			}, s.reauthenticate),
			betterauth.Handle(betterauth.Operation{
				ID: GetAccessToken, Method: http.MethodPost, Path: "/get-access-token", Access: betterauth.WithStoredSessionOrInProcess,
				Summary: "An access token of a linked account, refreshed if it is about to expire.", Errors: append(tokens, ErrNoUserGiven),
			}, s.getAccessToken),
			betterauth.Handle(betterauth.Operation{
				ID: RefreshToken, Method: http.MethodPost, Path: "/refresh-token", Access: betterauth.WithStoredSessionOrInProcess,
				Summary: "New tokens of a linked account.", Errors: append(tokens, ErrNotRefreshable, ErrNoRefreshToken, ErrNotRefreshed, ErrNoUserGiven),
			}, s.refreshToken),
			betterauth.Handle(betterauth.Operation{
				ID: AccountInfo, Method: http.MethodGet, Path: "/account-info", Access: betterauth.WithStoredSessionOrInProcess,
				Summary: "What the provider says about the user of a linked account.", Errors: append(tokens, ErrProviderNotConfigured, ErrTokenNotFound, ErrNoUserInfo, ErrNoUserGiven),
			}, s.accountInfo),
			betterauth.Handle(betterauth.Operation{
				ID: BackChannel, Method: http.MethodPost, Path: "/oauth/backchannel-logout/:id", Access: betterauth.Public, AnyOrigin: true, FormBody: true, OptionalBody: true,
				Limit: logoutLimit, Summary: "Where identity providers tell that a user signed out there. Each says so in its configuration here.",
				Errors: []*betterauth.ErrorCode{ErrProviderDown},
			}, s.backChannelLogout),
		},
		Before: []betterauth.BeforeHook{betterauth.Before("signOut", s.beforeSignOut)},
		After:  s.afterHooks(),
		Pending: []betterauth.Pending{{
			// Its session is looked at when it ends, so only what ends for good ends it.
			Name: "link at a provider",
			Of: func(u *betterauth.User) database.Cond {
				return database.And(database.StartsWith("identifier", stateIdentifier), database.Contains("value", `"link":{"userId":"`+u.ID+`"`))
			},
		}},
		SessionCookies:  s.sessionCookies(),
		ProvesAddresses: betterauth.ProvenWithoutMail,
		Emits:           []betterauth.EventType{betterauth.EventOf[Linked]()},
	}
}

func (s *Social) afterHooks() []betterauth.AfterHook {
	hooks := []betterauth.AfterHook{betterauth.After("signOut", s.afterSignOut)}
	if s.cfg.AccountCookie {
		hooks = append(hooks, betterauth.AfterMatch(betterauth.Every, s.renewAccountCookie))
	}
	return hooks
}

// sessionCookies are the cookies that end with the session's.
func (s *Social) sessionCookies() []string {
	if !s.cfg.AccountCookie {
		return nil
	}
	return []string{accountCookie}
}

// AddProviders adds providers. A plugin that brings providers calls it in its own Init,
// and needs this plugin by this method. An id that is taken, and a provider that lacks
// something, is an error, which names all of them.
func (s *Social) AddProviders(providers ...Provider) error {
	var problems []error
	for i := range providers {
		p := &providers[i]
		problems = append(problems, problemsOf(p)...)
		if s.providers[p.ID] != nil {
			problems = append(problems, fmt.Errorf("provider %s is configured twice; remove one of them", p.ID))
			continue
		}
		s.providers[p.ID] = p
	}
	return errors.Join(problems...)
}

// Providers returns the ids of all providers, sorted.
func (s *Social) Providers() []string {
	ids := make([]string, 0, len(s.providers))
	for id := range s.providers {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// Provider returns the provider of an id as it is now, complete with what a discovery
// document says. Without such a provider the error is ErrProviderNotFound.
func (s *Social) Provider(ctx context.Context, id string) (*Provider, error) {
	p := s.providers[id]
	if p == nil {
		return nil, ErrProviderNotFound
	}
	if p.Resolve == nil {
		return p, nil
	}
	return p.Resolve(ctx, s.caller)
}

// Caller is what calls providers, for plugins that bring providers.
func (s *Social) Caller() *oauth.Caller { return s.caller }

// Check implements betterauth.Checker.
func (s *Social) Check(site betterauth.Site) error {
	var problems []error
	seen := map[string]bool{}
	for i := range s.cfg.Providers {
		p := &s.cfg.Providers[i]
		problems = append(problems, problemsOf(p)...)
		if seen[p.ID] {
			problems = append(problems, fmt.Errorf("provider %s is configured twice; remove one of them", p.ID))
		}
		seen[p.ID] = true
	}
	if s.cfg.StepUpMaxAge < 0 {
		problems = append(problems, errors.New("StepUpMaxAge is negative; leave it at 0 for the default"))
	}
	if len(s.cfg.Linking.TrustedProviders) > 0 && s.cfg.Linking.Disabled {
		problems = append(problems, errors.New("Linking.TrustedProviders has no effect with Linking.Disabled; remove one of them"))
	}
	return errors.Join(problems...)
}

func problemsOf(p *Provider) (problems []error) {
	add := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("provider %s %w", p.ID, fmt.Errorf(format, args...)))
	}
	if p.ID == "" {
		return append(problems, errors.New("a provider has no ID; set it to letters, digits, dots, hyphens and underscores, it is part of the callback's path"))
	}
	if !isProviderID(p.ID) {
		add("needs an ID of letters, digits, dots, hyphens and underscores; it is part of the callback's path")
		return problems
	}
	if p.ID == betterauth.ProviderCredential {
		add("has the ID of passwords; choose another")
	}
	if p.Problem != "" {
		add("%s", p.Problem)
	}
	for _, by := range []oauth.Authentication{p.Client.Authentication, p.Authentication} {
		if checked, ok := by.(interface{ Problem() error }); ok && checked.Problem() != nil {
			add("%w", checked.Problem())
		}
	}
	if p.Client.ID == "" {
		add("has no Client.ID; copy it from the provider's console")
	}
	for _, own := range [...]struct{ name, place string }{{"Client.RedirectURI", p.Client.RedirectURI}, {"Client.AuthorizeURL", p.Client.AuthorizeURL}} {
		if own.place != "" && !isAbsolute(own.place) {
			add("has a %s that is no absolute URL; write it with its scheme and host, or leave it out", own.name)
		}
	}
	if p.Resolve != nil || p.Problem != "" { // what is missing in the options is missing in the endpoints too
		return problems
	}
	if p.User == nil && p.Client.User == nil {
		add("has no User; set the function that makes a profile")
	}
	page, _, _ := strings.Cut(p.AuthorizeURL, "#") // WeChat wants one; only browsers go there
	for _, endpoint := range [...]struct{ name, place string }{{"AuthorizeURL", page}, {"TokenURL", p.TokenURL}} {
		if !oauth.IsEndpoint(endpoint.place) {
			add("has no %s that is an absolute URL with https; http is for this machine alone", endpoint.name)
		}
	}
	if p.BackChannelLogout && (p.IDTokens == nil || p.IDTokens.Verify != nil) {
		add("has BackChannelLogout without IDTokens.KeysURL; say how its tokens are verified")
	}
	if p.Nonce && p.IDTokens == nil {
		add("has Nonce without IDTokens; say how its ID tokens are verified")
	}
	return problems
}

// isAbsolute reports whether a browser can be sent to a URL from anywhere.
func isAbsolute(place string) bool {
	u, err := url.Parse(place)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

func isProviderID(id string) bool {
	for _, r := range id {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '.' && r != '-' && r != '_' {
			return false
		}
	}
	return id != "" && id != "." && id != ".."
}

// Init implements betterauth.Initializer.
func (s *Social) Init(_ context.Context, h *betterauth.Host) error {
	s.host, s.site = h, h.Site()
	s.cfg.StateInCookie = s.cfg.StateInCookie || s.site.Stateless
	s.caller = oauth.NewCaller(h.HTTPClient(), h.Now)
	s.users, s.accounts = h.UserStore(), h.AccountStore()
	s.carriers = nil
	s.providers = make(map[string]*Provider, len(s.cfg.Providers))
	for i := range s.cfg.Providers {
		s.providers[s.cfg.Providers[i].ID] = &s.cfg.Providers[i]
	}
	return nil
}
