package socialtest

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json/jsontext"
)

// standIn answers in the place of the provider of one case.
type standIn struct {
	t         testing.TB
	provider  *oauth.Provider
	testCase  Case
	transport *Transport
	caller    *oauth.Caller
	idToken   string
}

func newStandIn(t testing.TB, p *oauth.Provider, c Case) *standIn {
	t.Helper()
	s := &standIn{t: t, provider: p, testCase: c, transport: NewTransport()}
	s.caller = oauth.NewCaller(&http.Client{Transport: s.transport}, Now)
	for _, place := range []string{c.Token.RefreshURL, c.Token.URL} {
		s.transport.Handle(c.Token.method()+" "+s.expand(place), s.token)
	}
	for address, a := range c.Answers {
		s.transport.Handle(s.escaped(address), func(w http.ResponseWriter, r *http.Request) {
			s.checkRequest(address, a, r)
			s.answer(w, a)
		})
	}
	if p.Resolve != nil {
		resolved, err := p.Resolve(t.Context(), s.caller)
		if err != nil {
			t.Fatalf("the provider is not found: %v", err)
		}
		found := *resolved
		found.PublicNetworkOnly = false
		s.provider = &found
	}
	if c.IDToken != nil {
		algorithm := c.IDToken.algorithm()
		s.idToken = sign(t, keysFor(algorithm).own, keyID, algorithm, s.claims())
		if c.IDToken.KeysURL != "" {
			s.transport.Handle("GET "+c.IDToken.KeysURL, func(w http.ResponseWriter, _ *http.Request) {
				answer(w, http.StatusOK, "", keySet(t, algorithm))
			})
		}
	}
	return s
}

func (i *IDToken) algorithm() string {
	if i.Algorithm == "" {
		return "RS256"
	}
	return i.Algorithm
}

func (k Token) method() string {
	if k.Method == "" {
		return http.MethodPost
	}
	return k.Method
}

// claims are those of the case with what every token has.
func (s *standIn) claims() jsontext.Value {
	s.t.Helper()
	usual := map[string]any{"aud": ClientID, "iat": Now().Unix(), "exp": Now().Add(time.Hour).Unix()}
	if s.provider.Nonce {
		usual["nonce"] = Nonce
	}
	return patched(s.t, encoded(s.t, usual), jsontext.Value(s.expand(string(s.testCase.IDToken.Claims))))
}

// values are the placeholders and what they stand for.
func (s *standIn) values() map[string]string {
	sum := sha256.Sum256([]byte(Verifier))
	return map[string]string{
		"{client}": ClientID, "{secret}": ClientSecret, "{state}": State, "{nonce}": Nonce, "{code}": Code,
		"{verifier}": Verifier, "{challenge}": base64.RawURLEncoding.EncodeToString(sum[:]), "{redirect}": RedirectURI,
		"{access}": AccessToken, "{refresh}": RefreshToken, "{device}": DeviceID, "{id_token}": s.idToken,
		"{now}": strconv.FormatInt(Now().Unix(), 10),
	}
}

func (s *standIn) expand(text string) string {
	for name, value := range s.values() {
		text = strings.ReplaceAll(text, name, value)
	}
	return text
}

// escaped is expand for a URL.
func (s *standIn) escaped(text string) string {
	for name, value := range s.values() {
		text = strings.ReplaceAll(text, name, url.QueryEscape(value))
	}
	return text
}

