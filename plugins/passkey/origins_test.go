package passkey_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

func trusting(baseURL string, origins ...string) betterauth.Config {
	return betterauth.Config{BaseURL: baseURL, TrustedOrigins: origins}
}

// Where the application trusts pages on the RP ID's domain, ceremonies may happen
// there; nowhere else, and not where Origins says where.
func TestTrustedOriginsAreFollowed(t *testing.T) {
	t.Parallel()
	ofRequest := betterauth.Config{BaseURL: "https://example.com", TrustedOriginsFunc: func(*http.Request) []string { return []string{"https://tenant.example.com"} }}
	for name, tt := range map[string]struct {
		site   betterauth.Config
		cfg    passkey.Config
		origin string
		ok     bool
	}{
		"own":                         {trusting("http://localhost:3000", "http://localhost:5173"), passkey.Config{}, "http://localhost:3000", true},
		"another port":                {trusting("http://localhost:3000", "http://localhost:5173"), passkey.Config{}, "http://localhost:5173", true},
		"a port that is not trusted":  {trusting("http://localhost:3000", "http://localhost:5173"), passkey.Config{}, "http://localhost:5174", false},
		"below the domain":            {trusting("https://example.com", "https://app.example.com"), passkey.Config{}, "https://app.example.com", true},
		"beside, under one RP ID":     {trusting("https://api.example.com", "https://app.example.com"), passkey.Config{RPID: "example.com"}, "https://app.example.com", true},
		"in capitals":                 {trusting("https://example.com", "https://app.example.com"), passkey.Config{}, "https://App.example.com", false},
		"with the default port":       {trusting("https://example.com", "https://app.example.com"), passkey.Config{}, "https://app.example.com:443", false},
		"with a slash":                {trusting("https://example.com", "https://app.example.com"), passkey.Config{}, "https://app.example.com/", false},
		"pattern, in capitals":        {trusting("https://example.com", "https://*.example.com"), passkey.Config{}, "https://A.example.com", false},
		"pattern":                     {trusting("https://example.com", "https://*.example.com"), passkey.Config{}, "https://a.example.com", true},
		"pattern, without https":      {trusting("https://example.com", "*.example.com"), passkey.Config{}, "http://a.example.com", false},
		"pattern, another domain":     {trusting("https://example.com", "https://*.example.org"), passkey.Config{}, "https://a.example.org", false},
		"pattern, anybody's":          {trusting("https://example.com", "https://*"), passkey.Config{}, "https://a.example.com", false},
		"of the request":              {ofRequest, passkey.Config{}, "https://tenant.example.com", true},
		"not of the request":          {ofRequest, passkey.Config{}, "https://other.example.com", false},
		"another domain":              {trusting("https://example.com", "https://example.org"), passkey.Config{}, "https://example.org", false},
		"domain that ends like it":    {trusting("https://example.com", "https://badexample.com"), passkey.Config{}, "https://badexample.com", false},
		"Origins is the whole list":   {trusting("https://example.com", "https://app.example.com"), passkey.Config{Origins: []string{"https://example.com"}}, "https://app.example.com", false},
		"an application's own scheme": {trusting("https://example.com", "myapp://example.com"), passkey.Config{}, "myapp://example.com", false},
		"unchecked is not trusted":    {betterauth.Config{BaseURL: "https://example.com", InsecureDisableOriginCheck: true}, passkey.Config{}, "https://app.example.com", false},
		"related and trusted":         {trusting("https://example.com", "https://example.de"), passkey.Config{RelatedOrigins: []string{"https://example.de"}}, "https://example.de", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kit := plugintest.NewWith(t, plugintest.Options{Config: tt.site, Plugins: []betterauth.Plugin{passkey.New(tt.cfg)}})
			a := passkeytest.New(passkeytest.Options{Origin: tt.site.BaseURL, CountStep: 1})
			alice := kit.SignedIn("alice@example.com")
			if strings.HasPrefix(tt.site.BaseURL, "https:") {
				alice.SetCookie("__Secure-better-auth.session_token", alice.Session.Token+"."+kit.Host.Sign(alice.Session.Token))
			}
			answer := register(t, alice, a, passkeytest.CreateOptions{Origin: tt.origin})
			if !tt.ok {
				notRegistered(t, kit, answer)
				if log := kit.Log.String(); !strings.Contains(log, tt.origin) || !strings.Contains(log, "TrustedOrigins") {
					t.Errorf("the log does not say where the ceremony was, or what is missing: %s", log)
				}
				return
			}
			answer.Want(http.StatusOK)
			authenticate(t, kit.Client(), a, passkeytest.GetOptions{Origin: tt.origin}).Want(http.StatusOK)
		})
	}
}

