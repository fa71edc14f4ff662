package oauth

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// TokenRequest is a request to a token endpoint before it is sent.
type TokenRequest struct {
	// Grant is "authorization_code" or "refresh_token", or
	// "pushed_authorization_request" for a request that is pushed.
	Grant string
	// Provider is whom it goes to; do not change it.
	Provider *Provider
	// Method is POST, or GET for a provider that wants the form in the query.
	Method string
	// URL is the token endpoint.
	URL string
	// Form is the body, Header the headers.
	Form   url.Values
	Header http.Header
	// Callback is what the provider sent the browser back with; nil for a refresh.
	Callback *Callback
	// Now is the time of the request, for an Authentication that signs.
	Now time.Time
	// Client sends the request. An Authentication by a certificate replaces it. Default
	// nil: the Caller's.
	Client *http.Client

	base *http.Client // the application's own
}

// Callback is what a provider sends the browser back with, and what the flow kept for it.
type Callback struct {
	// Code is the authorization code, Verifier that of PKCE, RedirectURI what the
	// authorization request named.
	Code, Verifier, RedirectURI string
	// Nonce is what the ID token must have; "" if none was sent.
	Nonce string
	// DeviceID is the parameter "device_id", which VK sends.
	DeviceID string
	// User is the parameter "user", JSON that Apple sends the first time.
	User string
}

// Errors of a token endpoint, beside *AnswerError.
var (
	// ErrNoAccessToken says that a token endpoint's answer is no answer of one.
	ErrNoAccessToken = errors.New("oauth: the token endpoint's answer has no access token")
	// ErrNotRefreshable says that a provider refreshes no tokens.
	ErrNotRefreshable = errors.New("oauth: the provider refreshes no tokens")
)

// Exchange makes tokens of the code of a callback (RFC 6749, section 4.1.3). If the
// endpoint refuses, the error is an *AnswerError with the code that it gave.
func (p *Provider) Exchange(ctx context.Context, c *Caller, back Callback) (*Tokens, error) {
	if p.Client.Exchange != nil {
		return p.dated(c, func() (*Tokens, error) { return p.Client.Exchange(ctx, back) })
	}
	r := p.tokenRequest("authorization_code")
	r.Callback = &back
	r.Form.Set("code", back.Code)
	if back.Verifier != "" && p.PKCE() {
		r.Form.Set("code_verifier", back.Verifier)
	}
	r.Form.Set("redirect_uri", back.RedirectURI)
	for _, param := range p.TokenParams {
		r.Form.Set(param.Name, param.Value)
	}
	return p.request(ctx, c, r)
}

// Refresh makes new tokens of a refresh token (RFC 6749, section 6). If the provider
// rotates refresh tokens, the old one is spent: let nobody else refresh meanwhile.
func (p *Provider) Refresh(ctx context.Context, c *Caller, refreshToken string) (*Tokens, error) {
	if p.Client.Refresh != nil {
		return p.dated(c, func() (*Tokens, error) { return p.Client.Refresh(ctx, refreshToken) })
	}
	if p.DisableRefresh {
		return nil, ErrNotRefreshable
	}
	r := p.tokenRequest("refresh_token")
	r.Form.Set("refresh_token", refreshToken)
	for _, param := range p.RefreshParams {
		r.Form.Set(param.Name, param.Value)
	}
	return p.request(ctx, c, r)
}

func (p *Provider) tokenRequest(grant string) *TokenRequest {
	return &TokenRequest{Grant: grant, Provider: p, Method: http.MethodPost, URL: p.TokenURL,
		Form: url.Values{"grant_type": {grant}}, Header: http.Header{"Accept": {"application/json"}}}
}

func (p *Provider) request(ctx context.Context, c *Caller, r *TokenRequest) (*Tokens, error) {
	return p.dated(c, func() (*Tokens, error) {
		answer, err := p.call(ctx, c, r)
		if err != nil {
			return nil, err
		}
		tokens, err := readTokens(answer, c.Now())
		if refused, ok := errors.AsType[*AnswerError](err); ok {
			refused.Host = answer.host
		}
		return tokens, err
	})
}

// dated adds when the access token expires, if the provider does not say so.
func (p *Provider) dated(c *Caller, get func() (*Tokens, error)) (*Tokens, error) {
	tokens, err := get()
	if err == nil && tokens == nil {
		err = ErrNoAccessToken
	}
	if err == nil && tokens.AccessTokenExpiresAt == nil && p.AccessTokenLife > 0 {
		expires := c.Now().Add(p.AccessTokenLife)
		tokens.AccessTokenExpiresAt = &expires
	}
	return tokens, err
}