func answer(w http.ResponseWriter, status int, mediaType, body string) {
	if mediaType == "" {
		mediaType = "application/json"
	}
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func (s *standIn) answer(w http.ResponseWriter, a Answer) {
	status, body := a.Status, a.Text
	if status == 0 {
		status = http.StatusOK
	}
	if body == "" {
		body = string(a.JSON)
	}
	answer(w, status, a.Type, s.expand(body))
}

// token is the token endpoint.
func (s *standIn) token(w http.ResponseWriter, r *http.Request) {
	form := s.formOf(r)
	want, authentication := s.members(form.Get("grant_type"))
	want, header := s.authenticated(want, authentication)
	if got := flat(form); !maps.Equal(got, want) {
		s.t.Errorf("the request to the token endpoint has the members\n\t%v\nbut must have\n\t%v", sorted(got), sorted(want))
	}
	if got := r.Header.Get("Authorization"); authentication != "custom" && got != header {
		s.t.Errorf("the request to the token endpoint has the header Authorization %q but must have %q", got, header)
	}
	headers := map[string]string{"Accept": "application/json"}
	maps.Copy(headers, s.testCase.Token.Headers)
	s.checkHeaders("the token endpoint", headers, r)
	a := s.testCase.Token.Answer
	if a.JSON == nil && a.Text == "" {
		a.JSON = s.usualAnswer()
	}
	a.JSON = patched(s.t, a.JSON, a.Patch)
	s.answer(w, a)
}

func (s *standIn) usualAnswer() jsontext.Value {
	usual := map[string]any{"access_token": "{access}", "refresh_token": "{refresh}", "token_type": "Bearer", "expires_in": 3600}
	if s.idToken != "" {
		usual["id_token"] = "{id_token}"
	}
	return encoded(s.t, usual)
}

// members are what a request must have, and how it must authenticate.
func (s *standIn) members(grant string) (want map[string]string, authentication string) {
	endpoint := s.testCase.Token
	authentication = endpoint.Authentication
	var changes map[string]string
	if grant == "refresh_token" {
		want = map[string]string{"grant_type": grant, "refresh_token": "{refresh}"}
		changes = endpoint.Refresh
		if endpoint.RefreshAuthentication != "" {
			authentication = endpoint.RefreshAuthentication
		}
	} else {
		want = map[string]string{"grant_type": "authorization_code", "code": "{code}", "redirect_uri": "{redirect}"}
		if strings.Contains(s.testCase.Authorize, "{challenge}") {
			want["code_verifier"] = "{verifier}"
		}
		changes = endpoint.Exchange
	}
	for name, value := range changes {
		if want[name] = value; value == "" {
			delete(want, name)
		}
	}
	return want, authentication
}

// authenticated adds what proves who the client is (RFC 6749, section 2.3.1).
func (s *standIn) authenticated(want map[string]string, authentication string) (members map[string]string, header string) {
	switch authentication {
	case "", "post":
		want["client_id"], want["client_secret"] = "{client}", "{secret}"
	case "none":
		want["client_id"] = "{client}"
	case "basic":
		header = "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(ClientID)+":"+url.QueryEscape(ClientSecret)))
	case "custom":
	default:
		s.t.Errorf("authentication %q is unknown; use post, basic, none or custom", authentication)
	}
	for name, value := range want {
		want[name] = s.expand(value)
	}
	return want, header
}

func (s *standIn) checkRequest(address string, a Answer, r *http.Request) {
	headers := map[string]string{"Authorization": "Bearer {access}"}
	maps.Copy(headers, a.Headers)
	s.checkHeaders(address, headers, r)
	if a.Form != nil {
		want := map[string]string{}
		for name, value := range a.Form {
			want[name] = s.expand(value)
		}
		if got := flat(s.formOf(r)); !maps.Equal(got, want) {
			s.t.Errorf("%s gets the members\n\t%v\nbut must get\n\t%v", address, sorted(got), sorted(want))
		}
	}
	if a.Body != "" {
		body, err := io.ReadAll(r.Body)
		if want := s.expand(a.Body); err != nil || string(body) != want {
			s.t.Errorf("%s gets\n\t%s\nbut must get\n\t%s", address, body, want)
		}
	}
}

func (s *standIn) checkHeaders(whom string, headers map[string]string, r *http.Request) {
	for name, want := range headers {
		if got := r.Header.Get(name); got != s.expand(want) {
			s.t.Errorf("%s gets the header %s %q but must get %q", whom, name, got, s.expand(want))
		}
	}
}

func (s *standIn) formOf(r *http.Request) url.Values {
	if r.Method == http.MethodGet {
		return r.URL.Query()
	}
	if err := r.ParseForm(); err != nil {
		s.t.Error(err)
	}
	return r.PostForm
}

// flat joins the values of a name, so a name that is there twice is not overlooked.
func flat(form url.Values) map[string]string {
	members := map[string]string{}
	for name, values := range form {
		members[name] = strings.Join(values, " AND ")
	}
	return members
}

func sorted(members map[string]string) (list []string) {
	for _, name := range slices.Sorted(maps.Keys(members)) {
		list = append(list, fmt.Sprintf("%s=%s", name, members[name]))
	}
	return list
}
