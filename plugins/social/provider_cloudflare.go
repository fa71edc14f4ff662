package social

import (
	"cmp"
	"context"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Cloudflare signs in with a Cloudflare account. Its addresses count as not verified.
func Cloudflare(c Client) Provider {
	p := Provider{
		ID: "cloudflare", Name: "Cloudflare", Client: c,
		AuthorizeURL:  "https://dash.cloudflare.com/oauth2/auth",
		TokenURL:      "https://dash.cloudflare.com/oauth2/token",
		Scopes:        []string{"user-details.read"},
		EditAuthorize: eachScopeOnce,
		User:          cloudflareUser,
	}
	if c.Secret != "" {
		p.Authentication = oauth.SecretBasic
	}
	return p
}

func eachScopeOnce(_ *oauth.AuthorizeRequest, q *oauth.Query) {
	if once := oauth.Distinct(strings.FieldsSeq(q.Get("scope"))); len(once) > 0 {
		q.Set("scope", strings.Join(once, " "))
	}
}

// cloudflareUser asks Cloudflare's API, since its user info has nothing but "sub".
func cloudflareUser(ctx context.Context, g *Grant) (*Profile, error) {
	var answer struct {
		Success bool           `json:"success"`
		Result  jsontext.Value `json:"result"`
	}
	var in struct {
		ID        jsontext.Value `json:"id"`
		Email     string         `json:"email"`
		FirstName string         `json:"first_name"`
		LastName  string         `json:"last_name"`
	}
	if _, err := g.Get(ctx, "https://api.cloudflare.com/client/v4/user", &answer); err != nil {
		return nil, err
	}
	if !answer.Success || answer.Result.Kind() != '{' {
		return nil, oauth.ErrNoProfile
	}
	if err := json.Unmarshal(answer.Result, &in); err != nil {
		return nil, oauth.ErrNoProfile
	}
	name := strings.TrimSpace(in.FirstName + " " + in.LastName)
	return &Profile{Subject: oauth.ID(in.ID), Email: in.Email, Name: cmp.Or(name, in.Email), Raw: answer.Result}, nil
}
