package betterauth_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
)

// whereabouts answers the base URL and the client's address.
func whereabouts(t *testing.T, cfg betterauth.Config) *plugintest.Kit {
	t.Helper()
	if cfg.DynamicBaseURL == nil {
		cfg.DynamicBaseURL = &betterauth.DynamicBaseURL{AllowedHosts: []string{"example.com", "*.example.com", "[2001:db8::1]:8443"}}
	}
	return plugintest.NewWith(t, plugintest.Options{Config: cfg, Plugins: []betterauth.Plugin{betterauth.Inline{ID: "where", Endpoints: []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{ID: "where", Method: http.MethodGet, Path: "/where", Access: betterauth.Public},
			func(c *betterauth.Ctx, _ betterauth.None) (betterauth.Raw, error) {
				return betterauth.Raw{Body: []byte(c.Origin() + " " + c.ClientIP())}, nil
			}),
	}}}})
}

// sender is a proxy: what has to be configured for it, and what it sends.
type sender struct {
	headers []string // Config.ProxyHeaders
	address []string // ClientIP.Headers
	trusted []string // ClientIP.TrustedProxies
	host    string   // of the request, "example.com" by default
	sends   http.Header
	origin  string // "https://example.com" by default
	client  string // "203.0.113.7" by default
}

var senders = map[string]sender{
	"AWS Application Load Balancer": {
		address: []string{"X-Forwarded-For"},
		sends:   http.Header{"X-Forwarded-For": {"203.0.113.7"}, "X-Forwarded-Proto": {"https"}, "X-Forwarded-Port": {"443"}, "X-Amzn-Trace-Id": {"Root=1-2-3"}},
	},
	"AWS Application Load Balancer, behind one that is named": {
		address: []string{"X-Forwarded-For"}, trusted: []string{"10.0.0.0/16"},
		sends: http.Header{"X-Forwarded-For": {"1.1.1.1, 203.0.113.7, 10.0.3.4"}, "X-Forwarded-Proto": {"https"}},
	},
	"AWS Application Load Balancer, ports kept": {
		address: []string{"X-Forwarded-For"},
		sends:   http.Header{"X-Forwarded-For": {"203.0.113.7:45678"}, "X-Forwarded-Proto": {"https"}},
	},
	"AWS Application Load Balancer, ports kept, IPv6": {
		address: []string{"X-Forwarded-For"}, client: "2001:0db8:0001:0002:0000:0000:0000:0000",
		sends: http.Header{"X-Forwarded-For": {"[2001:db8:1:2::3]:45678"}, "X-Forwarded-Proto": {"https"}},
	},
	"AWS CloudFront": {
		headers: []string{"CloudFront-Forwarded-Proto"}, address: []string{"CloudFront-Viewer-Address"},
		sends: http.Header{"Cloudfront-Forwarded-Proto": {"https"}, "Cloudfront-Viewer-Address": {"203.0.113.7:46532"}, "X-Forwarded-For": {"9.9.9.9, 203.0.113.7"}, "X-Forwarded-Proto": {"http"}},
	},
	"AWS CloudFront, IPv6": {
		headers: []string{"CloudFront-Forwarded-Proto"}, address: []string{"CloudFront-Viewer-Address"}, client: "2001:0db8:0001:0002:0000:0000:0000:0000",
		sends: http.Header{"Cloudfront-Forwarded-Proto": {"https"}, "Cloudfront-Viewer-Address": {"2001:db8:1:2:0:0:0:3:46532"}},
	},
	"Azure App Service": {
		headers: []string{"X-Forwarded-Proto", "X-ARR-SSL", "X-Forwarded-Host"}, address: []string{"X-Client-IP"},
		sends: http.Header{"X-Forwarded-For": {"203.0.113.7:55380, 10.0.128.18"}, "X-Client-Ip": {"203.0.113.7"}, "X-Forwarded-Host": {"example.com"},
			"X-Arr-Ssl": {"2048|256|C=US, S=Washington, O=Contoso|CN=*.example.com"}},
	},
	"Azure App Service, by X-Forwarded-For": {
		headers: []string{"X-ARR-SSL"}, address: []string{"X-Forwarded-For"}, trusted: []string{"10.0.0.0/8"},
		sends: http.Header{"X-Forwarded-For": {"203.0.113.7:55380, 10.0.128.18"}, "X-Arr-Ssl": {"2048|256|C=US|CN=*.example.com"}},
	},
	"Azure Front Door": {
		address: []string{"X-Azure-ClientIP"}, host: "origin.azurewebsites.net",
		sends: http.Header{"X-Azure-Clientip": {"203.0.113.7"}, "X-Azure-Socketip": {"203.0.113.7"}, "X-Forwarded-For": {"203.0.113.7, 147.243.1.1"},
			"X-Forwarded-Host": {"example.com"}, "X-Forwarded-Proto": {"https"}},
	},
	"Azure Application Gateway": {
		headers: []string{"X-Forwarded-Proto", "X-Original-Host"}, address: []string{"X-Forwarded-For"}, host: "10.0.0.5",
		sends: http.Header{"X-Forwarded-For": {"203.0.113.7:1042"}, "X-Forwarded-Proto": {"https"}, "X-Forwarded-Port": {"443"}, "X-Original-Host": {"example.com"}},
	},
	"Google Cloud load balancer": {
		address: []string{"X-Forwarded-For"}, trusted: []string{"34.120.5.6/32"},
		sends: http.Header{"X-Forwarded-For": {"1.1.1.1,203.0.113.7,34.120.5.6"}, "X-Forwarded-Proto": {"https"}, "Via": {"1.1 google"}},
	},
	"Google Cloud Run": {
		address: []string{"X-Forwarded-For"},
		sends:   http.Header{"X-Forwarded-For": {"203.0.113.7"}, "X-Forwarded-Proto": {"https"}, "Forwarded": {`for="203.0.113.7";proto=https`}},
	},
	"Cloudflare": {
		headers: []string{"CF-Visitor"}, address: []string{"CF-Connecting-IP"},
		sends: http.Header{"Cf-Connecting-Ip": {"203.0.113.7"}, "Cf-Visitor": {`{"scheme":"https"}`}, "X-Forwarded-For": {"203.0.113.7, 172.70.1.1"}, "X-Forwarded-Proto": {"https"}},
	},
	"Heroku": {
		headers: []string{"X-Forwarded-Proto", "X-Forwarded-Port"}, address: []string{"X-Forwarded-For"}, trusted: []string{"10.0.0.0/8"},
		sends: http.Header{"X-Forwarded-For": {"1.1.1.1, 203.0.113.7"}, "X-Forwarded-Proto": {"https"}, "X-Forwarded-Port": {"443"}, "X-Request-Start": {"1"}},
	},
	"nginx": {
		address: []string{"X-Real-IP"}, host: "127.0.0.1:3000",
		sends: http.Header{"X-Real-Ip": {"203.0.113.7"}, "X-Forwarded-For": {"1.1.1.1, 203.0.113.7"}, "X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"example.com"}},
	},
	"nginx, the scheme alone": {
		address: []string{"X-Real-IP"}, host: "example.com:443",
		sends: http.Header{"X-Real-Ip": {"203.0.113.7"}, "X-Forwarded-Proto": {"https"}},
	},
	"nginx ingress": {
		headers: []string{"X-Forwarded-Scheme", "X-Forwarded-Host"}, address: []string{"X-Real-IP"},
		sends: http.Header{"X-Real-Ip": {"203.0.113.7"}, "X-Forwarded-Scheme": {"https"}, "X-Scheme": {"https"}, "X-Forwarded-Host": {"example.com"}},
	},
	"Caddy": {
		address: []string{"X-Forwarded-For"},
		sends:   http.Header{"X-Forwarded-For": {"203.0.113.7"}, "X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"example.com"}},
	},
	"Traefik": {
		headers: []string{"X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port"}, address: []string{"X-Real-Ip"},
		sends: http.Header{"X-Real-Ip": {"203.0.113.7"}, "X-Forwarded-For": {"203.0.113.7"}, "X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"example.com"},
			"X-Forwarded-Port": {"443"}, "X-Forwarded-Server": {"traefik-1"}},
	},
	"Traefik, on another port": {
		headers: []string{"X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port"}, address: []string{"X-Real-Ip"}, origin: "https://[2001:db8::1]:8443",
		sends: http.Header{"X-Real-Ip": {"203.0.113.7"}, "X-Forwarded-Proto": {"wss"}, "X-Forwarded-Host": {"[2001:db8::1]"}, "X-Forwarded-Port": {"8443"}},
	},
	"Apache": {
		address: []string{"X-Forwarded-For"}, trusted: []string{"10.0.0.0/8"}, host: "backend",
		sends: http.Header{"X-Forwarded-For": {"203.0.113.7"}, "X-Forwarded-Host": {"example.com, cache.internal"}, "X-Forwarded-Server": {"www"}, "X-Forwarded-Proto": {"https"}},
	},
	"two proxies, a list": {
		address: []string{"X-Forwarded-For"}, trusted: []string{"10.0.0.0/8", "fd00::/8"},
		sends: http.Header{"X-Forwarded-For": {"203.0.113.7:1, [fd00::1]:2", "10.0.0.2:3"}, "X-Forwarded-Proto": {"HTTPS, http"}, "X-Forwarded-Host": {"EXAMPLE.com:443 , a.internal"}},
	},
	"capitals and quotes": {
		address: []string{"X-Forwarded-For"},
		sends:   http.Header{"X-Forwarded-For": {`"203.0.113.7:80"`}, "X-Forwarded-Proto": {`"HTTPS"`}, "X-Forwarded-Host": {`"Example.COM"`}},
	},
	"RFC 7239": {
		headers: []string{"Forwarded"}, address: []string{"Forwarded"}, host: "backend",
		sends: http.Header{"Forwarded": {`for="203.0.113.7:4711";Proto=HTTPS;host="example.com:443";by=10.0.0.1`}},
	},
	"RFC 7239, IPv6, two proxies": {
		headers: []string{"Forwarded"}, address: []string{"Forwarded"}, trusted: []string{"10.0.0.0/8"}, host: "backend",
		client: "2001:0db8:cafe:0000:0000:0000:0000:0000",
		sends:  http.Header{"Forwarded": {`For="[2001:db8:cafe::17]:4711";proto=https;host=example.com, for=10.0.0.9;proto=http;host=cache`}},
	},
	"RFC 7239 with an extension": {
		headers: []string{"Forwarded"}, address: []string{"Forwarded"},
		sends: http.Header{"Forwarded": {`for=203.0.113.7; proto=https; secret="a;b\"c"`}},
	},
	"ssl on": {
		headers: []string{"X-Forwarded-Ssl"}, address: []string{"Fly-Client-IP"},
		sends: http.Header{"X-Forwarded-Ssl": {"on"}, "Fly-Client-Ip": {"203.0.113.7"}},
	},
	"Front-End-Https": {
		headers: []string{"Front-End-Https"}, address: []string{"True-Client-IP"},
		sends: http.Header{"Front-End-Https": {"On"}, "True-Client-Ip": {"203.0.113.7"}},
	},
	"http, said so": {
		address: []string{"X-Forwarded-For"}, origin: "http://example.com", host: "example.com:80",
		sends: http.Header{"X-Forwarded-For": {"203.0.113.7"}, "X-Forwarded-Proto": {"http"}},
	},
}

func (s sender) config() betterauth.Config {
	cfg := betterauth.Config{TrustProxyHeaders: true, ProxyHeaders: s.headers, ClientIP: betterauth.ClientIPConfig{Headers: s.address}}
	for _, prefix := range s.trusted {
		cfg.ClientIP.TrustedProxies = append(cfg.ClientIP.TrustedProxies, netip.MustParsePrefix(prefix))
	}
	return cfg
}

func (s sender) request() *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/api/auth/where", nil)
	r.Host, r.RemoteAddr = "example.com", "10.0.0.1:1234"
	if s.host != "" {
		r.Host = s.host
	}
	for name, values := range s.sends {
		r.Header[name] = values
	}
	return r
}

func TestProxies(t *testing.T) {
	t.Parallel()
	for name, s := range senders {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			whereabouts(t, s.config()).Auth.ServeHTTP(w, s.request())
			origin, client := "https://example.com", "203.0.113.7"
			if s.origin != "" {
				origin = s.origin
			}
			if s.client != "" {
				client = s.client
			}
			if got, want := w.Body.String(), origin+" "+client; got != want {
				t.Errorf("%s, want %s", got, want)
			}
			// Without a word of it in the configuration no header counts.
			w = httptest.NewRecorder()
			open := &betterauth.DynamicBaseURL{AllowedHosts: []string{"*"}, Protocol: "auto"}
			whereabouts(t, betterauth.Config{DynamicBaseURL: open}).Auth.ServeHTTP(w, s.request())
			host := strings.TrimSuffix(s.request().Host, ":443")
			if got, want := w.Body.String(), "https://"+host+" 10.0.0.1"; got != want && got != strings.Replace(want, "https", "http", 1) {
				t.Errorf("unconfigured: %s, want %s", got, want)
			}
		})
	}
}

