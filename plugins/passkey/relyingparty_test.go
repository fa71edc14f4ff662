package passkey_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/go-json-experiment/json"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		cfg     passkey.Config
		baseURL string
		want    string // "" for no problem
	}{
		"base URL decides":        {passkey.Config{}, "https://app.example.com", ""},
		"parent domain":           {passkey.Config{RPID: "example.com"}, "https://app.example.com", ""},
		"localhost with port":     {passkey.Config{}, "http://localhost:3000", ""},
		"international":           {passkey.Config{RPID: "bücher.example", Origins: []string{"https://xn--bcher-kva.example"}}, "https://xn--bcher-kva.example", ""},
		"native app":              {passkey.Config{Origins: []string{"https://example.com", "android:apk-key-hash:abc"}}, "https://example.com", ""},
		"other domain":            {passkey.Config{RPID: "example.org"}, "https://example.com", "no suffix"},
		"suffix without a dot":    {passkey.Config{RPID: "ample.com"}, "https://example.com", "no suffix"},
		"address":                 {passkey.Config{}, "http://127.0.0.1:3000", "IP address"},
		"single label":            {passkey.Config{RPID: "intranet"}, "https://intranet", "single label"},
		"with scheme":             {passkey.Config{RPID: "https://example.com"}, "https://example.com", "not a domain"},
		"origin with path":        {passkey.Config{Origins: []string{"https://example.com/"}}, "https://example.com", "without a path"},
		"origin in upper case":    {passkey.Config{Origins: []string{"https://Example.com"}}, "https://example.com", "lower case"},
		"plain http":              {passkey.Config{Origins: []string{"http://example.com"}}, "https://example.com", "not https"},
		"user verification":       {passkey.Config{UserVerification: "maybe"}, "https://example.com", "UserVerification"},
		"backup eligibility":      {passkey.Config{BackupEligibility: "maybe"}, "https://example.com", "BackupEligibility"},
		"insecure but verifying":  {passkey.Config{AllowInsecureUnverifiedAssertion: true}, "http://localhost:3000", "only with DisableVerification"},
		"insecure and elsewhere":  {passkey.Config{DisableVerification: true, AllowInsecureUnverifiedAssertion: true, RPID: "localhost", Origins: []string{"http://localhost:3000"}}, "https://example.com", "localhost, not"},
		"insecure, other origin":  {passkey.Config{DisableVerification: true, AllowInsecureUnverifiedAssertion: true, Origins: []string{"https://example.com"}}, "http://localhost:3000", "localhost, not"},
		"insecure on the machine": {passkey.Config{DisableVerification: true, AllowInsecureUnverifiedAssertion: true}, "http://localhost:3000", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := plugintest.Build(t, plugintest.Options{Config: betterauth.Config{BaseURL: tt.baseURL}, Plugins: []betterauth.Plugin{passkey.New(tt.cfg)}})
			if tt.want == "" && err != nil {
				t.Fatal(err)
			}
			if tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

// Without a base URL the host a request names does not become the RP ID.
func TestHostHeaderDecidesNothing(t *testing.T) {
	kit := plugintest.New(t)
	auth, err := betterauth.New(betterauth.Config{Secret: plugintest.Secret, Schema: betterauth.SchemaMigrate}).
		Database(kit.DB).Plugin(passkey.New(passkey.Config{})).Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"evil.example", "localhost:3000"} {
		r := httptest.NewRequest(http.MethodGet, "http://"+host+"/api/auth/passkey/generate-authenticate-options", nil)
		w := httptest.NewRecorder()
		auth.ServeHTTP(w, r)
		var options struct {
			RPID string `json:"rpId"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &options); err != nil || options.RPID != "localhost" {
			t.Errorf("%s: RP ID %q, %v", host, options.RPID, err)
		}
	}
}
