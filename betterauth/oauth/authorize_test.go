package oauth_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
)

const challenge = "iMnq5o6zALKXGivsnlom_0F5_WYda32GHkxlV7mq7hQ" // of the verifier "verifier"

func params(pairs ...string) (list []betterauth.Param) {
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, betterauth.Param{Name: pairs[i], Value: pairs[i+1]})
	}
	return list
}

var request = oauth.AuthorizeRequest{State: "state", Verifier: "verifier", RedirectURI: "https://app.example/cb"}

func TestAuthorize(t *testing.T) {
	t.Parallel()
	const (
		head = "https://provider.example/authorize?response_type=code&client_id=client&state=state"
		back = "&redirect_uri=https%3A%2F%2Fapp.example%2Fcb"
		pkce = "&code_challenge_method=S256&code_challenge=" + challenge
	)
	for name, c := range map[string]struct {
		change  func(p *oauth.Provider)
		request func(r *oauth.AuthorizeRequest)
		want    string
	}{
		"the least": {want: head + back + pkce},
		"scopes in their order": {
			change:  func(p *oauth.Provider) { p.Scopes, p.Client.Scopes = []string{"a", "b"}, []string{"c"} },
			request: func(r *oauth.AuthorizeRequest) { r.Scopes = []string{"d e"} },
			want:    head + "&scope=a+b+c+d+e" + back + pkce,
		},
		"scopes of the request first": {
			change: func(p *oauth.Provider) {
				p.Scopes, p.Client.Scopes, p.RequestScopesFirst = []string{"a"}, []string{"c"}, true
			},
			request: func(r *oauth.AuthorizeRequest) { r.Scopes = []string{"d"} },
			want:    head + "&scope=a+d+c" + back + pkce,
		},
		"no scopes of the request": {
			change: func(p *oauth.Provider) {
				p.Client.Scopes, p.IgnoreRequestScopes, p.ScopeSeparator = []string{"a", "b"}, true, ","
			},
			request: func(r *oauth.AuthorizeRequest) { r.Scopes = []string{"d"} },
			want:    head + "&scope=a%2Cb" + back + pkce,
		},
		"no default scopes": {
			change: func(p *oauth.Provider) { p.Scopes, p.Client.DisableDefaultScopes = []string{"a"}, true },
			want:   head + back + pkce,
		},
		"everything in its place": {
			change: func(p *oauth.Provider) {
				p.Params = params("last", "1", "access_type", "offline", "hd", "d", "display", "page", "duration", "long")
				p.Client.Prompt, p.Client.ResponseMode = "consent", "form_post"
			},
			request: func(r *oauth.AuthorizeRequest) {
				r.Nonce, r.LoginHint, r.Params = "nonce", "a@a.example", params("x", "a b+c")
			},
			want: head + back + "&duration=long&display=page&login_hint=a%40a.example&nonce=nonce&prompt=consent&hd=d" +
				"&access_type=offline&response_mode=form_post" + pkce + "&last=1&x=a+b%2Bc",
		},
		"a parameter once": {
			change:  func(p *oauth.Provider) { p.Params, p.Client.Params = params("x", "1"), params("x", "2", "y", "2") },
			request: func(r *oauth.AuthorizeRequest) { r.Params = params("x", "3") },
			want:    head + back + pkce + "&x=3&y=2",
		},
		"no reserved parameters": {
			change: func(p *oauth.Provider) { p.Client.Params = params("state", "x", "redirect_uri", "x") },
			request: func(r *oauth.AuthorizeRequest) {
				for _, name := range oauth.Reserved {
					r.Params = append(r.Params, betterauth.Param{Name: name, Value: "x"})
				}
			},
			want: head + back + pkce,
		},
		"no request in the request": {
			request: func(r *oauth.AuthorizeRequest) {
				r.Params = params("request", "x", "request_uri", "https://x.example", "y", "1")
			},
			want: head + back + pkce + "&y=1",
		},
		"no code challenge": {change: func(p *oauth.Provider) { p.DisablePKCE = true }, want: head + back},
		"spaces as %20": {
			change: func(p *oauth.Provider) {
				p.SpacesAsPercent, p.DisablePKCE, p.Scopes, p.Params = true, true, []string{"a", "b+c"}, params("x", "1 2")
			},
			want: head + "&scope=a%20b%2Bc" + back + "&x=1%202",
		},
		"the endpoint's own query": {
			change: func(p *oauth.Provider) {
				p.AuthorizeURL = "https://provider.example/authorize?policy=a%20b&state=x&sta%74e=y&&z"
				p.DisablePKCE = true
			},
			want: "https://provider.example/authorize?policy=a%20b&z&response_type=code&client_id=client&state=state" + back,
		},
		"the client's own endpoint and redirect": {
			change: func(p *oauth.Provider) {
				p.Client.AuthorizeURL, p.Client.RedirectURI, p.DisablePKCE = "https://other.example/a", "https://proxy.example/cb", true
			},
			want: "https://other.example/a?response_type=code&client_id=client&state=state&redirect_uri=https%3A%2F%2Fproxy.example%2Fcb",
		},
		"edited": {
			change: func(p *oauth.Provider) {
				p.DisablePKCE = true
				p.EditAuthorize = func(_ *oauth.AuthorizeRequest, q *oauth.Query) {
					q.Set("appid", q.Get("client_id"))
					q.Del("client_id")
				}
			},
			want: "https://provider.example/authorize?response_type=code&state=state" + back + "&appid=client",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, r := provider(), request
			if c.change != nil {
				c.change(p)
			}
			if c.request != nil {
				c.request(&r)
			}
			got, err := p.Authorize(t.Context(), nil, r)
			if err != nil || got != c.want {
				t.Errorf("the URL is\n\t%s (%v)\nbut must be\n\t%s", got, err, c.want)
			}
		})
	}
}

