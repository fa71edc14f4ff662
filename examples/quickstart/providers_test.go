package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/plugins/social"
)

func TestProvidersOfTheEnvironment(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		env     map[string]string
		page    string // what the page is told
		printed string // at start-up
		problem string
	}{
		"none":         {page: `[]`},
		"two":          {env: map[string]string{"GITHUB_CLIENT_ID": "id", "GITHUB_CLIENT_SECRET": "s", "GOOGLE_CLIENT_ID": "id", "GOOGLE_CLIENT_SECRET": "s"}, page: `[{"id":"github","name":"GitHub"},{"id":"google","name":"Google"}]`, printed: "GitHub: enter the redirect URI http://x/auth/callback/github at"},
		"any issuer":   {env: map[string]string{"OIDC_ISSUER": "https://id.example.com", "OIDC_CLIENT_ID": "id", "OIDC_CLIENT_SECRET": "s", "OIDC_NAME": "Acme"}, page: `[{"id":"oidc","name":"Acme"}]`, printed: "Acme: enter the post-logout redirect URI http://x/ if"},
		"no name":      {env: map[string]string{"OIDC_ISSUER": "https://id.example.com", "OIDC_CLIENT_ID": "id", "OIDC_CLIENT_SECRET": "s"}, page: `[{"id":"oidc","name":"OpenID Connect"}]`, printed: "http://x/auth/callback/oidc"},
		"needs more":   {env: map[string]string{"COGNITO_CLIENT_ID": "id", "COGNITO_CLIENT_SECRET": "s"}, page: `[]`, printed: "is not offered"},
		"half":         {env: map[string]string{"GITHUB_CLIENT_ID": "id"}, problem: "GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET go together"},
		"no issuer":    {env: map[string]string{"OIDC_CLIENT_ID": "id", "OIDC_CLIENT_SECRET": "s"}, problem: "OIDC_ISSUER needs"},
		"issuer alone": {env: map[string]string{"OIDC_ISSUER": "https://id.example.com"}, problem: "OIDC_ISSUER needs"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := providersFrom(func(name string) string { return test.env[name] })
			if test.problem != "" {
				if err == nil || !strings.Contains(err.Error(), test.problem) {
					t.Fatalf("error %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			w := httptest.NewRecorder()
			p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/providers", nil))
			var out bytes.Buffer
			p.announce(&out, "http://x/auth", "http://x")
			if w.Body.String() != test.page || !strings.Contains(out.String(), test.printed) || (test.printed == "") != (out.Len() == 0) {
				t.Errorf("the page is told %s; printed %q", w.Body, out.String())
			}
			if (len(p.plugins()) > 0) != (test.page != `[]`) {
				t.Errorf("%d plugins", len(p.plugins()))
			}
		})
	}
}

// Every provider that comes with the plugin is found, by its own name.
func TestEveryProviderIsOffered(t *testing.T) {
	t.Parallel()
	p, err := providersFrom(func(name string) string {
		if strings.HasPrefix(name, "OIDC") {
			return ""
		}
		return "value"
	})
	if err != nil || len(p.builtin)+len(p.left) != len(social.Builtins()) || len(p.left) > 2 {
		t.Fatalf("%d are offered, %v are not; %v", len(p.builtin), p.left, err)
	}
	for _, one := range p.list() {
		if one.Name == "" {
			t.Errorf("%s has no name", one.ID)
		}
	}
}

// The page has a sentence for everything that a callback can answer as "error".
func TestEveryFailureHasASentence(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile(filepath.Join("..", "..", "plugins", "social", "errors.go"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := page.ReadFile("page/returned.js")
	if err != nil {
		t.Fatal(err)
	}
	codes := regexp.MustCompile(`(?m)^\tfail\w+ += "(\w+)"`).FindAllStringSubmatch(string(source), -1)
	if len(codes) < 20 {
		t.Fatalf("%d codes", len(codes))
	}
	for _, code := range codes {
		if !regexp.MustCompile(`(?m)^  ` + code[1] + `: (".*\."|\w+),$`).Match(text) {
			t.Errorf("page/returned.js has no sentence for %s", code[1])
		}
	}
	for _, sentence := range regexp.MustCompile(`(?m)[:=] "(.*)"[,;]$`).FindAllStringSubmatch(string(text), -1) {
		if !regexp.MustCompile(`^[A-Z][^\[\]_{}<>]*\.$`).MatchString(sentence[1]) {
			t.Errorf("no sentence for people: %q", sentence[1])
		}
	}
}
