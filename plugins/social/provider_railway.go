package social

import "github.com/better-auth-go/better-auth/betterauth/oauth"

// Railway signs in with a Railway account. Railway does not say whether it has verified
// an address, so none counts as verified.
func Railway(c Client) Provider {
	return Provider{
		ID: "railway", Name: "Railway", Client: c, Problem: needSecret(c),
		AuthorizeURL:   "https://backboard.railway.com/oauth/auth",
		TokenURL:       "https://backboard.railway.com/oauth/token",
		Scopes:         []string{"openid", "email", "profile"},
		Authentication: oauth.SecretBasic,
		User:           unverified(userInfo("https://backboard.railway.com/oauth/me")),
	}
}
