package betterauth_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// What has no effect is an error of Build, and says what may have been meant.
func TestNoEffect(t *testing.T) {
	t.Parallel()
	disabled := func(path string) betterauth.Config { return betterauth.Config{DisabledPaths: []string{path}} }
	trusted := func(origin string) betterauth.Config { return betterauth.Config{TrustedOrigins: []string{origin}} }
	limited := func(path string) betterauth.Config {
		return betterauth.Config{RateLimit: betterauth.RateLimitConfig{Rules: []betterauth.RateLimit{betterauth.AllowUnlimited(path)}}}
	}
	hosts := func(d betterauth.DynamicBaseURL) betterauth.Config { return betterauth.Config{DynamicBaseURL: &d} }
	for name, tt := range map[string]struct {
		config betterauth.Config
		want   string // "" builds
	}{
		"disabled":                     {disabled("/sign-up/email"), ""},
		"disabled, slash":              {disabled("/sign-up/email/"), ""},
		"disabled, parameter":          {disabled("/reset-password/:token"), ""},
		"disabled, parameter's name":   {disabled("/reset-password/:t"), ""},
		"disabled, nobody's":           {disabled("/nobody"), `config DisabledPaths: "/nobody" is not the route of any operation`},
		"disabled, empty":              {disabled(""), "not the route of any operation"},
		"disabled, root":               {disabled("/"), "not the route of any operation"},
		"disabled, with the base path": {disabled("/api/auth/sign-up/email"), `write "/sign-up/email"`},
		"disabled, without a slash":    {disabled("sign-up/email"), `write "/sign-up/email"`},
		"disabled, in upper case":      {disabled("/Sign-Up/Email"), `write "/sign-up/email"`},
		"disabled, the operation's id": {disabled("signUpEmail"), `write "/sign-up/email"`},
		"disabled, one of many paths":  {disabled("/reset-password/abc"), `write "/reset-password/:token"`},
		"disabled, pattern":            {disabled("/sign-up/*"), "name each route"},
		"trusted":                      {trusted("https://App.example.com/"), ""},
		"trusted, without a scheme":    {trusted("example.com"), `config TrustedOrigins: no browser sends the origin "example.com": it has no scheme; write "https://example.com"`},
		"trusted, with a path":         {trusted("https://example.com/path"), "no path"},
		"trusted, with a user":         {trusted("https://user@example.com"), "no user name"},
		"trusted, with a space":        {trusted("https://exa mple.com"), "a character"},
		"trusted, without a host":      {trusted("https://"), "no host"},
		"trusted, half an address":     {trusted("http://[::1"), "cannot be read"},
		"limited":                      {limited("/sign-up/email"), ""},
		"limited, pattern":             {limited("/nobody/*"), ""},
		"limited, nobody's":            {limited("/nobody"), "config RateLimit.Rules /nobody: is not the route of any operation"},
		"limited, with the base path":  {limited("/api/auth/ok"), `write "/ok"`},
		"host":                         {hosts(betterauth.DynamicBaseURL{AllowedHosts: []string{"Bücher.example", "https://example.com", "localhost:*"}}), ""},
		"host, with a user":            {hosts(betterauth.DynamicBaseURL{AllowedHosts: []string{"a@example.com"}}), "AllowedHosts: no request names"},
		"host, with a space":           {hosts(betterauth.DynamicBaseURL{AllowedHosts: []string{"exa mple.com"}}), "AllowedHosts: no request names"},
		"proxy header":                 {betterauth.Config{TrustProxyHeaders: true, ProxyHeaders: []string{"cf-visitor", "X-ARR-SSL"}}, ""},
		"proxy header, unknown":        {betterauth.Config{TrustProxyHeaders: true, ProxyHeaders: []string{"X-Forwarded-For"}}, "names neither the scheme nor the host"},
		"proxy header, not trusted":    {betterauth.Config{ProxyHeaders: []string{"Forwarded"}}, "no effect without TrustProxyHeaders"},
		"fallback":                     {hosts(betterauth.DynamicBaseURL{AllowedHosts: []string{"a.example"}, Fallback: "example.com"}), "Fallback"},
		"both base URLs":               {betterauth.Config{BaseURL: "https://a.example", DynamicBaseURL: &betterauth.DynamicBaseURL{AllowedHosts: []string{"a.example"}}}, "config BaseURL: has no effect"},
		"base URL, half an address":    {betterauth.Config{BaseURL: "http://[::1"}, "config BaseURL"},
		"proxies without a header":     {betterauth.Config{ClientIP: betterauth.ClientIPConfig{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}}, "TrustedProxies: has no effect"},
		"subnet":                       {betterauth.Config{ClientIP: betterauth.ClientIPConfig{IPv6Subnet: 129}}, "IPv6Subnet"},
	} {
		_, err := plugintest.Build(t, plugintest.Options{Config: tt.config, Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})}})
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
	_, err := plugintest.Build(t, plugintest.Options{Plugins: []betterauth.Plugin{betterauth.Inline{ID: "partner", TrustedOrigins: []string{"partner.example"}}}})
	if err == nil || !strings.Contains(err.Error(), "plugin partner: trusted origins: no browser sends") {
		t.Errorf("a plugin's origin: %v", err)
	}
}

