package oauth_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-jose/go-jose/v4"
)

func TestIDTokens(t *testing.T) {
	t.Parallel()
	hashed := sha256.Sum256([]byte("nonce"))
	type check struct {
		changes claims
		rules   func(p *oauth.Provider)
		nonce   string
		reason  string // "" for a token that is taken
	}
	for name, c := range map[string]check{
		"nothing wrong":           {},
		"no subject":              {changes: claims{"sub": nil}, reason: "has no subject"},
		"an empty subject":        {changes: claims{"sub": ""}, reason: "has no subject"},
		"a subject of a number":   {changes: claims{"sub": 7}, reason: "has claims of the wrong type"},
		"no issuer":               {changes: claims{"iss": nil}, reason: "has no issuer"},
		"another issuer":          {changes: claims{"iss": "https://provider.example/"}, reason: "is of another issuer"},
		"no issuers":              {rules: func(p *oauth.Provider) { p.IDTokens.Issuers = nil }, reason: "is of another issuer"},
		"no audience":             {changes: claims{"aud": nil}, reason: "has no audience"},
		"an empty list":           {changes: claims{"aud": []string{}}, reason: "has no audience"},
		"an audience of a number": {changes: claims{"aud": 7}, reason: "has no audience"},
		"audiences of numbers":    {changes: claims{"aud": []int{7}}, reason: "has an audience of the wrong type"},
		"an empty audience": {
			changes: claims{"aud": ""}, rules: func(p *oauth.Provider) { p.Client.ID = "" }, reason: "is for another client",
		},
		"another client":   {changes: claims{"aud": "Client"}, reason: "is for another client"},
		"a further client": {changes: claims{"aud": []string{"client", "other"}, "azp": "client"}, reason: "is for another client"},
		"a list of one":    {changes: claims{"aud": []string{"client"}}},
		"a client of ours": {changes: claims{"aud": "native"}, rules: func(p *oauth.Provider) { p.Client.Audiences = []string{"native"} }},
		"two clients of ours": {
			changes: claims{"aud": []string{"client", "native"}, "azp": "native"},
			rules:   func(p *oauth.Provider) { p.Client.Audiences = []string{"native"} },
		},
		"two clients of ours and nobody it was issued to": {
			changes: claims{"aud": []string{"client", "native"}},
			rules:   func(p *oauth.Provider) { p.Client.Audiences = []string{"native"} },
			reason:  "is for several clients and does not say to which it was issued",
		},
		"two clients of ours and issued to another": {
			changes: claims{"aud": []string{"client", "native"}, "azp": "other"},
			rules:   func(p *oauth.Provider) { p.Client.Audiences = []string{"native"} },
			reason:  "was issued to another client",
		},
		"issued to another client for us": {changes: claims{"azp": "native"}, reason: "was issued to another client"},
		"tells of events":                 {changes: claims{"events": map[string]any{}}, reason: "tells of events, so it is no ID token"},
		"an access token by its scopes":   {changes: claims{"scope": "openid email"}, reason: "is an access token"},
		"by scopes as Entra writes them":  {changes: claims{"scp": "User.Read"}, reason: "is an access token"},
		"by scopes as Okta writes them":   {changes: claims{"scp": []string{"openid"}}, reason: "is an access token"},
		"an access token by its use":      {changes: claims{"token_use": "access"}, reason: "is an access token"},
		"an ID token by its use":          {changes: claims{"token_use": "id"}},
		"Keycloak's access token":         {changes: claims{"typ": "Bearer"}, reason: "is an access token"},
		"Keycloak's bound access token":   {changes: claims{"typ": "DPoP"}, reason: "is an access token"},
		"Keycloak's refresh token":        {changes: claims{"typ": "Refresh"}, reason: "is an access token"},
		"Keycloak's offline token":        {changes: claims{"typ": "Offline"}, reason: "is an access token"},
		"Keycloak's ID token":             {changes: claims{"typ": "ID"}},
		"audiences of its own": {
			rules: func(p *oauth.Provider) { p.IDTokens.Audiences = []string{"bundle"} }, reason: "is for another client",
		},
		"no expiry":             {changes: claims{"exp": nil}, reason: "has no expiry"},
		"an expiry of text":     {changes: claims{"exp": "1900000000"}, reason: "has claims of the wrong type"},
		"an expiry in the past": {changes: claims{"exp": start.Unix() - 31}, reason: "has expired"},
		"an expiry just now":    {changes: claims{"exp": start.Unix() - 29}},
		"an absurd expiry":      {changes: claims{"exp": 1e300}, reason: "has no expiry"},
		"a negative expiry":     {changes: claims{"exp": -1}, reason: "has no expiry"},
		"no time of issue":      {changes: claims{"iat": nil}, reason: "has no time of issue"},
		"from the future":       {changes: claims{"iat": start.Unix() + 31}, reason: "is from the future"},
		"from just now":         {changes: claims{"iat": start.Unix() + 29}},
		"not valid yet":         {changes: claims{"nbf": start.Unix() + 31}, reason: "is not valid yet"},
		"never valid":           {changes: claims{"nbf": 1e300}, reason: "is not valid yet"},
		"long valid":            {changes: claims{"nbf": 0}},
		"valid from a text":     {changes: claims{"nbf": "0"}, reason: "has claims of the wrong type"},
		"old":                   {changes: claims{"iat": start.Unix() - 3*3600}},
		"too old": {
			changes: claims{"iat": start.Unix() - 3631}, rules: func(p *oauth.Provider) { p.IDTokens.MaxAge = time.Hour }, reason: "is too old",
		},
		"the nonce":           {changes: claims{"nonce": "nonce"}, nonce: "nonce"},
		"another nonce":       {changes: claims{"nonce": "Nonce"}, nonce: "nonce", reason: "has another nonce, or none"},
		"no nonce":            {nonce: "nonce", reason: "has another nonce, or none"},
		"a nonce of a number": {changes: claims{"nonce": 1}, nonce: "1", reason: "has claims of the wrong type"},
		"a hashed nonce": {
			changes: claims{"nonce": hex.EncodeToString(hashed[:])}, nonce: "nonce",
			rules: func(p *oauth.Provider) { p.IDTokens.HashedNonce = true },
		},
		"a hashed nonce that may not be": {
			changes: claims{"nonce": hex.EncodeToString(hashed[:])}, nonce: "nonce", reason: "has another nonce, or none",
		},
		"an issuer by other claims": {
			rules: func(p *oauth.Provider) {
				p.IDTokens.CheckIssuer = func(*oauth.Claims) error { return &oauth.InvalidTokenError{Reason: "is of no tenant"} }
			},
			reason: "is of no tenant",
		},
		"a check of its own": {
			rules: func(p *oauth.Provider) {
				p.IDTokens.Check = func(*oauth.Claims) error { return &oauth.InvalidTokenError{Reason: "is not liked"} }
			},
			reason: "is not liked",
		},
		"no verification":     {rules: func(p *oauth.Provider) { p.IDTokens = nil }, reason: "is of a provider whose tokens are not verified"},
		"not from clients":    {rules: func(p *oauth.Provider) { p.IDTokens.OnlyExchanged = true }, reason: "is of a provider whose tokens no client may send"},
		"another algorithm":   {rules: func(p *oauth.Provider) { p.IDTokens.Algorithms = []string{"ES256"} }, reason: "is no JWT with an algorithm of this provider"},
		"no algorithm of use": {rules: func(p *oauth.Provider) { p.IDTokens.Algorithms = []string{"HS256", "none"} }, reason: "is no JWT with an algorithm of this provider"},
		"several algorithms":  {rules: func(p *oauth.Provider) { p.IDTokens.Algorithms = []string{"ES256", "RS256"} }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, c2 := verifier()
			if c.rules != nil {
				c.rules(p)
			}
			got, err := p.VerifyIDToken(t.Context(), c2, token(t, c.changes), c.nonce)
			if c.reason == "" {
				if err != nil || got.Subject != "subject" {
					t.Errorf("the token is refused: %v", err)
				}
				return
			}
			wantReason(t, err, c.reason)
		})
	}
}

