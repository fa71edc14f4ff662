package baseurl_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/internal/baseurl"
)

func TestNew(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		cfg                   baseurl.Config
		static, path, problem string
		broken                bool
	}{
		"nothing":            {baseurl.Config{}, "", "/api/auth", "", false},
		"URL":                {baseurl.Config{BaseURL: "HTTPS://Example.com:443/", Environment: "https://other.example"}, "https://example.com/api/auth", "/api/auth", "", false},
		"URL with a path":    {baseurl.Config{BaseURL: "https://example.com/auth/", BasePath: "/x"}, "https://example.com/auth", "/auth", "", false},
		"environment":        {baseurl.Config{Environment: "http://localhost:3000"}, "http://localhost:3000/api/auth", "/api/auth", "", false},
		"path":               {baseurl.Config{BasePath: "auth/"}, "", "/auth", "", false},
		"no path":            {baseurl.Config{BasePath: "/", BaseURL: "https://example.com"}, "https://example.com", "", "", false},
		"no scheme":          {baseurl.Config{BaseURL: "example.com"}, "https://example.com/api/auth", "/api/auth", `BaseURL: "example.com" is not an http or https URL`, false},
		"a query":            {baseurl.Config{BaseURL: "https://example.com?x=1"}, "", "/api/auth", "BaseURL: ", true},
		"unreadable":         {baseurl.Config{BaseURL: "exa mple"}, "", "/api/auth", "BaseURL: ", true},
		"two URLs":           {baseurl.Config{BaseURL: "https://a", Dynamic: &baseurl.Dynamic{AllowedHosts: []string{"b"}}}, "", "/api/auth", "BaseURL: has no effect beside", false},
		"no hosts":           {baseurl.Config{Dynamic: &baseurl.Dynamic{}}, "", "/api/auth", "DynamicBaseURL: has neither AllowedHosts nor AllowHost", false},
		"a host there is no": {baseurl.Config{Dynamic: &baseurl.Dynamic{AllowedHosts: []string{"exa mple"}}}, "", "/api/auth", "DynamicBaseURL.AllowedHosts: no request names", false},
		"protocol":           {baseurl.Config{Dynamic: &baseurl.Dynamic{AllowedHosts: []string{"b"}, Protocol: "ftp"}}, "", "/api/auth", `DynamicBaseURL: protocol "ftp"`, false},
		"fallback":           {baseurl.Config{Dynamic: &baseurl.Dynamic{AllowedHosts: []string{"b"}, Fallback: "b"}}, "", "/api/auth", `DynamicBaseURL.Fallback: "b" is not`, false},
		"headers":            {baseurl.Config{ProxyHeaders: []string{"X-Forwarded-Proto"}}, "", "/api/auth", "ProxyHeaders: has no effect", false},
		"a header nobody":    {baseurl.Config{TrustProxyHeaders: true, ProxyHeaders: []string{"X-What"}}, "", "/api/auth", `ProxyHeaders: "X-What" names neither`, false},
	}
	for name, tt := range tests {
		b, problems := baseurl.New(tt.cfg)
		var said []string
		for _, p := range problems {
			said = append(said, p.Member+": "+p.Err.Error())
		}
		if b.Static != tt.static || b.Path != tt.path {
			t.Errorf("%s: %q, %q; want %q, %q", name, b.Static, b.Path, tt.static, tt.path)
		}
		if got := strings.Join(said, "\n"); tt.problem == "" && got != "" || !strings.HasPrefix(got, tt.problem) {
			t.Errorf("%s: problems %q, want %q", name, got, tt.problem)
		}
		if b.Broken != tt.broken {
			t.Errorf("%s: broken %t", name, b.Broken)
		}
	}
}

// The application's own configuration stays as it is.
func TestNewCopies(t *testing.T) {
	t.Parallel()
	mine := &baseurl.Dynamic{AllowedHosts: []string{"EXAMPLE.com"}, Fallback: "https://EXAMPLE.com/"}
	b, _ := baseurl.New(baseurl.Config{Dynamic: mine})
	if mine.AllowedHosts[0] != "EXAMPLE.com" || mine.Fallback != "https://EXAMPLE.com/" {
		t.Errorf("the configuration became %+v", mine)
	}
	if b.Dynamic.AllowedHosts[0] != "example.com" || b.Dynamic.Fallback != "https://example.com" {
		t.Errorf("resolved to %+v", b.Dynamic)
	}
}

