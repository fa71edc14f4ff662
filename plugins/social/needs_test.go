package social_test

import (
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

// A key that cannot sign is found before anybody signs in.
func TestBuildAsksTheAuthentication(t *testing.T) {
	t.Parallel()
	p := social.Google(social.Client{ID: "client", Authentication: oauth.PrivateKeyJWT{}})
	err := social.New(social.Config{Providers: []social.Provider{p}}).Check(betterauth.Site{})
	if err == nil || err.Error() != "provider google has a PrivateKeyJWT without a Key; set the client's private key" {
		t.Errorf("the problem is %v", err)
	}
}