func wantReason(t *testing.T, err error, reason string) {
	t.Helper()
	invalid, ok := errors.AsType[*oauth.InvalidTokenError](err)
	if !ok || invalid.Reason != reason {
		t.Errorf("the error is %v but must say that the token %s", err, reason)
	}
}

func TestIDTokenSignatures(t *testing.T) {
	t.Parallel()
	encoded := func(value string) string { return base64.RawURLEncoding.EncodeToString([]byte(value)) }
	payload, err := json.Marshal(valid(nil))
	if err != nil {
		t.Fatal(err)
	}
	own, foreign := rsaKeys()[0], rsaKeys()[1]
	good := token(t, nil)
	parts := strings.Split(good, ".")
	const (
		unknown   = "names a key that the provider does not have"
		unsigned  = "has no signature of the provider"
		algorithm = "is no JWT with an algorithm of this provider"
	)
	for name, c := range map[string]struct{ token, reason string }{
		"no key id":                        {sign(t, own, "", jose.RS256, valid(nil)), ""},
		"ES384":                            {sign(t, ecKey(), "ec", jose.ES384, valid(nil)), ""},
		"EdDSA":                            {sign(t, edKey(), "ed", jose.EdDSA, valid(nil)), ""},
		"another key":                      {sign(t, foreign, "one", jose.RS256, valid(nil)), unsigned},
		"another key without id":           {sign(t, foreign, "", jose.RS256, valid(nil)), unsigned},
		"an unknown key":                   {sign(t, foreign, "two", jose.RS256, valid(nil)), unknown},
		"another algorithm than the key's": {sign(t, own, "one", jose.PS256, valid(nil)), unknown},
		"a key of another kind":            {sign(t, own, "ed", jose.RS256, valid(nil)), unsigned},
		"the secret":                       {sign(t, []byte(strings.Repeat("s3cret", 6)), "one", jose.HS256, valid(nil)), algorithm},
		"no algorithm":                     {encoded(`{"alg":"none","kid":"one"}`) + "." + encoded(string(payload)) + ".", algorithm},
		"no signature":                     {parts[0] + "." + parts[1] + ".", unsigned},
		"other claims":                     {parts[0] + "." + encoded(`{"sub":"somebody else"}`) + "." + parts[2], unsigned},
		"no token":                         {"no token", algorithm},
		"nothing":                          {"", algorithm},
		"too long":                         {strings.Repeat("a", 70000), "is too long"},
		"claims that are none":             {sign(t, own, "one", jose.RS256, []byte("[]")), "has claims of the wrong type"},
		"claims twice":                     {sign(t, own, "one", jose.RS256, []byte(`{"sub":"a","sub":"b"}`)), "has claims of the wrong type"},
		"a critical header":                {encoded(`{"alg":"RS256","kid":"one","crit":["x"],"x":1}`) + "." + parts[1] + "." + parts[2], unsigned},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, c2 := verifier()
			p.IDTokens.Algorithms = []string{"RS256", "PS256", "ES384", "EdDSA", "HS256"}
			_, err := p.VerifyIDToken(t.Context(), c2, c.token, "")
			if c.reason == "" {
				if err != nil {
					t.Errorf("the token is refused: %v", err)
				}
				return
			}
			wantReason(t, err, c.reason)
			if len(c.token) > 20 {
				keepsSecrets(t, err, c.token)
			}
		})
	}
}

func TestClaims(t *testing.T) {
	t.Parallel()
	p, c := verifier()
	got, err := p.VerifyIDToken(t.Context(), c, token(t, claims{
		"azp": "client", "sid": "session", "auth_time": start.Unix() - 60, "acr": "high", "amr": []string{"pwd", "otp"}, "role": "x"}), "")
	if err != nil {
		t.Fatal(err)
	}
	var own struct {
		Role string `json:"role"`
	}
	if err := got.Decode(&own); err != nil || own.Role != "x" {
		t.Errorf("a further claim is %q (%v)", own.Role, err)
	}
	if got.AuthorizedParty != "client" || got.SessionID != "session" || !got.AuthTime.Equal(start.Add(-time.Minute)) ||
		got.Class != "high" || len(got.Methods) != 2 || len(got.Audience) != 1 || !got.Expires.Equal(start.Add(10*time.Minute)) {
		t.Errorf("the claims are %+v", got)
	}
}