func TestOf(t *testing.T) {
	t.Parallel()
	hosts := &baseurl.Dynamic{AllowedHosts: []string{"*.example.com", "localhost:*"}}
	fallback := &baseurl.Dynamic{AllowedHosts: []string{"a.example"}, Fallback: "https://main.example/auth"}
	tests := map[string]struct {
		cfg    baseurl.Config
		host   string
		tls    bool
		header http.Header
		want   string
	}{
		"static":                   {baseurl.Config{BaseURL: "https://fixed.example"}, "evil.example", false, nil, "https://fixed.example/api/auth"},
		"derived":                  {baseurl.Config{}, "Any.example:80", false, nil, "http://any.example/api/auth"},
		"derived over TLS":         {baseurl.Config{}, "any.example", true, nil, "https://any.example/api/auth"},
		"no host":                  {baseurl.Config{}, "a/b", false, nil, ""},
		"no port":                  {baseurl.Config{}, "a.example:99999", false, nil, ""},
		"headers not believed":     {baseurl.Config{}, "a.example", false, http.Header{"X-Forwarded-Host": {"evil.example"}}, "http://a.example/api/auth"},
		"headers believed":         {baseurl.Config{TrustProxyHeaders: true}, "a", false, http.Header{"X-Forwarded-Host": {"b.example"}, "X-Forwarded-Proto": {"https"}}, "https://b.example/api/auth"},
		"a forwarded host of none": {baseurl.Config{TrustProxyHeaders: true}, "a.example", false, http.Header{"X-Forwarded-Host": {"b/c"}}, "http://a.example/api/auth"},
		"allowed":                  {baseurl.Config{Dynamic: hosts}, "t1.example.com", false, nil, "https://t1.example.com/api/auth"},
		"allowed on loopback":      {baseurl.Config{Dynamic: hosts}, "localhost:5173", false, nil, "http://localhost:5173/api/auth"},
		"default port":             {baseurl.Config{Dynamic: hosts}, "t1.example.com:443", true, nil, "https://t1.example.com/api/auth"},
		"not allowed":              {baseurl.Config{Dynamic: hosts}, "example.org", false, nil, ""},
		"fallback":                 {baseurl.Config{Dynamic: fallback}, "b.example", false, nil, "https://main.example/auth/api/auth"},
		"protocol":                 {baseurl.Config{Dynamic: &baseurl.Dynamic{AllowedHosts: []string{"a.example"}, Protocol: "http"}}, "a.example", true, nil, "http://a.example/api/auth"},
	}
	for name, tt := range tests {
		b, problems := baseurl.New(tt.cfg)
		if problems != nil {
			t.Errorf("%s: %v", name, problems)
		}
		r := &http.Request{Host: tt.host, Header: tt.header}
		if tt.tls {
			r.TLS = &tls.ConnectionState{}
		}
		if got, err := b.Of(r); got != tt.want || err != nil {
			t.Errorf("%s: %q, %v; want %q", name, got, err, tt.want)
		}
	}
	for want, cfg := range map[string]baseurl.Config{"http://localhost/api/auth": {Dynamic: hosts}, "https://main.example/auth/api/auth": {Dynamic: fallback}} {
		b, _ := baseurl.New(cfg)
		if got, err := b.Of(nil); got != want || err != nil {
			t.Errorf("in process: %q, %v; want %q", got, err, want)
		}
	}
}

func TestAllowHost(t *testing.T) {
	t.Parallel()
	cause := errors.New("no answer")
	asked := ""
	b, _ := baseurl.New(baseurl.Config{Dynamic: &baseurl.Dynamic{AllowHost: func(_ context.Context, host string) (bool, error) {
		asked = host
		switch host {
		case "error.example":
			return true, cause
		case "panic.example":
			panic("boom")
		}
		return host == "yes.example:8443", nil
	}}})
	of := func(host string) (string, error) { return b.Of(&http.Request{Host: host}) }
	if got, err := of("YES.example:8443"); got != "https://yes.example:8443/api/auth" || err != nil || asked != "yes.example:8443" {
		t.Errorf("allowed: %q, %v, asked about %q", got, err, asked)
	}
	if got, err := of("no.example:443"); got != "" || err != nil || asked != "no.example" {
		t.Errorf("not allowed: %q, %v, asked about %q", got, err, asked)
	}
	if got, err := of("error.example"); got != "" || !errors.Is(err, cause) {
		t.Errorf("error: %q, %v", got, err)
	}
	if got, err := of("panic.example"); got != "" || err == nil || err.Error() != "config DynamicBaseURL.AllowHost panicked: boom" {
		t.Errorf("panic: %q, %v", got, err)
	}
}
