package social

// LinkedIn signs in with a LinkedIn account. Addresses count as verified if LinkedIn says
// so.
func LinkedIn(c Client) Provider {
	return Provider{
		ID: "linkedin", Name: "LinkedIn", Client: c,
		AuthorizeURL: "https://www.linkedin.com/oauth/v2/authorization",
		TokenURL:     "https://www.linkedin.com/oauth/v2/accessToken",
		Scopes:       []string{"profile", "email", "openid"},
		DisablePKCE:  true,
		User:         userInfo("https://api.linkedin.com/v2/userinfo"),
	}
}
