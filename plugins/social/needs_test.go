package social_test

import (
	"crypto/tls"
	"fmt"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/plugins/social"
)

// A provider that cannot work as it is configured says so before anybody signs in.
func TestProvidersSayWhatIsMissing(t *testing.T) {
	t.Parallel()
	public := social.Client{ID: "client"}
	needSecret := map[string]bool{"notion": true, "paybin": true, "paypal": true, "railway": true, "reddit": true, "salesforce": true, "tiktok": true, "wechat": true}
	for _, b := range social.Builtins() {
		if b.ID == "cognito" {
			continue // it needs a user pool first
		}
		if got := strings.Contains(b.New(public).Problem, "Client.Secret"); got != needSecret[b.ID] {
			t.Errorf("that %s wants a secret is %t but must be %t", b.ID, got, needSecret[b.ID])
		}
		if problem := b.New(client).Problem; problem != "" {
			t.Errorf("%s has a problem with all that it needs: %s", b.ID, problem)
		}
	}
	for _, host := range []string{"https://example.my.salesforce.com", "example.my.salesforce.com/", "somebody@example.com", "example.com?x"} {
		if p := social.SalesforceWith(client, social.SalesforceOptions{LoginHost: host}); !strings.Contains(p.Problem, "; ") {
			t.Errorf("LoginHost %q is accepted: %q", host, p.Problem)
		}
	}
	if p := social.Cognito(client); !strings.Contains(p.Problem, "; ") {
		t.Errorf("Cognito without a user pool is accepted: %q", p.Problem)
	}
}

// Each problem is said once, in the words of what the developer wrote.
func TestBuildNamesWhatWasWritten(t *testing.T) {
	t.Parallel()
	with := func(change func(*social.Client)) social.Provider {
		c := client
		change(&c)
		return social.Google(c)
	}
	for name, test := range map[string]struct {
		of   social.Provider
		want string
	}{
		"a path as redirect URI":    {with(func(c *social.Client) { c.RedirectURI = "/callback" }), "provider google has a Client.RedirectURI that is no absolute URL; write it with its scheme and host, or leave it out"},
		"a host as redirect URI":    {with(func(c *social.Client) { c.RedirectURI = "localhost:3000/callback" }), "provider google has a Client.RedirectURI that is no absolute URL; write it with its scheme and host, or leave it out"},
		"a path as page":            {with(func(c *social.Client) { c.AuthorizeURL = "/authorize" }), "provider google has a Client.AuthorizeURL that is no absolute URL; write it with its scheme and host, or leave it out"},
		"a redirect URI":            {with(func(c *social.Client) { c.RedirectURI = "http://app.lan:3000/callback" }), ""},
		"a GitLab without a scheme": {social.GitLabWith(client, social.GitLabOptions{Issuer: "gitlab.example.com"}), "provider gitlab has an Issuer that is no absolute URL with https; http is for this machine alone"},
		"a Paybin without a scheme": {social.PaybinWith(client, social.PaybinOptions{Issuer: "idp.example.com"}), "provider paybin has an Issuer that is no absolute URL with https; http is for this machine alone"},
		"Cognito without a pool":    {social.Cognito(client), "provider cognito does not know the user pool; use CognitoWith and set Domain, Region and UserPoolID"},
		"no ID":                     {social.Provider{Client: client}, "a provider has no ID; set it to letters, digits, dots, hyphens and underscores, it is part of the callback's path"},
	} {
		err := social.New(social.Config{Providers: []social.Provider{test.of}}).Check(betterauth.Site{})
		if got := fmt.Sprint(err); got != test.want && (test.want != "" || err != nil) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// A key that cannot sign is found before anybody signs in.
func TestBuildAsksTheAuthentication(t *testing.T) {
	t.Parallel()
	p := social.Google(social.Client{ID: "client", Authentication: oauth.PrivateKeyJWT{}})
	err := social.New(social.Config{Providers: []social.Provider{p}}).Check(betterauth.Site{})
	if err == nil || err.Error() != "provider google has a PrivateKeyJWT without a Key; set the client's private key" {
		t.Errorf("the problem is %v", err)
	}
	p = social.Google(social.Client{ID: "client", Authentication: oauth.MutualTLS(tls.Certificate{})})
	err = social.New(social.Config{Providers: []social.Provider{p}}).Check(betterauth.Site{})
	if err == nil || err.Error() != "provider google has a MutualTLS without a certificate or its key; load both with tls.LoadX509KeyPair" {
		t.Errorf("the problem is %v", err)
	}
}