func TestAuthorizeRefusesAnEndpointThatIsNoURL(t *testing.T) {
	t.Parallel()
	p := provider()
	p.AuthorizeURL = "https://provider example/%"
	if to, err := p.Authorize(t.Context(), nil, request); err == nil {
		t.Errorf("the URL is %s", to)
	}
}

func TestPushedRequest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		body   string
		want   string
	}{
		"accepted":     {201, `{"request_uri":"urn:ietf:params:oauth:request_uri:x","expires_in":60}`, "https://provider.example/authorize?client_id=client&request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3Ax"},
		"refused":      {400, `{"error":"invalid_request"}`, ""},
		"no reference": {201, `{}`, ""},
		"no JSON":      {201, `<p>`, ""},
		"a redirect":   {302, ``, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := provider()
			p.PushURL = "https://provider.example/par"
			var pushed url.Values
			got, err := p.Authorize(t.Context(), caller(func(w http.ResponseWriter, r *http.Request) {
				if err := r.ParseForm(); err != nil || r.Method != http.MethodPost || r.URL.String() != p.PushURL {
					t.Errorf("%s %s is asked (%v)", r.Method, r.URL, err)
				}
				pushed = r.PostForm
				if c.status == http.StatusFound {
					w.Header().Set("Location", "https://elsewhere.example/")
				}
				answering(c.status, "application/json", c.body)(w, r)
			}), request)
			if got != c.want || (err == nil) != (c.want != "") {
				t.Errorf("the URL is %q (%v) but must be %q", got, err, c.want)
			}
			keepsSecrets(t, err, "s3cret", "verifier")
			want := "client_id=client&client_secret=s3cret&code_challenge=" + challenge + "&code_challenge_method=S256" +
				"&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&response_type=code&state=state"
			if pushed.Encode() != want {
				t.Errorf("the pushed request is\n\t%s\nbut must be\n\t%s", pushed.Encode(), want)
			}
			if strings.Contains(got, "state=") {
				t.Error("the URL holds what was pushed")
			}
		})
	}
}
