package social

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json/jsontext"
)

// FacebookOptions are what only Facebook has.
type FacebookOptions struct {
	// ConfigID is a configuration of Facebook Login for Business. Default "".
	ConfigID string
	// Fields are asked for beside id, name, email and picture. Default none.
	Fields []string
}

const (
	facebookIssuer = "https://www.facebook.com"
	facebookGraph  = "https://graph.facebook.com/"
)

// Facebook signs in with a Facebook account: in the browser, by the ID token of a Limited
// Login, or by the access token of a native app in its place. Facebook does not say whether
// an address is verified, so it counts as not verified.
func Facebook(c Client) Provider { return FacebookWith(c, FacebookOptions{}) }

// FacebookWith is Facebook with options.
func FacebookWith(c Client, o FacebookOptions) Provider {
	fields := strings.Join(append([]string{"id", "name", "email", "picture"}, o.Fields...), ",")
	p := Provider{
		ID: "facebook", Name: "Facebook", Client: c,
		AuthorizeURL: "https://www.facebook.com/v24.0/dialog/oauth",
		TokenURL:     facebookGraph + "v24.0/oauth/access_token",
		Scopes:       []string{"email", "public_profile"},
		DisablePKCE:  true,
		IDTokens: &oauth.IDTokens{
			KeysURL: "https://limited.facebook.com/.well-known/oauth/openid/jwks/", Issuers: []string{facebookIssuer},
			Verify: facebookVerify,
		},
		User: func(ctx context.Context, g *Grant) (*Profile, error) { return facebookUser(ctx, g, fields) },
	}
	if o.ConfigID != "" {
		p.Params = []betterauth.Param{{Name: "config_id", Value: o.ConfigID}}
	}
	if own := c.User; own != nil {
		// The application's function may ask with the access token, so it must be ours.
		p.Client.User = func(ctx context.Context, g *Grant) (*Profile, error) {
			if token := facebookToken(g); token != "" {
				if _, err := facebookOwner(ctx, g, token); err != nil {
					return nil, err
				}
			}
			return own(ctx, g)
		}
	}
	return p
}

// facebookVerify takes an ID token, or an access token in its place.
func facebookVerify(ctx context.Context, c *oauth.Caller, p *oauth.Provider, token, nonce string) (*oauth.Claims, error) {
	if isJWT(token) {
		signed, rules := *p, *p.IDTokens
		rules.Verify = nil
		signed.IDTokens = &rules
		return signed.VerifyIDToken(ctx, c, token, nonce)
	}
	if nonce != "" {
		return nil, &oauth.InvalidTokenError{Reason: "is an access token, which has no nonce"}
	}
	inspected, raw, err := facebookInspect(ctx, p.NewGrant(c, Tokens{}, nil), token)
	if err != nil {
		return nil, err
	}
	return &oauth.Claims{Issuer: facebookIssuer, Subject: inspected.UserID, Audience: []string{inspected.AppID}, Raw: raw}, nil
}

func isJWT(token string) bool { return strings.Count(token, ".") == 2 }

// facebookToken is the access token of a grant.
func facebookToken(g *Grant) string {
	if g.AccessToken == "" && !isJWT(g.IDToken) {
		return g.IDToken
	}
	return g.AccessToken
}

type facebookInspected struct {
	Valid  bool   `json:"is_valid"`
	AppID  string `json:"app_id"`
	UserID string `json:"user_id"`
}

// facebookInspect asks whose an access token is. Facebook tells everybody with any access
// token who the user is, also with one that the user gave to another application. So the
// token must be this application's.
func facebookInspect(ctx context.Context, g *Grant, token string) (*facebookInspected, jsontext.Value, error) {
	client := g.Provider.Client
	if client.Secret == "" {
		return nil, nil, &oauth.InvalidTokenError{Reason: "cannot be inspected without Client.Secret"}
	}
	query := url.Values{"input_token": {token}, "access_token": {client.ID + "|" + client.Secret}}
	var in struct {
		Data facebookInspected `json:"data"`
	}
	raw, err := g.Get(ctx, facebookGraph+"debug_token?"+query.Encode(), &in, "Authorization", "")
	if err != nil {
		return nil, nil, err
	}
	ours := append([]string{client.ID}, client.Audiences...)
	if !in.Data.Valid || in.Data.UserID == "" || in.Data.AppID == "" || !slices.Contains(ours, in.Data.AppID) {
		return nil, nil, &oauth.InvalidTokenError{Reason: "is not of this application, or no longer valid"}
	}
	return &in.Data, raw, nil
}

// facebookOwner is whose an access token is, who must be the one of the ID token.
func facebookOwner(ctx context.Context, g *Grant, token string) (string, error) {
	inspected, _, err := facebookInspect(ctx, g, token)
	if err != nil {
		return "", err
	}
	if g.IDToken != "" {
		claims, err := g.Claims(ctx)
		if err != nil {
			return "", err
		}
		if claims.Subject != inspected.UserID {
			return "", oauth.ErrNoProfile
		}
	}
	return inspected.UserID, nil
}

func facebookUser(ctx context.Context, g *Grant, fields string) (*Profile, error) {
	if isJWT(g.IDToken) {
		claims, err := g.Claims(ctx)
		if err != nil {
			return nil, err
		}
		var in standardClaims
		if err := claims.Decode(&in); err != nil {
			return nil, err
		}
		profile := in.profile(claims.Raw)
		profile.EmailVerified = false
		return profile, nil
	}
	token := facebookToken(g)
	owner, err := facebookOwner(ctx, g, token)
	if err != nil {
		return nil, err
	}
	var in struct {
		ID      jsontext.Value `json:"id"`
		Name    string         `json:"name"`
		Email   string         `json:"email"`
		Picture struct {
			Data struct {
				URL string `json:"url"`
			} `json:"data"`
		} `json:"picture"`
	}
	raw, err := g.Get(ctx, facebookGraph+"me?fields="+fields, &in, "Authorization", "Bearer "+token)
	if err != nil {
		return nil, err
	}
	if oauth.ID(in.ID) != owner {
		return nil, oauth.ErrNoProfile
	}
	return &Profile{Subject: owner, Email: in.Email, Name: in.Name, Image: in.Picture.Data.URL, Raw: raw}, nil
}