// call sends a request that authenticates the client.
func (p *Provider) call(ctx context.Context, c *Caller, r *TokenRequest) (*Answer, error) {
	r.Now, r.base = c.Now(), c.base
	if err := p.authentication().Authenticate(ctx, r); err != nil {
		return nil, err
	}
	if p.EditToken != nil {
		p.EditToken(r)
	}
	request, err := r.build(ctx)
	if err != nil {
		return nil, err
	}
	if r.Client != nil {
		c = c.through(r.Client)
	}
	answer, err := c.Do(request, p.PublicNetworkOnly)
	if refused, ok := errors.AsType[*AnswerError](err); ok {
		refused.Code = errorCode(answer)
	}
	return answer, err
}

func (r *TokenRequest) build(ctx context.Context) (request *http.Request, err error) {
	if r.Method == http.MethodGet {
		to, err := url.Parse(r.URL)
		if err != nil {
			return nil, err
		}
		to.RawQuery = r.Form.Encode()
		request, err = http.NewRequestWithContext(ctx, r.Method, to.String(), nil)
		if err != nil {
			return nil, hideURL(err)
		}
	} else {
		request, err = http.NewRequestWithContext(ctx, r.Method, r.URL, strings.NewReader(r.Form.Encode()))
		if err != nil {
			return nil, err
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	request.Header = r.Header
	return request, nil
}

// tokenAnswer is the answer of a token endpoint. Providers send numbers as text and
// fractions, scopes as a list, and GitHub once sent a form.
type tokenAnswer struct {
	AccessToken    string         `json:"access_token"`
	RefreshToken   string         `json:"refresh_token"`
	IDToken        string         `json:"id_token"`
	Type           string         `json:"token_type"`
	Expires        jsontext.Value `json:"expires_in"`
	RefreshExpires jsontext.Value `json:"refresh_token_expires_in"`
	Scope          jsontext.Value `json:"scope"`
	Error          jsontext.Value `json:"error"`
}

func readTokens(answer *Answer, now time.Time) (*Tokens, error) {
	body := answer.Body
	if answer.MediaType == "application/x-www-form-urlencoded" || answer.MediaType == "text/plain" && !looksLikeJSON(body) {
		var err error
		if body, err = formAsJSON(body); err != nil {
			return nil, ErrNoAccessToken
		}
	}
	var in tokenAnswer
	if err := json.Unmarshal(body, &in); err != nil || in.AccessToken == "" {
		// GitHub and others refuse with 200.
		if code := asText(in.Error); code != "" {
			return nil, &AnswerError{Status: answer.Status, Code: safeCode(code)}
		}
		return nil, ErrNoAccessToken
	}
	return &Tokens{
		AccessToken: in.AccessToken, RefreshToken: in.RefreshToken, IDToken: in.IDToken, Type: in.Type,
		AccessTokenExpiresAt: after(now, in.Expires), RefreshTokenExpiresAt: after(now, in.RefreshExpires),
		Scopes: scopesOf(in.Scope), Raw: jsontext.Value(body),
	}, nil
}

func looksLikeJSON(body []byte) bool {
	return strings.HasPrefix(strings.TrimSpace(string(body)), "{")
}

func formAsJSON(body []byte) ([]byte, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	members := make(map[string]string, len(form))
	for name, values := range form {
		members[name] = values[0]
	}
	return json.Marshal(members)
}

// maxLife is how long a token may live; more is no time but a mistake.
const maxLife = 100 * 365 * 24 * time.Hour

// after is the time a number of seconds after now; nil for what is no such number, so a
// wrong member loses nothing but itself.
func after(now time.Time, seconds jsontext.Value) *time.Time {
	text := asText(seconds)
	if seconds.Kind() == '0' {
		text = string(seconds)
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(n) || n <= 0 || n > maxLife.Seconds() {
		return nil
	}
	at := now.Add(time.Duration(n * float64(time.Second))).Truncate(time.Millisecond)
	return &at
}

func scopesOf(value jsontext.Value) (scopes []string) {
	if value.Kind() == '[' {
		var list []jsontext.Value
		if json.Unmarshal(value, &list) != nil {
			return nil
		}
		for _, each := range list {
			if scope := strings.TrimSpace(asText(each)); scope != "" {
				scopes = append(scopes, scope)
			}
		}
		return scopes
	}
	// GitHub and others write commas between scopes, also in one text.
	return strings.FieldsFunc(asText(value), func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
}

// asText is the text of a JSON string, "" for everything else.
func asText(value jsontext.Value) (text string) {
	if value.Kind() == '"' && json.Unmarshal(value, &text) != nil {
		return ""
	}
	return text
}

// errorCode is the code of a refusal, if it is a code.
func errorCode(answer *Answer) string {
	if answer == nil {
		return ""
	}
	var in tokenAnswer
	if json.Unmarshal(answer.Body, &in) != nil {
		return ""
	}
	return safeCode(asText(in.Error))
}

// safeCode lets codes through and nothing that could be a secret, since codes are logged.
func safeCode(code string) string {
	if len(code) > 64 {
		return ""
	}
	for _, r := range code {
		if (r < 'a' || r > 'z') && r != '_' {
			return ""
		}
	}
	return code
}
