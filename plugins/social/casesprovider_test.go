package social_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/plugins/social"
)

// The keys are made once: the provider's own, one that it does not have, and an elliptic
// one.
var attackKeys = sync.OnceValues(func() (keys struct {
	main, second, foreign *rsa.PrivateKey
	curve                 *ecdsa.PrivateKey
}, err error) {
	for _, into := range []**rsa.PrivateKey{&keys.main, &keys.second, &keys.foreign} {
		if *into, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			return keys, err
		}
	}
	keys.curve, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return keys, err
})

type object = map[string]any

// person is who signs in at the provider.
type person struct {
	sub, email, verified any
	name                 string
}

// approved is a code that the provider gave out.
type approved struct {
	query url.Values // of the authorization request
	who   person
}

// idp is an OpenID provider whose every answer a case may change. It keeps what a
// provider must: a code is good once, for its client, its redirect URI and its verifier.
type idp struct {
	t      testing.TB
	server *httptest.Server
	now    func() time.Time

	mu     sync.Mutex
	codes  map[string]approved
	calls  map[string]int
	number int
	bend
}

// bend is what one case changes.
type bend struct {
	claims func(claims object)
	header func(header object)
	// token replaces the ID token's text.
	token func(claims object) string
	// tokenAnswer changes the token endpoint's answer, before answers.
	tokenAnswer func(answer object)
	info        func(answer object)
	answers     map[string]http.HandlerFunc // by "token", "keys", "info", "push", "discovery"
}

func newIDP(t testing.TB) *idp {
	t.Helper()
	if _, err := attackKeys(); err != nil {
		t.Fatal(err)
	}
	p := &idp{t: t, codes: map[string]approved{}, calls: map[string]int{}, now: time.Now}
	p.server = httptest.NewServer(p)
	t.Cleanup(p.server.Close)
	return p
}

func (p *idp) reset(b bend) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bend, p.calls = b, map[string]int{}
}

func (p *idp) called(what string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[what]
}

func (p *idp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	what := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	p.mu.Lock()
	p.calls[what]++
	replaced := p.answers[what]
	p.mu.Unlock()
	if replaced != nil {
		replaced(w, r)
		return
	}
	switch what {
	case "token":
		p.tokens(w, r)
	case "keys":
		writeJSON(w, object{"keys": publicKeys()})
	case "info":
		name := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer at-")
		p.mu.Lock()
		answer := userInfo(p.codes[name].who)
		if p.info != nil {
			p.info(answer)
		}
		p.mu.Unlock()
		writeJSON(w, answer)
	default:
		http.NotFound(w, r)
	}
}

func userInfo(who person) object {
	answer := object{}
	for name, value := range map[string]any{"sub": who.sub, "email": who.email, "email_verified": who.verified} {
		if value != nil {
			answer[name] = value
		}
	}
	if who.name != "" {
		answer["name"] = who.name
	}
	return answer
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		panic(err)
	}
}

func (p *idp) tokens(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	refuse := func(code string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(w, `{"error":%q}`, code)
	}
	code := r.FormValue("code")
	got, ok := p.codes[code]
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	switch {
	case !ok || got.query == nil:
		refuse("invalid_grant")
	case r.FormValue("client_id") != got.query.Get("client_id") || r.FormValue("client_secret") != "secret":
		refuse("invalid_client")
	case r.FormValue("redirect_uri") != got.query.Get("redirect_uri"):
		refuse("invalid_grant")
	case got.query.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(sum[:]):
		refuse("invalid_grant")
	default:
		p.codes[code] = approved{who: got.who} // its access token lives on
		answer := object{"access_token": "at-" + code, "token_type": "Bearer", "expires_in": 3600, "refresh_token": "rt-" + code}
		if nonce := got.query.Get("nonce"); nonce != "" || strings.Contains(got.query.Get("scope"), "openid") {
			claims := p.usual(got.who, got.query.Get("client_id"), nonce)
			claims["at_hash"] = accessHash("at-" + code)
			answer["id_token"] = p.idToken(claims)
		}
		if p.tokenAnswer != nil {
			p.tokenAnswer(answer)
		}
		writeJSON(w, answer)
	}
}

func accessHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// usual are the claims of an honest ID token.
func (p *idp) usual(who person, client, nonce string) object {
	claims := userInfo(who)
	claims["iss"], claims["aud"] = p.server.URL, client
	claims["iat"], claims["exp"] = p.now().Unix(), p.now().Add(time.Hour).Unix()
	if nonce != "" {
		claims["nonce"] = nonce
	}
	return claims
}

