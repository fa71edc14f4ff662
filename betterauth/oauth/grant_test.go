package oauth_test

import (
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-jose/go-jose/v4"
)

// claimed makes a profile of the ID token's subject.
func claimed(ctx context.Context, g *oauth.Grant) (*oauth.Profile, error) {
	c, err := g.Claims(ctx)
	if err != nil {
		return nil, err
	}
	return &oauth.Profile{Subject: c.Subject, Raw: c.Raw}, nil
}

// subject makes a profile without looking at the ID token.
func subject(id string) func(context.Context, *oauth.Grant) (*oauth.Profile, error) {
	return func(context.Context, *oauth.Grant) (*oauth.Profile, error) { return &oauth.Profile{Subject: id}, nil }
}

func hash384(accessToken string) string {
	sum := sha512.Sum384([]byte(accessToken))
	return base64.RawURLEncoding.EncodeToString(sum[:24])
}

func TestProfile(t *testing.T) {
	t.Parallel()
	refused := errors.New("not here")
	withNonce := func(p *oauth.Provider) { p.Nonce = true }
	for name, c := range map[string]struct {
		change func(p *oauth.Provider)
		token  string
		nonce  string
		native bool // without a callback
		reason string
		err    error
	}{
		"an ID token":                             {token: token(t, nil)},
		"no ID token":                             {reason: "is missing"},
		"no ID token where none is needed":        {change: func(p *oauth.Provider) { p.User = subject("a") }},
		"a wrong ID token that nobody looks at":   {change: func(p *oauth.Provider) { p.User = subject("a") }, token: token(t, claims{"aud": "x"}), reason: "is for another client"},
		"the nonce":                               {change: withNonce, nonce: "n", token: token(t, claims{"nonce": "n"})},
		"another nonce":                           {change: withNonce, nonce: "n", token: token(t, claims{"nonce": "m"}), reason: "has another nonce, or none"},
		"a flow without a nonce":                  {change: withNonce, token: token(t, claims{"nonce": "m"}), reason: "belongs to a flow without a nonce"},
		"a nonce and no ID token":                 {change: func(p *oauth.Provider) { p.Nonce, p.User = true, subject("a") }, nonce: "n", reason: "is missing"},
		"issued to another by the token endpoint": {token: token(t, claims{"azp": "native"}), reason: "was issued to another client"},
		"the access token's hash":                 {token: token(t, claims{"at_hash": "ypeBEsobvcr6wjGzmiPcTQ"}), reason: "belongs to another access token"},
		"a hash of a number":                      {token: token(t, claims{"at_hash": 7}), reason: "belongs to another access token"},
		"another access token's hash": {
			change: func(p *oauth.Provider) { p.IDTokens.Algorithms = []string{"ES384"} },
			token:  sign(t, ecKey(), "ec", jose.ES384, valid(claims{"at_hash": hash384("other")})), reason: "belongs to another access token",
		},
		"the right hash": {
			change: func(p *oauth.Provider) { p.IDTokens.Algorithms = []string{"ES384"} },
			token:  sign(t, ecKey(), "ec", jose.ES384, valid(claims{"at_hash": hash384("access")})),
		},
		"nobody": {change: func(p *oauth.Provider) { p.User = subject(" ") }, err: oauth.ErrNoProfile},
		"no profile": {change: func(p *oauth.Provider) {
			p.User = func(context.Context, *oauth.Grant) (*oauth.Profile, error) { return nil, nil }
		}, err: oauth.ErrNoProfile},
		"the application's own user": {change: func(p *oauth.Provider) { p.Client.User = subject("own") }},
		"a mapping that refuses": {change: func(p *oauth.Provider) {
			p.User = subject("a")
			p.Client.MapUser = func(context.Context, *oauth.Profile) error { return refused }
		}, err: refused},
		"from a client": {native: true, change: func(p *oauth.Provider) { p.Nonce = true }, token: token(t, nil)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, c2 := verifier()
			if c.change != nil {
				c.change(p)
			}
			g := p.NewGrant(c2, oauth.Tokens{AccessToken: "access", IDToken: c.token}, nil)
			if !c.native {
				g.Callback = &oauth.Callback{Nonce: c.nonce}
			}
			profile, err := g.Profile(t.Context())
			switch {
			case c.reason != "":
				wantReason(t, err, c.reason)
			case !errors.Is(err, c.err):
				t.Errorf("the error is %v but must be %v", err, c.err)
			case c.err == nil && profile.Subject == "":
				t.Error("the profile is nobody's")
			}
		})
	}
}

// A mapping changes what is told about a user, never who it is.
func TestMappingKeepsTheSubject(t *testing.T) {
	t.Parallel()
	p := provider()
	p.User = subject("subject")
	p.Client.MapUser = func(_ context.Context, profile *oauth.Profile) error {
		profile.Subject, profile.Name = "somebody else", "Name"
		return nil
	}
	got, err := p.NewGrant(nil, oauth.Tokens{}, nil).Profile(t.Context())
	if err != nil || got.Subject != "subject" || got.Name != "Name" {
		t.Errorf("the profile is %+v (%v)", got, err)
	}
}

func TestGrantAsks(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var form url.Values
	c := caller(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		got, form = r, r.PostForm
		answering(200, "application/json", `{"id":7}`)(w, r)
	})
	g := provider().NewGrant(c, oauth.Tokens{AccessToken: "access"}, nil)
	var in struct {
		ID int `json:"id"`
	}
	raw, err := g.Get(t.Context(), "https://provider.example/me", &in, "User-Agent", "x")
	if err != nil || in.ID != 7 || string(raw) != `{"id":7}` {
		t.Fatalf("the answer is %s (%v)", raw, err)
	}
	if got.Header.Get("Authorization") != "Bearer access" || got.Header.Get("User-Agent") != "x" || got.Header.Get("Accept") != "application/json" {
		t.Errorf("the headers are %v", got.Header)
	}
	if _, err := g.Get(t.Context(), "https://provider.example/me", &in, "Authorization", ""); err != nil || got.Header.Get("Authorization") != "" {
		t.Errorf("the access token is sent where it must not be (%v)", err)
	}
	if _, err := g.PostForm(t.Context(), "https://provider.example/me", url.Values{"a": {"b"}}, &in); err != nil || form.Get("a") != "b" {
		t.Errorf("the form is %v (%v)", form, err)
	}
	if _, err := g.PostJSON(t.Context(), "https://provider.example/me", map[string]int{"a": 1}, &in); err != nil ||
		got.Header.Get("Content-Type") != "application/json" || got.ContentLength != 7 {
		t.Errorf("the JSON has %d bytes and the headers %v (%v)", got.ContentLength, got.Header, err)
	}
	var text string
	if _, err := g.Get(t.Context(), "https://provider.example/me", &text); err == nil {
		t.Error("an answer of another shape is taken")
	}
	if _, err := g.Get(t.Context(), "https://provider.example/%zz?access", &in); err == nil {
		t.Error("an address that is none is asked")
	} else {
		keepsSecrets(t, err, "access")
	}
}
