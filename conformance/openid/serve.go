package openid

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// Count says how often an endpoint was asked: one of this package's constants. With
// a grant type it counts only those requests at the token endpoint, as in
// Count(openid.Token, "refresh_token"). Refused requests count as well.
func (p *Provider) Count(endpoint string, grant ...string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counts[strings.Join(append([]string{endpoint}, grant...), " ")]
}

// handler is what is served: it counts, lets the test intercept, and is strict
// where the library is not.
func (p *Provider) handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		var name string
		for endpoint, path := range paths {
			if r.URL.Path == path {
				name = endpoint
			}
		}
		p.mu.Lock()
		p.counts[name]++
		if grant := r.PostForm.Get("grant_type"); name == Token && grant != "" {
			p.counts[Token+" "+grant]++
		}
		wrap := p.intercept
		p.mu.Unlock()

		next := http.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.serve(w, r, name) }))
		if wrap != nil {
			next = wrap(next)
		}
		next.ServeHTTP(w, r)
	})
}

type sessionKey struct{}

func (p *Provider) serve(w http.ResponseWriter, r *http.Request, endpoint string) {
	if cookie, err := r.Cookie(sessionCookie); err == nil {
		r = r.WithContext(context.WithValue(r.Context(), sessionKey{}, cookie.Value))
	}
	switch endpoint {
	case Token:
		if !p.authenticatesAsRegistered(r) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":"invalid_client"}`)) // the client is gone if this fails
			return
		}
	case Discovery:
		p.discover(w, r)
		return
	case Authorize, Login, Callback:
		if p.config.ResponseIssuer {
			w = &issuerWriter{w, p.Issuer()}
		}
	}
	p.endpoint.ServeHTTP(w, r)
}

// authenticatesAsRegistered says whether a token request authenticates by the
// client's own method and no other. Whether it does so rightly, the library says.
func (p *Provider) authenticatesAsRegistered(r *http.Request) bool {
	basicID, _, basic := r.BasicAuth()
	if basic {
		basicID, _ = url.QueryUnescape(basicID) // refused later if it is not escaped rightly
	}
	form := r.PostForm
	assertion := form.Get("client_assertion")
	switch {
	case assertion != "":
		id, fresh := p.useAssertion(assertion)
		return !basic && !form.Has("client_secret") && fresh && p.clients[id].Auth == PrivateKeyJWT
	case basic:
		return !form.Has("client_secret") && p.clients[basicID].Auth == Basic
	case form.Has("client_secret"):
		return p.clients[form.Get("client_id")].Auth == Post
	}
	return p.clients[form.Get("client_id")].Auth == Public
}

// useAssertion reads who signs an assertion, and whether its jti is new.
func (p *Provider) useAssertion(assertion string) (client string, fresh bool) {
	token, err := jwt.ParseSigned(assertion, []jose.SignatureAlgorithm{jose.RS256, jose.ES256, jose.PS256})
	if err != nil {
		return "", false
	}
	var claims jwt.Claims
	// The library verifies the signature; here it is only whom it is about.
	if err := token.UnsafeClaimsWithoutVerification(&claims); err != nil || claims.ID == "" {
		return "", false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	key := claims.Issuer + " " + claims.ID
	fresh = !p.assertion[key]
	p.assertion[key] = true
	return claims.Issuer, fresh
}

// discover answers the library's document with the configured changes.
func (p *Provider) discover(w http.ResponseWriter, r *http.Request) {
	answer := httptest.NewRecorder()
	p.endpoint.ServeHTTP(answer, r)
	var document map[string]any
	if err := json.Unmarshal(answer.Body.Bytes(), &document); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	document["response_types_supported"] = []string{"code"}
	document["grant_types_supported"] = []string{"authorization_code", "refresh_token"}
	document["token_endpoint_auth_methods_supported"] = []string{Basic, Post, PrivateKeyJWT, Public}
	if p.config.ResponseIssuer {
		document["authorization_response_iss_parameter_supported"] = true
	}
	maps.Copy(document, p.config.Metadata)
	maps.DeleteFunc(document, func(_ string, value any) bool { return value == nil })
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(document); err != nil {
		panic(http.ErrAbortHandler) // the client is gone
	}
}

// issuerWriter adds the issuer to a redirect that leaves the provider.
type issuerWriter struct {
	http.ResponseWriter
	issuer string
}

func (w *issuerWriter) WriteHeader(status int) {
	if to, err := url.Parse(w.Header().Get("Location")); err == nil && to.IsAbs() && !strings.HasPrefix(to.String(), w.issuer+"/") {
		query := to.Query()
		query.Set("iss", w.issuer)
		to.RawQuery = query.Encode()
		w.Header().Set("Location", to.String())
	}
	w.ResponseWriter.WriteHeader(status)
}
