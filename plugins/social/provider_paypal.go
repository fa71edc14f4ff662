package social

import (
	"cmp"
	"context"
	"encoding/base64"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// PayPalOptions are what only PayPal has.
type PayPalOptions struct {
	// Live signs in with real accounts. Default false: with those of PayPal's sandbox,
	// which has client ids of its own.
	Live bool
}

// PayPal signs in with an account of PayPal's sandbox; see PayPalOptions.Live. What it
// tells about a user is chosen in PayPal's console, not by scopes.
func PayPal(c Client) Provider { return PayPalWith(c, PayPalOptions{}) }

// PayPalWith is PayPal with options.
func PayPalWith(c Client, o PayPalOptions) Provider {
	site, api := "https://www.sandbox.paypal.com", "https://api-m.sandbox.paypal.com"
	if o.Live {
		site, api = "https://www.paypal.com", "https://api-m.paypal.com"
	}
	return Provider{
		ID: "paypal", Name: "PayPal", Client: c, Problem: needSecret(c),
		AuthorizeURL:        site + "/signin/authorize",
		TokenURL:            api + "/v1/oauth2/token",
		IgnoreRequestScopes: true,
		Authentication:      oauth.SecretBasic,
		User: func(ctx context.Context, g *Grant) (*Profile, error) {
			return paypalUser(ctx, g, api+"/v1/identity/oauth2/userinfo?schema=paypalv1.1")
		},
	}
}

func paypalUser(ctx context.Context, g *Grant, url string) (*Profile, error) {
	type address struct {
		Value     string         `json:"value"`
		Primary   jsontext.Value `json:"primary"`
		Confirmed jsontext.Value `json:"confirmed"`
	}
	var in struct {
		ID       string         `json:"user_id"`
		Subject  string         `json:"sub"`
		Name     string         `json:"name"`
		Picture  string         `json:"picture"`
		Email    string         `json:"email"`
		Verified jsontext.Value `json:"email_verified"`
		Emails   []address      `json:"emails"`
	}
	raw, err := g.Get(ctx, url, &in)
	if err != nil {
		return nil, err
	}
	// The token was not verified, since PayPal signs it with the client's secret. So
	// nothing of it is believed; it can only contradict.
	if g.IDToken != "" && claimedSubject(g.IDToken) != cmp.Or(in.Subject, in.ID) {
		return nil, oauth.ErrNoProfile
	}
	p := &Profile{Subject: in.ID, Email: in.Email, EmailVerified: oauth.True(in.Verified), Name: in.Name, Image: in.Picture, Raw: raw}
	for _, each := range in.Emails {
		if p.Email == "" && oauth.True(each.Primary) {
			p.Email, p.EmailVerified = each.Value, oauth.True(each.Confirmed)
		}
	}
	return p, nil
}

// claimedSubject is the subject that an ID token claims, without any verification.
func claimedSubject(token string) string {
	_, rest, _ := strings.Cut(token, ".")
	payload, _, _ := strings.Cut(rest, ".")
	var in struct {
		Subject string `json:"sub"`
	}
	text, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil || json.Unmarshal(text, &in) != nil {
		return ""
	}
	return in.Subject
}
