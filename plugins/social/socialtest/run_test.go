package socialtest_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/plugins/social/socialtest"
	"github.com/go-json-experiment/json/jsontext"
)

// example is a provider of a stranger's, with a bit of everything.
func example() oauth.Provider {
	p := oauth.Provider{
		ID: "example", Client: socialtest.Client(),
		AuthorizeURL: "https://id.example/authorize", TokenURL: "https://id.example/token",
		Scopes: []string{"openid"}, Nonce: true, Authentication: oauth.SecretBasic, User: exampleUser,
		IDTokens: &oauth.IDTokens{KeysURL: "https://id.example/keys", Issuers: []string{"https://id.example"}, Algorithms: []string{"ES256"}},
	}
	return p
}

func exampleUser(ctx context.Context, g *oauth.Grant) (*oauth.Profile, error) {
	claims, err := g.Claims(ctx)
	if err != nil {
		return nil, err
	}
	var in struct {
		Email    string         `json:"email"`
		Verified jsontext.Value `json:"verified"`
	}
	raw, err := g.Get(ctx, "https://api.example/me", &in)
	if err != nil {
		return nil, err
	}
	if in.Email == "" {
		return nil, oauth.ErrNoProfile
	}
	profile := &oauth.Profile{Subject: claims.Subject, Email: in.Email, EmailVerified: oauth.True(in.Verified), Raw: raw}
	var picture struct {
		URL string `json:"url"`
	}
	if _, err := g.PostJSON(ctx, "https://api.example/picture", map[string]int{"size": 48}, &picture); err == nil {
		profile.Image = picture.URL
	}
	return profile, nil
}

// discovered is example, found by a document that is read once.
func discovered() oauth.Provider {
	p := example()
	whole := p
	p.Nonce, p.TokenURL, p.IDTokens = false, "", nil
	var found *oauth.Provider
	p.Resolve = func(ctx context.Context, c *oauth.Caller) (*oauth.Provider, error) {
		if found == nil {
			var in map[string]string
			if _, err := p.NewGrant(c, oauth.Tokens{}, nil).Get(ctx, "https://id.example/about", &in); err != nil {
				return nil, err
			}
			whole.TokenURL = in["token"]
			found = &whole
		}
		return found, nil
	}
	return p
}