// Without DynamicBaseURL the scheme alone counts, and a host alone; a host that is
// none does not.
func TestForwardedWithoutBaseURL(t *testing.T) {
	for name, tt := range map[string]struct {
		host   string
		tls    bool
		header http.Header
		want   string
	}{
		"the scheme alone":    {"example.com", false, http.Header{"X-Forwarded-Proto": {"https"}}, "https://example.com"},
		"a default port":      {"example.com:443", false, http.Header{"X-Forwarded-Proto": {"https"}}, "https://example.com"},
		"the host alone":      {"backend", false, http.Header{"X-Forwarded-Host": {"example.com"}}, "http://example.com"},
		"the host alone, TLS": {"backend", true, http.Header{"X-Forwarded-Host": {"example.com"}}, "https://example.com"},
		"no host":             {"example.com", false, http.Header{"X-Forwarded-Host": {"a b"}, "X-Forwarded-Proto": {"https"}}, "https://example.com"},
		"no scheme":           {"example.com", false, http.Header{"X-Forwarded-Proto": {"gopher"}}, "http://example.com"},
		"a header not named":  {"example.com", false, http.Header{"Forwarded": {"host=evil.example;proto=https"}}, "http://example.com"},
	} {
		t.Setenv("BETTER_AUTH_URL", "")
		kit := whereaboutsAnywhere(t)
		r := httptest.NewRequest(http.MethodGet, "/api/auth/where", nil)
		r.Host, r.Header = tt.host, tt.header
		if tt.tls {
			r.TLS = &tls.ConnectionState{}
		}
		w := httptest.NewRecorder()
		kit.ServeHTTP(w, r)
		if got, _, _ := strings.Cut(w.Body.String(), " "); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

func whereaboutsAnywhere(t *testing.T) *betterauth.Auth {
	t.Helper()
	auth, err := betterauth.New(betterauth.Config{Secret: "0123456789abcdefghijklmnopqrstuv", TrustProxyHeaders: true, Schema: betterauth.SchemaMigrate}).
		Database(memory(t)).Plugin(betterauth.Inline{ID: "where", Endpoints: []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{ID: "where", Method: http.MethodGet, Path: "/where", Access: betterauth.Public},
			func(c *betterauth.Ctx, _ betterauth.None) (betterauth.Raw, error) {
				return betterauth.Raw{Body: []byte(c.Origin() + " " + c.ClientIP())}, nil
			}),
	}}).Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return auth
}

