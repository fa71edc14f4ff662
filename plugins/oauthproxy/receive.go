package oauthproxy

import (
	"errors"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json"
)

// Input is the input of oauthProxyCompletion. Where the flow ends is in Profile; that
// CallbackURL is trusted as well is checked beforehand.
type Input struct {
	ID          string  `path:"id"`
	CallbackURL string  `query:"callbackURL"`
	Profile     *string `query:"profile"`
}

// EarlierInput is the input of oauthProxyCallback.
type EarlierInput struct {
	CallbackURL string  `query:"callbackURL"`
	Profile     *string `query:"profile"`
}

// payload is what the production server proved.
type payload struct {
	User         payloadUser    `json:"userInfo"`
	Account      payloadAccount `json:"account"`
	Scopes       []string       `json:"scopes,omitempty"`
	State        string         `json:"state"`
	CallbackURL  string         `json:"callbackURL"`
	NewUserURL   string         `json:"newUserURL,omitempty"`
	ErrorURL     string         `json:"errorURL,omitempty"`
	RefuseSignUp bool           `json:"disableSignUp,omitempty"`
	Timestamp    float64        `json:"timestamp"` // Unix milliseconds
}

type payloadUser struct {
	ID            string  `json:"id"`
	Email         string  `json:"email"`
	Name          string  `json:"name"`
	Image         *string `json:"image,omitempty"`
	EmailVerified bool    `json:"emailVerified"`
}

type payloadAccount struct {
	ProviderID            string     `json:"providerId"`
	AccountID             string     `json:"accountId"`
	AccessToken           string     `json:"accessToken,omitempty"`
	RefreshToken          string     `json:"refreshToken,omitempty"`
	IDToken               string     `json:"idToken,omitempty"`
	AccessTokenExpiresAt  *time.Time `json:"accessTokenExpiresAt,omitempty"`
	RefreshTokenExpiresAt *time.Time `json:"refreshTokenExpiresAt,omitempty"`
	Scope                 string     `json:"scope,omitempty"`
}

func newPayload(a *oauth.Arrival, state, callbackURL string, flow carried, now time.Time) *payload {
	profile, tokens := a.Profile, a.Tokens
	sent := &payload{
		User: payloadUser{ID: profile.Subject, Email: profile.Email, Name: profile.Name, EmailVerified: profile.EmailVerified},
		Account: payloadAccount{
			ProviderID: a.Provider, AccountID: profile.Subject, AccessToken: tokens.AccessToken, RefreshToken: tokens.RefreshToken, IDToken: tokens.IDToken,
			AccessTokenExpiresAt: tokens.AccessTokenExpiresAt, RefreshTokenExpiresAt: tokens.RefreshTokenExpiresAt, Scope: strings.Join(tokens.Scopes, ","),
		},
		Scopes: tokens.Scopes, State: state, CallbackURL: callbackURL, NewUserURL: flow.NewUserURL, ErrorURL: flow.ErrorURL,
		RefuseSignUp: a.RefuseSignUp, Timestamp: float64(now.UnixMilli()),
	}
	if profile.Image != "" {
		sent.User.Image = &profile.Image
	}
	return sent
}

func (p *Proxy) seal(sent *payload) (string, error) {
	text, err := json.Marshal(sent)
	if err != nil {
		return "", err
	}
	return p.sealer.EncryptFor(purposeProfile, string(text))
}

func (p *Proxy) complete(c *betterauth.Ctx, in Input) (betterauth.Redirect, error) {
	return p.receive(c, in.Profile, func(sent *payload) bool { return sent.Account.ProviderID == in.ID })
}

func (p *Proxy) completeEarlier(c *betterauth.Ctx, in EarlierInput) (betterauth.Redirect, error) {
	return p.receive(c, in.Profile, func(*payload) bool { return true })
}

// receive finishes a flow of this server. What the plugin of providers checks itself: the
// flow is this browser's, of this provider, and ends once.
func (p *Proxy) receive(c *betterauth.Ctx, profile *string, ofRoute func(*payload) bool) (betterauth.Redirect, error) {
	if betterauth.OrZero(profile) == "" {
		return p.social.Lead(c, "", refused("missing_profile", nil))
	}
	text, err := p.sealer.DecryptFor(purposeProfile, *profile)
	if err != nil {
		return p.social.Lead(c, "", refused("invalid_profile", err))
	}
	sent := &payload{}
	if err := json.Unmarshal([]byte(text), sent); err != nil || sent.State == "" || sent.CallbackURL == "" || sent.User.ID == "" || sent.Account.AccountID != sent.User.ID {
		return p.social.Lead(c, "", refused("invalid_payload", errors.New("the profile lacks something, or names two subjects")))
	}
	if !ofRoute(sent) {
		return p.social.Lead(c, sent.ErrorURL, refused("provider_mismatch", errors.New("the profile is of another provider than the route")))
	}
	age := p.host.Now().Sub(time.UnixMilli(int64(sent.Timestamp)))
	if age > p.maxAge() || age < -clockSkew {
		return p.social.Lead(c, sent.ErrorURL, refused("payload_expired", errors.New("the profile took longer than MaxAge, or the servers' clocks differ")))
	}
	return p.social.Finish(c, sent.State, sent.arrival())
}

func (sent *payload) arrival() oauth.Arrival {
	account := sent.Account
	scopes := sent.Scopes
	if scopes == nil && account.Scope != "" {
		scopes = strings.Split(account.Scope, ",")
	}
	return oauth.Arrival{
		Provider: account.ProviderID,
		Profile: oauth.Profile{Subject: account.AccountID, Email: sent.User.Email, EmailVerified: sent.User.EmailVerified, Name: sent.User.Name,
			Image: betterauth.OrZero(sent.User.Image)},
		Tokens: oauth.Tokens{AccessToken: account.AccessToken, RefreshToken: account.RefreshToken, IDToken: account.IDToken,
			AccessTokenExpiresAt: account.AccessTokenExpiresAt, RefreshTokenExpiresAt: account.RefreshTokenExpiresAt, Scopes: scopes},
		CallbackURL: sent.CallbackURL, RefuseSignUp: sent.RefuseSignUp,
	}
}
