// Package onetap signs users in with Google One Tap: a page of the application shows
// Google's prompt, which gives it an ID token, and sends the token here. The provider
// "google" of plugins/social verifies it, and its rules decide whose account it is.
//
// Start with [New]. The endpoint is that of the TypeScript server; the official client's
// plugin oneTap calls it.
package onetap

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
)

// The names that other plugins refer to.
const (
	ID       = "one-tap"
	Callback = "oneTapCallback"
)

const google = "google"

// Config says whom the prompt may sign in. The zero value is for the client of the provider
// google, and signs everybody up.
type Config struct {
	// ClientID is the client id with which the page shows the prompt, if it is another
	// than that of the provider google. Default: that one.
	ClientID string
	// DisableSignUp signs nobody up. Default false: as the provider google.
	DisableSignUp bool
}

// OneTap is the plugin. Make one with New for each Auth.
type OneTap struct {
	cfg       Config
	providers providers
}

// providers is the plugin that signs in with providers: social.
type providers interface {
	Provider(ctx context.Context, id string) (*oauth.Provider, error)
	Caller() *oauth.Caller
	Enter(c *betterauth.Ctx, in oauth.Arrival, requestSignUp bool) (user *betterauth.User, created bool, err error)
}

var _ betterauth.Plugin = (*OneTap)(nil)

// New makes the plugin.
func New(cfg Config) *OneTap { return &OneTap{cfg: cfg} }

// The codes of this plugin, with the reference's texts. It has a code for the last alone.
var (
	ErrNoClient         = &betterauth.ErrorCode{Code: "GOOGLE_CLIENT_ID_REQUIRED", Message: "Google client ID is required for One Tap. Set it on the oneTap plugin (clientId) or on socialProviders.google.", Status: http.StatusBadRequest}
	ErrInvalidToken     = &betterauth.ErrorCode{Code: "INVALID_ID_TOKEN", Message: "invalid id token", Status: http.StatusBadRequest}
	ErrNoEmail          = &betterauth.ErrorCode{Code: "EMAIL_NOT_AVAILABLE", Message: "Email not available in token", Status: http.StatusBadRequest}
	ErrRefused          = &betterauth.ErrorCode{Code: "OAUTH_LINK_ERROR", Message: "account not linked", Status: http.StatusUnauthorized}
	ErrEmailNotVerified = &betterauth.ErrorCode{Code: "EMAIL_NOT_VERIFIED", Message: "Email not verified", Status: http.StatusForbidden}
	ErrUnavailable      = &betterauth.ErrorCode{Code: "PROVIDER_UNAVAILABLE", Message: "The identity provider cannot be reached", Status: http.StatusServiceUnavailable}
)

// Manifest implements betterauth.Plugin.
func (o *OneTap) Manifest() betterauth.Manifest {
	return betterauth.Manifest{
		ID:    ID,
		Needs: []betterauth.Dependency{betterauth.Need(&o.providers).Hint("add social.New with social.Google")},
		Endpoints: []betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{
				ID: Callback, Method: http.MethodPost, Path: "/one-tap/callback", Access: betterauth.Public, SignIn: betterauth.MakesSession,
				Summary: "Signs in with the ID token of Google One Tap.",
				Errors:  []*betterauth.ErrorCode{ErrNoClient, ErrInvalidToken, ErrNoEmail, ErrRefused, ErrEmailNotVerified, ErrUnavailable},
			}, o.callback),
		},
	}
}

// Input is the input of oneTapCallback. The client follows CallbackURL itself; here it is
// only checked.
type Input struct {
	IDToken     string  `json:"idToken"`
	CallbackURL *string `json:"callbackURL"`
	// Nonce is what the page gave to Google's library, if it did and says so: the token
	// must have it. The official client does not send it.
	Nonce *string `json:"nonce"`
}

// SignedIn is its answer.
type SignedIn struct {
	Token string           `json:"token"`
	User  *betterauth.User `json:"user"`
}

func (o *OneTap) callback(c *betterauth.Ctx, in Input) (*SignedIn, error) {
	p, err := o.provider(c)
	if err != nil {
		return nil, err
	}
	claims, err := p.VerifyIDToken(c, o.providers.Caller(), in.IDToken, betterauth.OrZero(in.Nonce))
	if _, refused := errors.AsType[*oauth.InvalidTokenError](err); refused {
		return nil, ErrInvalidToken.Because(err)
	}
	if err != nil {
		return nil, ErrUnavailable.Because(err)
	}
	tokens := oauth.Tokens{IDToken: in.IDToken, Scopes: []string{"openid", "profile", "email"}}
	profile, err := p.NewGrant(o.providers.Caller(), tokens, claims).Profile(c)
	if err != nil {
		return nil, ErrInvalidToken.Because(err)
	}
	if profile.Email == "" {
		return nil, ErrNoEmail
	}
	user, _, err := o.providers.Enter(c, oauth.Arrival{Provider: google, Profile: *profile, Tokens: tokens, RefuseSignUp: o.cfg.DisableSignUp}, true)
	if _, refused := errors.AsType[*oauth.InvalidTokenError](err); refused {
		return nil, ErrInvalidToken.Because(err)
	}
	if code, refused := oauth.RefusalCode(err); refused {
		if code == "email_not_verified" {
			return nil, ErrEmailNotVerified.Because(err)
		}
		return nil, ErrRefused.Messagef("%s", strings.ReplaceAll(code, "_", " "))
	}
	if err != nil {
		return nil, err
	}
	answer := &SignedIn{User: user}
	if id, ok := c.NewIdentity(); ok {
		answer.Token, answer.User = id.Session.Token, id.User
	}
	return answer, nil
}

// provider is Google's, for tokens of the prompt's client.
func (o *OneTap) provider(ctx context.Context) (*oauth.Provider, error) {
	p, err := o.providers.Provider(ctx, google)
	if err != nil || p.IDTokens == nil {
		return nil, ErrNoClient.Refuse(betterauth.Refusal{Reason: "no provider google verifies ID tokens", Err: err,
			Configure: "add social.Google to social.Config.Providers; onetap.Config.ClientID does not replace it"})
	}
	if o.cfg.ClientID == "" {
		return p, nil
	}
	mine, rules := *p, *p.IDTokens
	rules.Audiences = append(slices.Clone(rules.Audiences), o.cfg.ClientID)
	mine.IDTokens = &rules
	return &mine, nil
}
