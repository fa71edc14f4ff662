package oauth_test

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
)

var back = oauth.Callback{Code: "c0de", Verifier: "ver1fier", RedirectURI: "https://app.example/cb"}

func TestTokenAnswers(t *testing.T) {
	t.Parallel()
	const form, asJSON, text = "application/x-www-form-urlencoded", "application/json", "text/plain"
	hour := start.Add(time.Hour)
	for name, c := range map[string]struct {
		mediaType, body string
		scopes          []string
		expires         *time.Time
		refresh         string
	}{
		"JSON":                     {asJSON, `{"access_token":"a","refresh_token":"r","scope":"x y","expires_in":3600}`, []string{"x", "y"}, &hour, "r"},
		"with a character set":     {asJSON + "; charset=utf-8", `{"access_token":"a"}`, nil, nil, ""},
		"a form":                   {form, "access_token=a&refresh_token=r&scope=x%2Cy&expires_in=3600", []string{"x", "y"}, &hour, "r"},
		"a form as plain text":     {text, "access_token=a&expires_in=3600", nil, &hour, ""},
		"JSON as plain text":       {text, ` {"access_token":"a"}`, nil, nil, ""},
		"JSON as HTML":             {"text/html", `{"access_token":"a"}`, nil, nil, ""},
		"commas between scopes":    {asJSON, `{"access_token":"a","scope":"x,y,,z"}`, []string{"x", "y", "z"}, nil, ""},
		"a list of scopes":         {asJSON, `{"access_token":"a","scope":["x"," y ","",7]}`, []string{"x", "y"}, nil, ""},
		"scopes that are none":     {asJSON, `{"access_token":"a","scope":{"x":1}}`, nil, nil, ""},
		"a life as text":           {asJSON, `{"access_token":"a","expires_in":"3600"}`, nil, &hour, ""},
		"a fraction":               {asJSON, `{"access_token":"a","expires_in":3600.0004}`, nil, &hour, ""},
		"an exponent":              {asJSON, `{"access_token":"a","expires_in":3.6e3}`, nil, &hour, ""},
		"a life that is empty":     {asJSON, `{"access_token":"a","expires_in":""}`, nil, nil, ""},
		"a life that is a word":    {asJSON, `{"access_token":"a","expires_in":"never"}`, nil, nil, ""},
		"a life that is infinite":  {asJSON, `{"access_token":"a","expires_in":"Infinity"}`, nil, nil, ""},
		"a life that is no number": {asJSON, `{"access_token":"a","expires_in":"NaN"}`, nil, nil, ""},
		"a life of an object":      {asJSON, `{"access_token":"a","expires_in":{}}`, nil, nil, ""},
		"a life of nothing":        {asJSON, `{"access_token":"a","expires_in":null,"refresh_token":null}`, nil, nil, ""},
		"a life in the past":       {asJSON, `{"access_token":"a","expires_in":-1}`, nil, nil, ""},
		"a life of no time":        {asJSON, `{"access_token":"a","expires_in":0}`, nil, nil, ""},
		"a time instead of a life": {asJSON, `{"access_token":"a","expires_in":9500000000}`, nil, nil, ""},
		"a life without end":       {asJSON, `{"access_token":"a","expires_in":1e300}`, nil, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := provider().Exchange(t.Context(), caller(answering(200, c.mediaType, c.body)), back)
			if err != nil {
				t.Fatal(err)
			}
			if got.AccessToken != "a" || got.RefreshToken != c.refresh || !slices.Equal(got.Scopes, c.scopes) {
				t.Errorf("the tokens are %+v", got)
			}
			if (got.AccessTokenExpiresAt == nil) != (c.expires == nil) || c.expires != nil && !got.AccessTokenExpiresAt.Equal(*c.expires) {
				t.Errorf("the token expires at %v but must at %v", got.AccessTokenExpiresAt, c.expires)
			}
			if !got.Raw.IsValid() {
				t.Errorf("the answer is kept as %s, which is no JSON", got.Raw)
			}
		})
	}
}

func TestTokenLife(t *testing.T) {
	t.Parallel()
	p := provider()
	p.AccessTokenLife = 2 * time.Hour
	got, err := p.Exchange(t.Context(), caller(answering(200, "application/json", `{"access_token":"a","refresh_token_expires_in":60}`)), back)
	if err != nil || got.AccessTokenExpiresAt == nil || !got.AccessTokenExpiresAt.Equal(start.Add(2*time.Hour)) {
		t.Errorf("the token expires at %v (%v), not when the provider is said to let it", got.AccessTokenExpiresAt, err)
	}
	if got.RefreshTokenExpiresAt == nil || !got.RefreshTokenExpiresAt.Equal(start.Add(time.Minute)) {
		t.Errorf("the refresh token expires at %v", got.RefreshTokenExpiresAt)
	}
}