func exampleCase() socialtest.Case {
	const me = "GET https://api.example/me"
	return socialtest.Case{
		Authorize: "https://id.example/authorize?response_type=code&client_id={client}&state={state}&scope=openid&redirect_uri={redirect}&nonce={nonce}" +
			"&code_challenge_method=S256&code_challenge={challenge}",
		Token:   socialtest.Token{URL: "https://id.example/token", Authentication: "basic"},
		IDToken: &socialtest.IDToken{KeysURL: "https://id.example/keys", Algorithm: "ES256", Claims: jsontext.Value(`{"iss":"https://id.example","sub":"u1"}`)},
		Answers: map[string]socialtest.Answer{
			me: {JSON: jsontext.Value(`{"email":"a@a.example","verified":true}`)},
			"POST https://api.example/picture": {Optional: true, Body: `{"size":48}`, Headers: map[string]string{"Content-Type": "application/json"},
				JSON: jsontext.Value(`{"url":"https://api.example/a.png"}`)},
		},
		Profile: socialtest.Profile{Subject: "u1", Email: "a@a.example", EmailVerified: true, Image: "https://api.example/a.png"},
		Variants: []socialtest.Variant{
			{Name: "not verified", Answers: map[string]socialtest.Answer{me: {Patch: jsontext.Value(`{"verified":false}`)}}, Profile: jsontext.Value(`{"emailVerified":false}`)},
			{Name: "another subject", Claims: jsontext.Value(`{"sub":"u2"}`), Profile: jsontext.Value(`{"subject":"u2"}`)},
			{Name: "no nonce", Claims: jsontext.Value(`{"nonce":null}`), Refused: true},
			{Name: "no address", Answers: map[string]socialtest.Answer{me: {JSON: jsontext.Value(`{}`)}}, Refused: true},
		},
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	t.Run("described", func(t *testing.T) { socialtest.Run(t, example(), exampleCase()) })
	for _, algorithm := range []string{"RS256", "PS384", "ES384", "ES512", "EdDSA"} {
		t.Run("signed with "+algorithm, func(t *testing.T) {
			p, c := example(), exampleCase()
			p.IDTokens.Algorithms, c.IDToken.Algorithm = []string{algorithm}, algorithm
			socialtest.Run(t, p, c)
		})
	}
	t.Run("discovered", func(t *testing.T) {
		c := exampleCase()
		c.Answers["GET https://id.example/about"] = socialtest.Answer{Once: true, Headers: map[string]string{"Authorization": ""},
			JSON: jsontext.Value(`{"token":"https://id.example/token"}`)}
		p := discovered()
		socialtest.Run(t, p, c)
	})
}

// broken are providers with one fault, and the part of Run that must find it.
var broken = map[string]struct {
	found string
	make  func(p *oauth.Provider)
}{
	"has a problem":         {"", func(p *oauth.Provider) { p.Problem = "no domain; set one" }},
	"asks for other scopes": {"authorize", func(p *oauth.Provider) { p.Scopes = nil }},
	"has another order of parameters": {"authorize", func(p *oauth.Provider) {
		p.EditAuthorize = func(_ *oauth.AuthorizeRequest, q *oauth.Query) { q.Del("state"); q.Set("state", socialtest.State) }
	}},
	"sends no code challenge":      {"profile", func(p *oauth.Provider) { p.DisablePKCE = true }},
	"sends the secret in the body": {"profile", func(p *oauth.Provider) { p.Authentication = oauth.SecretPost }},
	"sends one member more": {"profile", func(p *oauth.Provider) {
		p.EditToken = func(r *oauth.TokenRequest) { r.Form.Add("code", socialtest.Code) }
	}},
	"calls somebody else": {"profile", func(p *oauth.Provider) {
		p.User = func(ctx context.Context, g *oauth.Grant) (*oauth.Profile, error) {
			_, err := g.Get(ctx, "https://elsewhere.example/me", &struct{}{})
			return nil, errors.Join(err, oauth.ErrNoProfile)
		}
	}},
	"does not ask everything": {"profile", func(p *oauth.Provider) {
		p.User = func(ctx context.Context, g *oauth.Grant) (*oauth.Profile, error) {
			claims, err := g.Claims(ctx)
			if err != nil {
				return nil, err
			}
			return &oauth.Profile{Subject: claims.Subject, Email: "a@a.example", EmailVerified: true, Image: "https://api.example/a.png", Raw: claims.Raw}, nil
		}
	}},
	"vouches for every address": {"variants/not_verified", func(p *oauth.Provider) {
		p.User = changed(func(profile *oauth.Profile) { profile.EmailVerified = true })
	}},
	"does not keep the answer": {"profile", func(p *oauth.Provider) {
		p.User = changed(func(profile *oauth.Profile) { profile.Raw = nil })
	}},
	"forgives an endpoint that fails": {"failures", func(p *oauth.Provider) {
		p.User = func(ctx context.Context, g *oauth.Grant) (*oauth.Profile, error) {
			profile, err := exampleUser(ctx, g)
			claims, invalid := g.Claims(ctx)
			if err != nil && invalid == nil {
				return &oauth.Profile{Subject: claims.Subject, Raw: claims.Raw}, nil
			}
			return profile, err
		}
	}},
	"tells secrets": {"failures", func(p *oauth.Provider) {
		p.User = func(ctx context.Context, g *oauth.Grant) (*oauth.Profile, error) {
			profile, err := exampleUser(ctx, g)
			if err != nil {
				err = fmt.Errorf("with %s: %w", g.AccessToken, err)
			}
			return profile, err
		}
	}},
	"refreshes nothing": {"refresh", func(p *oauth.Provider) { p.DisableRefresh = true }},
	"verifies no ID tokens": {"id_token", func(p *oauth.Provider) {
		p.Nonce, p.IDTokens.Verify = false, func(_ context.Context, _ *oauth.Caller, _ *oauth.Provider, token, _ string) (*oauth.Claims, error) {
			parts := strings.Split(token, ".")
			raw, err := base64.RawURLEncoding.DecodeString(parts[1])
			if err != nil {
				return nil, err
			}
			return oauth.ParseClaims(raw)
		}
	}},
	"has no ID tokens":  {"id_token", func(p *oauth.Provider) { p.IDTokens = nil }},
	"knows no audience": {"id_token", func(p *oauth.Provider) { p.Client.Audiences = []string{"somebody-else"} }},
}

func changed(change func(*oauth.Profile)) func(context.Context, *oauth.Grant) (*oauth.Profile, error) {
	return func(ctx context.Context, g *oauth.Grant) (*oauth.Profile, error) {
		profile, err := exampleUser(ctx, g)
		if profile != nil {
			change(profile)
		}
		return profile, err
	}
}

// inside is set in the process in which TestBroken plays the broken providers, since
// their tests must fail.
const inside = "SOCIALTEST_BROKEN"

func TestBroken(t *testing.T) {
	t.Parallel()
	if os.Getenv(inside) != "" {
		for name, b := range broken {
			t.Run(name, func(t *testing.T) {
				p := example()
				rules := *p.IDTokens
				p.IDTokens = &rules
				b.make(&p)
				socialtest.Run(t, p, exampleCase())
			})
		}
		return
	}
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestBroken$", "-test.v")
	command.Env = append(os.Environ(), inside+"=1")
	output, err := command.CombinedOutput()
	if _, ok := errors.AsType[*exec.ExitError](err); !ok {
		t.Fatalf("the broken providers end with %v\n%s", err, output)
	}
	for name, b := range broken {
		failure := "--- FAIL: TestBroken/" + strings.ReplaceAll(name, " ", "_")
		if b.found != "" {
			failure += "/" + b.found
		}
		if !strings.Contains(string(output), failure+" (") {
			t.Errorf("a provider that %s is not found out in %q\n%s", name, b.found, output)
		}
	}
}

func TestTransport(t *testing.T) {
	t.Parallel()
	transport := socialtest.NewTransport()
	transport.Handle("GET https://id.example/a", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	transport.Handle("GET https://id.example/a?b=1", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
	for address, want := range map[string]int{
		"https://id.example/a": 418, "https://id.example/a?c=1": 418, "https://id.example/a?b=1": 202,
		"https://id.example/": 0, "http://id.example/a": 0, "https://id.example:444/a": 0, "https://other.example/a": 0,
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := transport.RoundTrip(r)
		switch {
		case want == 0 && err == nil:
			t.Errorf("%s is answered with %d", address, response.StatusCode)
		case want != 0 && (err != nil || response.StatusCode != want):
			t.Errorf("%s is not answered with %d: %v", address, want, err)
		}
		if err == nil {
			_ = response.Body.Close()
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://id.example/a", strings.NewReader("x=1"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if response, err := transport.RoundTrip(r); err == nil {
		_ = response.Body.Close()
		t.Error("another method is answered")
	}
	requests := transport.Requests()
	if last := requests[len(requests)-1]; len(requests) != 8 || last.Address() != "POST https://id.example/a" || last.Form.Get("x") != "1" || last.Body != "x=1" {
		t.Errorf("the requests are %+v", requests)
	}
}
