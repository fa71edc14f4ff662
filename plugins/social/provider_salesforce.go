package social

import (
	"cmp"
	"context"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json/jsontext"
)

// SalesforceOptions are what only Salesforce has.
type SalesforceOptions struct {
	// Sandbox signs in with accounts of sandboxes. Default false.
	Sandbox bool
	// LoginHost is the host of one organization, such as "example.my.salesforce.com",
	// whose users alone sign in. Default "": any organization's.
	LoginHost string
}

// Salesforce signs in with a Salesforce account.
func Salesforce(c Client) Provider { return SalesforceWith(c, SalesforceOptions{}) }

// SalesforceWith is Salesforce with options.
func SalesforceWith(c Client, o SalesforceOptions) Provider {
	host, problem := "login.salesforce.com", needSecret(c)
	if o.Sandbox {
		host = "test.salesforce.com"
	}
	if o.LoginHost != "" {
		host = o.LoginHost
		if strings.ContainsAny(host, "/?#@") {
			problem = "has a LoginHost that is no host; write it without https and path, as in example.my.salesforce.com"
		}
	}
	service := "https://" + host + "/services/oauth2/"
	return Provider{
		ID: "salesforce", Name: "Salesforce", Client: c, Problem: problem,
		AuthorizeURL: service + "authorize",
		TokenURL:     service + "token",
		Scopes:       []string{"openid", "email", "profile"},
		User: func(ctx context.Context, g *Grant) (*Profile, error) {
			return salesforceUser(ctx, g, service+"userinfo")
		},
	}
}

func salesforceUser(ctx context.Context, g *Grant, url string) (*Profile, error) {
	var in struct {
		ID       string         `json:"user_id"`
		Email    string         `json:"email"`
		Verified jsontext.Value `json:"email_verified"`
		Name     string         `json:"name"`
		Photos   struct {
			Picture   string `json:"picture"`
			Thumbnail string `json:"thumbnail"`
		} `json:"photos"`
	}
	raw, err := g.Get(ctx, url, &in)
	if err != nil {
		return nil, err
	}
	return &Profile{
		Subject: in.ID, Email: in.Email, EmailVerified: oauth.True(in.Verified),
		Name: in.Name, Image: cmp.Or(in.Photos.Picture, in.Photos.Thumbnail), Raw: raw,
	}, nil
}