// A trusted origin of this site where browsers use no passkey of this RP ID does
// not build, and the problem says which, why and what to do.
func TestTrustedOriginsThatCannotWork(t *testing.T) {
	t.Parallel()
	tenants := betterauth.Config{DynamicBaseURL: &betterauth.DynamicBaseURL{AllowedHosts: []string{"api.example.com"}}, TrustedOrigins: []string{"http://app.example.com"}}
	for name, tt := range map[string]struct {
		site      betterauth.Config
		cfg       passkey.Config
		want      []string // none builds
		elsewhere bool     // the log says that people there have no passkeys
	}{
		"another port":                 {site: trusting("http://localhost:3000", "http://localhost:5173")},
		"an address":                   {site: trusting("http://localhost:3000", "http://127.0.0.1:5173"), want: []string{`"http://127.0.0.1:5173"`, "http://localhost instead"}},
		"beside":                       {site: trusting("https://api.example.com", "https://app.example.com"), want: []string{`"https://app.example.com"`, "not a suffix", `set RPID to the domain of both, such as "example.com"`}},
		"beside, RP ID of both":        {site: trusting("https://api.example.com", "https://app.example.com"), cfg: passkey.Config{RPID: "example.com"}},
		"beside, said where":           {site: trusting("https://api.example.com", "https://app.example.com"), cfg: passkey.Config{Origins: []string{"https://api.example.com"}}},
		"without https":                {site: trusting("https://example.com", "http://app.example.com"), want: []string{`"http://app.example.com" is not https`}},
		"pattern":                      {site: trusting("https://api.example.com", "https://*.example.com")},
		"another site":                 {site: trusting("https://example.com", "https://example.org"), elsewhere: true},
		"neighbours of a suffix":       {site: trusting("https://a.github.io", "https://b.github.io"), elsewhere: true},
		"an application's own":         {site: trusting("https://example.com", "myapp://")},
		"the developer's own machine":  {site: trusting("https://example.com", "http://localhost:5173"), elsewhere: true},
		"a site, from the machine":     {site: trusting("http://localhost:3000", "https://example.com"), elsewhere: true},
		"hosts of requests":            {site: tenants},
		"hosts of requests, one RP ID": {site: tenants, cfg: passkey.Config{RPID: "example.com"}, want: []string{`"http://app.example.com" is not https`}},
	} {
		kit, err := plugintest.Build(t, plugintest.Options{
			Config: tt.site, Plugins: []betterauth.Plugin{passkey.New(tt.cfg)},
		})
		if (err == nil) != (len(tt.want) == 0) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, want := range tt.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v does not say %q", name, err, want)
			}
		}
		if err == nil && strings.Contains(kit.Log.String(), "browsers use no passkeys at") != tt.elsewhere {
			t.Errorf("%s: logged %s", name, kit.Log)
		}
	}
}

// A ceremony at a trusted origin that fails another check is not said to have
// happened elsewhere.
func TestTrustedOriginIsNotWhatIsWrong(t *testing.T) {
	t.Parallel()
	const page = "http://localhost:5173"
	kit := plugintest.NewWith(t, plugintest.Options{Config: betterauth.Config{TrustedOrigins: []string{page}}, Plugins: []betterauth.Plugin{passkey.New(passkey.Config{UserVerification: "required"})}})
	a := passkeytest.New(passkeytest.Options{Origin: page, RPID: "another.example"})
	notRegistered(t, kit, register(t, kit.SignedIn("alice@example.com"), a, passkeytest.CreateOptions{RPID: "another.example"}))
	if log := kit.Log.String(); strings.Contains(log, "none of the relying party's") || !strings.Contains(log, "another RP ID") {
		t.Errorf("logged %s", log)
	}
}
