package social

import (
	"cmp"
	"context"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
)

// PaybinOptions are what only Paybin has.
type PaybinOptions struct {
	// Issuer is the URL of the Paybin server. Default "https://idp.paybin.io".
	Issuer string
}

// Paybin signs in with a Paybin account.
func Paybin(c Client) Provider { return PaybinWith(c, PaybinOptions{}) }

// PaybinWith is Paybin with options.
func PaybinWith(c Client, o PaybinOptions) Provider {
	issuer := strings.TrimSuffix(cmp.Or(o.Issuer, "https://idp.paybin.io"), "/")
	return Provider{
		ID: "paybin", Name: "Paybin", Client: c, Problem: cmp.Or(needSecret(c), badIssuer(issuer)),
		AuthorizeURL: issuer + "/oauth2/authorize",
		TokenURL:     issuer + "/oauth2/token",
		Scopes:       []string{"openid", "email", "profile"},
		IDTokens: &oauth.IDTokens{
			KeysURL: issuer + "/.well-known/openid-configuration",
			Issuers: []string{issuer, issuer + "/"}, OnlyExchanged: true,
		},
		User: paybinUser,
	}
}

func paybinUser(ctx context.Context, g *Grant) (*Profile, error) {
	claims, err := g.Claims(ctx)
	if err != nil {
		return nil, err
	}
	var in standardClaims
	if err := claims.Decode(&in); err != nil {
		return nil, err
	}
	profile := in.profile(claims.Raw)
	profile.Name = cmp.Or(in.Name, in.Username)
	return profile, nil
}