func TestTokenRefusals(t *testing.T) {
	t.Parallel()
	const asJSON = "application/json"
	for name, c := range map[string]struct {
		status          int
		mediaType, body string
		code            string // of an AnswerError
		other           error
	}{
		"refused":                  {400, asJSON, `{"error":"invalid_grant","error_description":"s3cret"}`, "invalid_grant", nil},
		"refused with 200":         {200, asJSON, `{"error":"bad_verification_code"}`, "bad_verification_code", nil},
		"refused in a form":        {200, "application/x-www-form-urlencoded", "error=bad_verification_code", "bad_verification_code", nil},
		"down":                     {503, "text/html", "<p>s3cret</p>", "", nil},
		"an error of an object":    {400, asJSON, `{"error":{"message":"s3cret","code":190}}`, "", nil},
		"an error with a secret":   {400, asJSON, `{"error":"s3cret"}`, "", nil},
		"an error that is long":    {400, asJSON, `{"error":"` + strings.Repeat("a", 65) + `"}`, "", nil},
		"an error of lines":        {400, asJSON, `{"error":"a\nb"}`, "", nil},
		"an error of no letters":   {400, asJSON, `{"error":"eyJhbGciOiJub25lIn0.e30."}`, "", nil},
		"nothing":                  {200, asJSON, ``, "", oauth.ErrNoAccessToken},
		"an empty object":          {200, asJSON, `{}`, "", oauth.ErrNoAccessToken},
		"a list":                   {200, asJSON, `[{"access_token":"a"}]`, "", oauth.ErrNoAccessToken},
		"an empty token":           {200, asJSON, `{"access_token":""}`, "", oauth.ErrNoAccessToken},
		"a token that is a number": {200, asJSON, `{"access_token":7}`, "", oauth.ErrNoAccessToken},
		"two tokens":               {200, asJSON, `{"access_token":"a","access_token":"b"}`, "", oauth.ErrNoAccessToken},
		"JSON with more behind it": {200, asJSON, `{"access_token":"a"}{}`, "", oauth.ErrNoAccessToken},
		"a form that is none":      {200, "application/x-www-form-urlencoded", "access_token=%zz", "", oauth.ErrNoAccessToken},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tokens, err := provider().Exchange(t.Context(), caller(answering(c.status, c.mediaType, c.body)), back)
			if err == nil {
				t.Fatalf("the tokens are %+v", tokens)
			}
			keepsSecrets(t, err, "s3cret", "c0de", "ver1fier")
			if c.other != nil {
				if !errors.Is(err, c.other) {
					t.Errorf("the error is %v but must be %v", err, c.other)
				}
				return
			}
			refused, ok := errors.AsType[*oauth.AnswerError](err)
			if !ok || refused.Status != c.status || refused.Code != c.code || refused.Host != "provider.example" {
				t.Errorf("the error is %v but must be of %d, with code %q", err, c.status, c.code)
			}
		})
	}
}