// Hosts may be looked up: an error is no permission, and is told apart from a no.
func TestAllowHost(t *testing.T) {
	t.Parallel()
	var asked []string
	kit := whereabouts(t, betterauth.Config{DynamicBaseURL: &betterauth.DynamicBaseURL{
		AllowedHosts: []string{"example.com"},
		AllowHost: func(_ context.Context, host string) (bool, error) {
			asked = append(asked, host)
			switch host {
			case "down.example":
				return true, errors.New("no database")
			case "panic.example":
				panic("here")
			}
			return host == "tenant.example", nil
		},
	}})
	for host, status := range map[string]int{
		"example.com": 200, "Tenant.Example:443": 200, "tenant.example:8443": 400, "other.example": 400, "down.example": 500, "panic.example": 500, "a b": 400,
	} {
		r := httptest.NewRequest(http.MethodGet, "/api/auth/where", nil)
		r.Host = host
		w := httptest.NewRecorder()
		kit.Auth.ServeHTTP(w, r)
		if w.Code != status {
			t.Errorf("%s: %d %s", host, w.Code, w.Body)
		}
		if status == http.StatusOK && host != "example.com" && !strings.HasPrefix(w.Body.String(), "https://tenant.example ") {
			t.Errorf("%s: %s", host, w.Body)
		}
	}
	for _, host := range asked {
		if host == "example.com" || host == "a b" || host != strings.ToLower(host) {
			t.Errorf("asked for %q", host)
		}
	}
	// A tenant's origin is trusted at its own host alone.
	for from, status := range map[string]int{"https://tenant.example": 200, "https://other.example": 403} {
		r := httptest.NewRequest(http.MethodPost, "/api/auth/sign-out", strings.NewReader("{}"))
		r.Host = "tenant.example"
		r.Header = http.Header{"Origin": {from}, "Cookie": {"a=b"}, "Content-Type": {"application/json"}}
		w := httptest.NewRecorder()
		kit.Auth.ServeHTTP(w, r)
		if w.Code != status {
			t.Errorf("from %s: %d %s", from, w.Code, w.Body)
		}
	}
	// Whoever asks for a session in a handler of their own sees the failure, too.
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Host = "down.example"
	if _, err := kit.Auth.Session(t.Context(), r); err == nil || errors.Is(err, betterauth.ErrNoSession) {
		t.Errorf("error %v", err)
	}
}

// A host that has no origin is served by no pattern: links would lead nowhere.
func TestHostsWithoutAnOrigin(t *testing.T) {
	t.Parallel()
	for name, base := range map[string]*betterauth.DynamicBaseURL{
		"patterns": {AllowedHosts: []string{"*", "*:*"}},
		"function": {AllowHost: func(context.Context, string) (bool, error) { return true, nil }},
	} {
		kit := whereabouts(t, betterauth.Config{DynamicBaseURL: base})
		for host, want := range map[string]int{
			"example.com:65535": http.StatusOK, "example.com:65536": http.StatusBadRequest, "example.com:99999": http.StatusBadRequest,
			"1.2.3": http.StatusBadRequest, "example.0x1": http.StatusBadRequest,
		} {
			r := httptest.NewRequest(http.MethodGet, "/api/auth/where", nil)
			r.Host = host
			w := httptest.NewRecorder()
			if kit.Auth.ServeHTTP(w, r); w.Code != want {
				t.Errorf("%s, %s: %d %s", name, host, w.Code, w.Body)
			}
		}
	}
}
