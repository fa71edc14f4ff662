package oauth

import (
	"cmp"
	"context"
	"iter"
	"net/url"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"golang.org/x/oauth2"
)

// AuthorizeRequest is what one flow asks a provider for.
type AuthorizeRequest struct {
	// State is the value that comes back, Verifier the secret of PKCE, Nonce what the ID
	// token must have ("" for none).
	State, Verifier, Nonce string
	// RedirectURI is where the provider sends the browser back.
	RedirectURI string
	// Scopes are asked for beside those of the configuration.
	Scopes []string
	// LoginHint is who wants to sign in, or "".
	LoginHint string
	// Params are further parameters; reserved ones are left out, and so are "request" and
	// "request_uri", which would replace the whole request (RFC 9101).
	Params []betterauth.Param
}

// Reserved are parameters of an authorization request that only this package sets: to
// change one would undo a protection.
var Reserved = []string{"state", "client_id", "redirect_uri", "response_type", "code_challenge", "code_challenge_method", "nonce", "scope"}

// order is that of the TypeScript server. What is not in it follows.
var order = []string{"response_type", "client_id", "state", "scope", "redirect_uri", "duration", "display", "login_hint", "nonce",
	"prompt", "hd", "access_type", "response_mode", "code_challenge_method", "code_challenge"}

// Query is the query of an authorization URL: parameters in their order.
type Query struct {
	params  []betterauth.Param
	percent bool
}

// Set sets a parameter, in its present place if there is one.
func (q *Query) Set(name, value string) {
	for i := range q.params {
		if q.params[i].Name == name {
			q.params[i].Value = value
			return
		}
	}
	q.params = append(q.params, betterauth.Param{Name: name, Value: value})
}

// Get returns the value of a parameter, or "".
func (q *Query) Get(name string) string {
	for _, p := range q.params {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// Del removes a parameter.
func (q *Query) Del(name string) {
	q.params = slices.DeleteFunc(q.params, func(p betterauth.Param) bool { return p.Name == name })
}

// First moves parameters to the front, in this order, for providers that document one.
func (q *Query) First(names ...string) {
	for _, name := range slices.Backward(names) {
		at := slices.IndexFunc(q.params, func(p betterauth.Param) bool { return p.Name == name })
		if at > 0 {
			param := q.params[at]
			q.params = slices.Insert(slices.Delete(q.params, at, at+1), 0, param)
		}
	}
}

// Encode writes the query as forms are written, in its order.
func (q *Query) Encode() string {
	var text strings.Builder
	for i, p := range q.params {
		if i > 0 {
			text.WriteByte('&')
		}
		text.WriteString(url.QueryEscape(p.Name) + "=" + url.QueryEscape(p.Value))
	}
	if q.percent { // a plus sign of a value is "%2B" by now
		return strings.ReplaceAll(text.String(), "+", "%20")
	}
	return text.String()
}

// Authorize returns the URL that the browser is sent to (RFC 6749, section 4.1.1). With
// PushURL it first pushes the request, so the URL holds only a reference to it.
func (p *Provider) Authorize(ctx context.Context, c *Caller, r AuthorizeRequest) (string, error) {
	q := p.query(&r)
	if p.EditAuthorize != nil {
		p.EditAuthorize(&r, q)
	}
	if p.PushURL != "" {
		pushed, err := p.push(ctx, c, q)
		if err != nil {
			return "", err
		}
		q = pushed
	}
	return p.withQuery(q)
}

func (p *Provider) query(r *AuthorizeRequest) *Query {
	q := &Query{percent: p.SpacesAsPercent}
	setIf := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	q.Set("response_type", orElse(p.ResponseType, "code"))
	q.Set("client_id", p.Client.ID)
	q.Set("state", r.State)
	setIf("scope", strings.Join(p.scopes(r.Scopes), orElse(p.ScopeSeparator, " ")))
	q.Set("redirect_uri", orElse(p.Client.RedirectURI, r.RedirectURI))
	setIf("login_hint", r.LoginHint)
	setIf("nonce", r.Nonce)
	setIf("prompt", orElse(p.Client.Prompt, p.Prompt))
	setIf("response_mode", orElse(p.Client.ResponseMode, p.ResponseMode))
	if p.PKCE() {
		q.Set("code_challenge_method", "S256")
		q.Set("code_challenge", oauth2.S256ChallengeFromVerifier(r.Verifier))
	}
	q.add(p.Params)
	slices.SortStableFunc(q.params, func(a, b betterauth.Param) int { return cmp.Compare(place(a.Name), place(b.Name)) })
	q.add(p.Client.Params)
	q.add(slices.DeleteFunc(slices.Clone(r.Params), func(param betterauth.Param) bool {
		return param.Name == "request" || param.Name == "request_uri"
	}))
	return q
}

// add sets parameters, in time linear in their number: clients may name many.
func (q *Query) add(params []betterauth.Param) {
	at := make(map[string]int, len(q.params)+len(params))
	for i, param := range q.params {
		at[param.Name] = i
	}
	for _, param := range params {
		i, ok := at[param.Name]
		switch {
		case slices.Contains(Reserved, param.Name):
		case ok:
			q.params[i].Value = param.Value
		default:
			at[param.Name] = len(q.params)
			q.params = append(q.params, param)
		}
	}
}

// Distinct returns texts in their order, each once, in time linear in their number.
func Distinct(texts iter.Seq[string]) []string {
	var once []string
	seen := map[string]bool{}
	for text := range texts {
		if !seen[text] {
			seen[text] = true
			once = append(once, text)
		}
	}
	return once
}

func place(name string) int {
	if at := slices.Index(order, name); at >= 0 {
		return at
	}
	return len(order)
}

func (p *Provider) scopes(requested []string) (scopes []string) {
	if !p.Client.DisableDefaultScopes {
		scopes = append(scopes, p.Scopes...)
	}
	if p.IgnoreRequestScopes {
		requested = nil
	}
	if p.RequestScopesFirst {
		return append(append(scopes, requested...), p.Client.Scopes...)
	}
	return append(append(scopes, p.Client.Scopes...), requested...)
}

// withQuery adds q to the authorization endpoint, whose own query stays as it is written.
func (p *Provider) withQuery(q *Query) (string, error) {
	to, err := url.Parse(orElse(p.Client.AuthorizeURL, p.AuthorizeURL))
	if err != nil {
		return "", err
	}
	var kept []string
	for pair := range strings.SplitSeq(to.RawQuery, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if name, err := url.QueryUnescape(name); pair != "" && (err != nil || !slices.ContainsFunc(q.params, func(p betterauth.Param) bool { return p.Name == name })) {
			kept = append(kept, pair)
		}
	}
	to.RawQuery = strings.Join(append(kept, q.Encode()), "&")
	return to.String(), nil
}

func orElse(value, otherwise string) string {
	if value != "" {
		return value
	}
	return otherwise
}