func TestTokenRequest(t *testing.T) {
	t.Parallel()
	const exchange = "code=c0de&code_verifier=ver1fier&grant_type=authorization_code&redirect_uri=https%3A%2F%2Fapp.example%2Fcb"
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("client%3A+%C3%A9:s%25cret"))
	custom := oauth.AuthenticationFunc(func(_ context.Context, r *oauth.TokenRequest) error {
		r.Form.Set("at", r.Now.Format(time.RFC3339))
		return nil
	})
	for name, c := range map[string]struct {
		change       func(p *oauth.Provider)
		body, header string
		query        string
	}{
		"a secret in the body": {body: "client_id=client&client_secret=s3cret&" + exchange},
		"a public client":      {change: func(p *oauth.Provider) { p.Client.Secret = "" }, body: "client_id=client&" + exchange},
		"basic": {
			change: func(p *oauth.Provider) {
				p.Authentication, p.Client.ID, p.Client.Secret = oauth.SecretBasic, "client: é", "s%cret"
			},
			body: exchange, header: basic,
		},
		"the client decides": {
			change: func(p *oauth.Provider) {
				p.Authentication, p.Client.Authentication = oauth.SecretBasic, oauth.NoSecret
			},
			body: "client_id=client&" + exchange,
		},
		"an authentication of its own": {
			change: func(p *oauth.Provider) { p.Client.Authentication = custom },
			body:   "at=2026-03-04T05%3A06%3A07Z&" + exchange,
		},
		"without a code challenge there is no verifier": {
			change: func(p *oauth.Provider) { p.DisablePKCE = true },
			body:   "client_id=client&client_secret=s3cret&" + strings.Replace(exchange, "&code_verifier=ver1fier", "", 1),
		},
		"further members": {
			change: func(p *oauth.Provider) { p.TokenParams, p.Client.Secret = params("resource", "x"), "" },
			body:   "client_id=client&" + exchange + "&resource=x",
		},
		"by GET": {
			change: func(p *oauth.Provider) {
				p.EditToken = func(r *oauth.TokenRequest) { r.Method = http.MethodGet; r.Form.Del("grant_type") }
			},
			query: "client_id=client&client_secret=s3cret&code=c0de&code_verifier=ver1fier&redirect_uri=https%3A%2F%2Fapp.example%2Fcb",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := provider()
			if c.change != nil {
				c.change(p)
			}
			_, err := p.Exchange(t.Context(), caller(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil || string(body) != c.body || r.URL.RawQuery != c.query {
					t.Errorf("the request has the body\n\t%s\nand the query\n\t%s (%v)", body, r.URL.RawQuery, err)
				}
				if got := r.Header.Get("Authorization"); got != c.header {
					t.Errorf("the header Authorization is %q but must be %q", got, c.header)
				}
				if got := r.Header.Get("Accept"); got != "application/json" {
					t.Errorf("the header Accept is %q", got)
				}
				answering(200, "application/json", `{"access_token":"a"}`)(w, r)
			}), back)
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAuthenticationThatFailsSendsNothing(t *testing.T) {
	t.Parallel()
	broken := errors.New("no key")
	for name, authentication := range map[string]oauth.Authentication{
		"no secret for the header": oauth.SecretBasic,
		"no secret for the body":   oauth.SecretPost,
		"an error": oauth.AuthenticationFunc(func(context.Context, *oauth.TokenRequest) error {
			return broken
		}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := provider()
			p.Client.Secret, p.Authentication = "", authentication
			if _, err := p.Exchange(t.Context(), caller(func(http.ResponseWriter, *http.Request) { t.Error("the request is sent") }), back); err == nil {
				t.Error("there is no error")
			}
		})
	}
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	p := provider()
	p.RefreshParams = params("scope", "x y")
	got, err := p.Refresh(t.Context(), caller(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if want := "client_id=client&client_secret=s3cret&grant_type=refresh_token&refresh_token=r&scope=x+y"; err != nil || string(body) != want {
			t.Errorf("the request is\n\t%s (%v)\nbut must be\n\t%s", body, err, want)
		}
		answering(200, "application/json", `{"access_token":"b"}`)(w, r)
	}), "r")
	if err != nil || got.AccessToken != "b" || got.RefreshToken != "" {
		t.Errorf("the tokens are %+v (%v)", got, err)
	}
	p.DisableRefresh = true
	if _, err := p.Refresh(t.Context(), nil, "r"); !errors.Is(err, oauth.ErrNotRefreshable) || p.CanRefresh() {
		t.Errorf("the error is %v", err)
	}
	p.Client.Refresh = func(_ context.Context, token string) (*oauth.Tokens, error) {
		return &oauth.Tokens{AccessToken: token + "!"}, nil
	}
	if got, err := p.Refresh(t.Context(), nil, "r"); err != nil || got.AccessToken != "r!" || !p.CanRefresh() {
		t.Errorf("the application's own refresh gives %+v (%v)", got, err)
	}
}

func TestFlagsAndIDs(t *testing.T) {
	t.Parallel()
	for flag, want := range map[string]bool{
		"true": true, `"true"`: true, " true ": true, "": false, "false": false, `"false"`: false, "1": false, `"1"`: false,
		`"True"`: false, `"yes"`: false, "null": false, "[true]": false, `{"a":true}`: false, `" true"`: false,
	} {
		if oauth.True([]byte(flag)) != want {
			t.Errorf("the flag %s is not %v", flag, want)
		}
	}
	for id, want := range map[string]string{
		`"abc"`: "abc", "12345678901234567890123": "12345678901234567890123", "-7": "-7", "0": "0", "1e3": "", "1.5": "",
		"true": "", "null": "", "": "", "{}": "", `["a"]`: "",
	} {
		if got := oauth.ID([]byte(id)); got != want {
			t.Errorf("the id %s is %q but must be %q", id, got, want)
		}
	}
}
