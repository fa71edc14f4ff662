package social

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const lineAPI = "https://api.line.me/oauth2/v2.1/"

// Line signs in with a LINE account. LINE signs ID tokens with the client's secret and
// verifies them itself. Only the ID token has an address, and it counts as not verified.
func Line(c Client) Provider {
	return Provider{
		ID: "line", Name: "LINE", Client: c,
		AuthorizeURL: "https://access.line.me/oauth2/v2.1/authorize",
		TokenURL:     lineAPI + "token",
		Scopes:       []string{"openid", "profile", "email"},
		IDTokens:     &oauth.IDTokens{Issuers: []string{"https://access.line.me"}, Verify: lineVerify},
		User:         lineUser,
	}
}

func lineVerify(ctx context.Context, c *oauth.Caller, p *oauth.Provider, token, nonce string) (*oauth.Claims, error) {
	form := url.Values{"id_token": {token}, "client_id": {p.Client.ID}}
	if nonce != "" {
		form.Set("nonce", nonce)
	}
	var raw jsontext.Value
	_, err := p.NewGrant(c, Tokens{}, nil).PostForm(ctx, lineAPI+"verify", form, &raw)
	if refused, ok := errors.AsType[*oauth.AnswerError](err); ok && refused.Status == http.StatusBadRequest {
		return nil, &oauth.InvalidTokenError{Reason: "is refused by LINE"}
	}
	if err != nil {
		return nil, err
	}
	claims, err := oauth.ParseClaims(raw)
	if err != nil {
		return nil, err
	}
	return claims, p.CheckClaims(c, claims, nonce)
}

func lineUser(ctx context.Context, g *Grant) (*Profile, error) {
	var raw jsontext.Value
	if g.IDToken != "" {
		claims, err := g.Claims(ctx)
		if err != nil {
			return nil, err
		}
		raw = claims.Raw
	} else if _, err := g.Get(ctx, lineAPI+"userinfo", &raw); err != nil {
		return nil, err
	}
	var in standardClaims
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, oauth.ErrNoProfile
	}
	profile := in.profile(raw)
	profile.EmailVerified = false
	return profile, nil
}
