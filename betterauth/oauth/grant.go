package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Grant is what a provider granted, and the means to ask it who the user is. It is the
// argument of Provider.User.
type Grant struct {
	Tokens
	// Provider is whose grant this is.
	Provider *Provider
	// Callback is what the browser came back with; nil if a client sent the tokens, or
	// for a user who is asked about again.
	Callback *Callback
	// Native is what a native client says about its user beside an ID token, such as the
	// name that Apple tells once: nothing of it is verified.
	Native *NativeUser
	// Sent says that a client sent the tokens. Nothing then says that they belong together,
	// or that the access token was granted to this application: what it tells must be about
	// the subject of the ID token.
	Sent bool

	caller *Caller
	// asked says that the provider was asked with the access token, and its answer was not
	// compared with the ID token yet.
	asked bool
	// claims are those of the ID token, once verified.
	claims *Claims
}

// NativeUser is what a client says about its user. Only a name may be taken from it.
type NativeUser struct {
	FirstName, LastName, Email string
}

// NewGrant makes a grant of tokens that were not exchanged here and now: stored ones, or
// such as a client sent. claims are those of the ID token if it was verified already.
func (p *Provider) NewGrant(c *Caller, tokens Tokens, claims *Claims) *Grant {
	return &Grant{Tokens: tokens, Provider: p, caller: c, claims: claims}
}

// ErrNoProfile says that a provider did not tell who the user is, or not by a stable id.
var ErrNoProfile = errors.New("oauth: the provider does not say who the user is")

// ErrOtherSubject says that a provider's answer is about somebody else than its ID token.
var ErrOtherSubject = errors.New("oauth: the answer about the user is of another subject than the ID token")

// Profile asks the provider who the user is, and lets the Client map the answer. If the
// provider has ID tokens and the grant has one, it is verified first, with the nonce of
// the Callback; with Nonce it must be there.
func (g *Grant) Profile(ctx context.Context) (*Profile, error) {
	p := g.Provider
	if g.Callback != nil && p.IDTokens != nil {
		switch {
		case p.Nonce && g.Callback.Nonce == "":
			return nil, invalidToken("belongs to a flow without a nonce")
		case g.IDToken != "":
			if _, err := g.Claims(ctx); err != nil {
				return nil, err
			}
		case p.Nonce:
			return nil, invalidToken("is missing")
		}
	}
	ask := p.User
	if p.Client.User != nil {
		ask = p.Client.User
	}
	profile, err := ask(ctx, g)
	if err != nil {
		return nil, err
	}
	if profile == nil || !isSubject(profile.Subject) {
		return nil, ErrNoProfile
	}
	if g.Sent && g.asked && !g.isAbout(profile.Subject) {
		return nil, ErrOtherSubject
	}
	if p.Client.MapUser != nil {
		subject := profile.Subject
		if err := p.Client.MapUser(ctx, profile); err != nil {
			return nil, err
		}
		profile.Subject = subject // who it is, no mapping decides
	}
	return profile, nil
}

// isAbout reports whether the ID token names the subject, or the access token. A client may
// only send an ID token that was verified, perhaps by the application's own function. At
// Microsoft "oid" is the subject.
func (g *Grant) isAbout(subject string) bool {
	claims := g.claims
	if claims == nil {
		claims = StoredClaims(g.IDToken)
	}
	if claims == nil {
		return false
	}
	var in struct {
		Object jsontext.Value `json:"oid"`
		Hash   jsontext.Value `json:"at_hash"`
	}
	if claims.Decode(&in) != nil {
		return false
	}
	if in.Hash != nil && claims.CheckAccessToken(g.IDToken, g.AccessToken) == nil {
		return true
	}
	return subject == claims.Subject || subject == asText(in.Object)
}

// Claims are the verified claims of the ID token. Without one, or with an invalid one,
// the error is an *InvalidTokenError.
func (g *Grant) Claims(ctx context.Context) (*Claims, error) {
	if g.claims != nil {
		return g.claims, nil
	}
	if g.IDToken == "" {
		return nil, invalidToken("is missing")
	}
	nonce := ""
	if g.Callback != nil {
		nonce = g.Callback.Nonce
	}
	claims, err := g.Provider.verify(ctx, g.caller, g.IDToken, nonce, false)
	if err != nil {
		return nil, err
	}
	if err := claims.CheckAccessToken(g.IDToken, g.AccessToken); err != nil {
		return nil, err
	}
	g.claims = claims
	return claims, nil
}

// Get asks the provider with the access token in the header Authorization, and decodes
// the answer into a pointer. headers are further ones, as name and value in turn.
func (g *Grant) Get(ctx context.Context, url string, into any, headers ...string) (jsontext.Value, error) {
	return g.send(ctx, http.MethodGet, url, "", into, headers)
}

// PostForm is Get with POST and a form as its body.
func (g *Grant) PostForm(ctx context.Context, url string, form url.Values, into any, headers ...string) (jsontext.Value, error) {
	return g.send(ctx, http.MethodPost, url, form.Encode(), into, append([]string{"Content-Type", "application/x-www-form-urlencoded"}, headers...))
}

// PostJSON is Get with POST and a JSON body; a nil body is none.
func (g *Grant) PostJSON(ctx context.Context, url string, body, into any, headers ...string) (jsontext.Value, error) {
	if body == nil {
		return g.send(ctx, http.MethodPost, url, "", into, headers)
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	return g.send(ctx, http.MethodPost, url, string(raw), into, append([]string{"Content-Type", "application/json"}, headers...))
}

// Do sends a request of the provider's own making, such as for a picture, with the limits
// of a Caller. The access token is in it only if the provider put it there.
func (g *Grant) Do(r *http.Request) (*Answer, error) {
	caller, err := g.caller.bound(g.Provider, r.URL)
	if err != nil {
		return nil, err
	}
	return caller.Do(r, g.Provider.PublicNetworkOnly)
}

var errNoJSON = errors.New("oauth: the provider's answer is not what it should be")

func (g *Grant) send(ctx context.Context, method, url, body string, into any, headers []string) (jsontext.Value, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return nil, hideURL(err)
	}
	if body == "" {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	r.Header.Set("Accept", "application/json")
	if g.AccessToken != "" {
		g.asked = true
		r.Header.Set("Authorization", "Bearer "+g.AccessToken)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := g.Do(r)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(answer.Body, into); err != nil {
		return nil, errNoJSON
	}
	return jsontext.Value(answer.Body), nil
}