// idToken is an ID token of claims, as the case bends it. The caller holds mu.
func (p *idp) idToken(claims object) string {
	if p.claims != nil {
		p.claims(claims)
	}
	if p.token != nil {
		return p.token(claims)
	}
	header := object{"alg": "RS256", "kid": "main", "typ": "JWT"}
	if p.header != nil {
		p.header(header)
	}
	return sign(header, claims, nil)
}

func segment(v any) string {
	raw, isText := v.(string)
	if !isText {
		encoded, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		raw = string(encoded)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(raw))
}

// sign makes a token; header and payload are objects, or text as it is. Without a key the
// provider's own signs, by the header's algorithm.
func sign(header, payload, key any) string {
	keys, err := attackKeys()
	if err != nil {
		panic(err)
	}
	algorithm := "RS256"
	if h, ok := header.(object); ok {
		algorithm, _ = h["alg"].(string)
	}
	text := segment(header) + "." + segment(payload)
	var signature []byte
	switch algorithm {
	case "none", "":
	case "HS256":
		mac := hmac.New(sha256.New, key.([]byte))
		mac.Write([]byte(text))
		signature = mac.Sum(nil)
	case "ES256":
		sum := sha256.Sum256([]byte(text))
		r, s, err := ecdsa.Sign(rand.Reader, keys.curve, sum[:])
		if err != nil {
			panic(err)
		}
		signature = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	default:
		private := keys.main
		if other, ok := key.(*rsa.PrivateKey); ok {
			private = other
		}
		digest, kind := sha256.Sum256([]byte(text)), crypto.SHA256
		sum := digest[:]
		if strings.HasSuffix(algorithm, "512") {
			long := sha512.Sum512([]byte(text))
			sum, kind = long[:], crypto.SHA512
		}
		if strings.HasPrefix(algorithm, "PS") {
			signature, err = rsa.SignPSS(rand.Reader, private, kind, sum, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
		} else {
			signature, err = rsa.SignPKCS1v15(rand.Reader, private, kind, sum)
		}
		if err != nil {
			panic(err)
		}
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func publicKeys() []object {
	keys, err := attackKeys()
	if err != nil {
		panic(err)
	}
	point, err := keys.curve.PublicKey.Bytes()
	if err != nil {
		panic(err)
	}
	return []object{publicKey("main", &keys.main.PublicKey), publicKey("second", &keys.second.PublicKey), {
		"kty": "EC", "crv": "P-256", "kid": "curve", "use": "sig",
		"x": base64.RawURLEncoding.EncodeToString(point[1:33]), "y": base64.RawURLEncoding.EncodeToString(point[33:])}}
}

func publicKey(kid string, key *rsa.PublicKey) object {
	return object{"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "e": "AQAB", "n": base64.RawURLEncoding.EncodeToString(key.N.Bytes())}
}

// foreignKey is a key that the provider does not have, and its public half.
func foreignKey() (*rsa.PrivateKey, object) {
	keys, err := attackKeys()
	if err != nil {
		panic(err)
	}
	return keys.foreign, publicKey("main", &keys.foreign.PublicKey)
}

// mainDER is the provider's public key as bytes, which must not serve as a secret.
func mainDER() []byte {
	keys, err := attackKeys()
	if err != nil {
		panic(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&keys.main.PublicKey)
	if err != nil {
		panic(err)
	}
	return der
}

// approve is the provider's consent page: it returns the parameters that the browser
// brings back.
func (p *idp) approve(authorize string, who person) url.Values {
	p.t.Helper()
	to, err := url.Parse(authorize)
	if err != nil {
		p.t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.number++
	code := fmt.Sprintf("code%d", p.number)
	p.codes[code] = approved{to.Query(), who}
	return url.Values{"code": {code}, "state": {to.Query().Get("state")}, "iss": {p.server.URL}}
}

// provider describes the stand-in as an OpenID provider.
func (p *idp) provider(id string) social.Provider {
	return social.Provider{
		ID: id, Client: social.Client{ID: "client", Secret: "secret"},
		AuthorizeURL: p.server.URL + "/authorize", TokenURL: p.server.URL + "/" + id + "/token",
		Issuer: p.server.URL, IssuerRequired: true, Nonce: true, Scopes: []string{"openid", "email"},
		IDTokens: oidcRules(p, id), User: claimsUser,
	}
}

// plain describes it as a provider that has no ID tokens.
func (p *idp) plain(id string) social.Provider {
	return social.Provider{
		ID: id, Client: social.Client{ID: "client", Secret: "secret"}, Scopes: []string{"email"},
		AuthorizeURL: p.server.URL + "/authorize", TokenURL: p.server.URL + "/" + id + "/token",
		User: func(ctx context.Context, g *social.Grant) (*social.Profile, error) {
			var in flags
			raw, err := g.Get(ctx, p.server.URL+"/"+id+"/info", &in)
			if err != nil {
				return nil, err
			}
			return in.profile(raw), nil
		},
	}
}