// Not parallel: it sets the environment.
func TestNoEffectOfTheEnvironment(t *testing.T) {
	t.Setenv("BETTER_AUTH_TRUSTED_ORIGINS", "https://a.example, b.example")
	_, err := plugintest.Build(t, plugintest.Options{})
	if err == nil || !strings.Contains(err.Error(), `environment BETTER_AUTH_TRUSTED_ORIGINS: no browser sends the origin "b.example"`) {
		t.Errorf("%v", err)
	}
}

func TestDisabledParameters(t *testing.T) {
	t.Parallel()
	list := betterauth.Inline{ID: "list", Endpoints: []betterauth.Endpoint{endpoint("all", "/item/all"), endpoint("item", "/item/:id"), endpoint("part", "/item/:id/part")}}
	kit := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{list, emailpassword.New(emailpassword.Config{})},
		Config: betterauth.Config{DisabledPaths: []string{"/reset-password/:token", "/item/:id/", "/sign-up/email/"}}})
	for request, off := range map[string]bool{
		"GET /reset-password/abc": true, "GET /reset-password/abc/": true, "POST /reset-password/abc": true,
		"POST /reset-password": false,
		"GET /item/1":          true, "GET /item/all": false, "GET /item/1/part": false,
		"POST /sign-up/email": true, "GET /sign-up/email": true, "POST /sign-up/email/": true, "POST /sign-in/email": false,
		"GET /ok": false,
	} {
		method, path, _ := strings.Cut(request, " ")
		answer := kit.Client().Do(method, path, nil)
		if got := answer.Status == http.StatusNotFound && answer.Code() == betterauth.ErrNotFound.Code; got != off {
			t.Errorf("%s: %d %q, disabled %v", request, answer.Status, answer.Body, got)
		}
	}
}

// What an application spells otherwise than browsers do is the same origin.
func TestTrustedOriginsAreNormalized(t *testing.T) {
	t.Parallel()
	config := betterauth.Config{
		TrustedOrigins: []string{"HTTPS://App.Example.com:443/", "https://bücher.example", "*.Wild.example/"},
		TrustedOriginsFunc: func(*http.Request) []string {
			return []string{"https://Own.example/", "own.example", "other.example"}
		},
	}
	kit := plugintest.NewWith(t, plugintest.Options{Config: config})
	for from, ok := range map[string]bool{
		"https://app.example.com": true, "https://xn--bcher-kva.example": true, "https://a.wild.example": true, "https://own.example": true,
		"https://other.example": false, "http://app.example.com": false,
	} {
		c := kit.SignedIn("alice@example.com")
		c.Header.Set("Origin", from)
		if answer := c.Post("/sign-out", map[string]any{}); (answer.Status == http.StatusOK) != ok {
			t.Errorf("%s: %d", from, answer.Status)
		}
	}
	if log := kit.Log.String(); strings.Count(log, "Config.TrustedOriginsFunc") != 1 {
		t.Errorf("log %s", log)
	}
}
