package socialtest

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Run plays a case with a provider whose Client is that of Client, each part in a
// subtest. The provider may call addresses of a local network in it, whatever it says of
// PublicNetworkOnly, since nothing leaves the process.
func Run(t *testing.T, p oauth.Provider, c Case) {
	t.Helper()
	if p.Problem != "" {
		t.Fatalf("%s has a problem: %s", p.ID, p.Problem)
	}
	if p.User == nil || c.Authorize == "" || c.Token.URL == "" {
		t.Fatal("a provider needs User, and a case needs Authorize and Token.URL")
	}
	p.PublicNetworkOnly = false
	r := &runner{provider: &p, testCase: c, asked: map[string]bool{}}
	t.Run("authorize", r.authorize)
	t.Run("profile", r.profile)
	t.Run("variants", r.variants)
	t.Run("refusals", r.refusals)
	t.Run("failures", r.failures)
	t.Run("refresh", r.refresh)
	if c.IDToken != nil {
		t.Run("id token", r.idTokens)
	}
}

type runner struct {
	provider *oauth.Provider
	testCase Case
	// asked are the addresses that a flow which goes well asked.
	asked map[string]bool
}

// begin is a stand-in for the case, or for a variant of it.
func (r *runner) begin(t testing.TB, c Case) *standIn {
	t.Helper()
	return newStandIn(t, r.provider, c)
}

func (r *runner) note(s *standIn) {
	for _, request := range s.transport.Requests() {
		r.asked[request.Address()] = true
	}
}

func (r *runner) authorize(t *testing.T) {
	s := r.begin(t, r.testCase)
	request := oauth.AuthorizeRequest{State: State, Verifier: Verifier, RedirectURI: RedirectURI}
	if s.provider.Nonce {
		request.Nonce = Nonce
	}
	got, err := s.provider.Authorize(t.Context(), s.caller, request)
	if err != nil {
		t.Fatal(err)
	}
	r.note(s)
	if want := s.escaped(r.testCase.Authorize); got != want {
		t.Errorf("the authorization URL is\n\t%s\nbut must be\n\t%s", got, want)
	}
}

// exchange makes tokens of the code.
func (s *standIn) exchange(ctx context.Context) (*oauth.Tokens, *oauth.Callback, error) {
	back := &oauth.Callback{Code: Code, Verifier: Verifier, RedirectURI: RedirectURI,
		User: s.expand(s.testCase.Callback.User), DeviceID: s.expand(s.testCase.Callback.DeviceID)}
	if s.provider.Nonce {
		back.Nonce = Nonce
	}
	tokens, err := s.provider.Exchange(ctx, s.caller, *back)
	return tokens, back, err
}

// ask exchanges the code and asks who the user is.
func (s *standIn) ask(ctx context.Context) (*oauth.Profile, error) {
	tokens, back, err := s.exchange(ctx)
	if err != nil {
		return nil, err
	}
	grant := s.provider.NewGrant(s.caller, *tokens, nil)
	grant.Callback = back
	return grant.Profile(ctx)
}

func (r *runner) profile(t *testing.T) {
	s := r.begin(t, r.testCase)
	tokens, _, err := s.exchange(t.Context())
	if err != nil {
		t.Fatalf("the code is refused: %v", err)
	}
	s.checkTokens(t, tokens)
	profile, err := s.ask(t.Context())
	if err != nil {
		t.Fatalf("there is no profile: %v", err)
	}
	s.checkProfile(t, profile)
	r.note(s)
	for address := range r.testCase.Answers {
		if !r.asked[s.escaped(address)] {
			t.Errorf("%s is never asked", address)
		}
	}
}

func (s *standIn) checkTokens(t testing.TB, tokens *oauth.Tokens) {
	t.Helper()
	if tokens.AccessToken != AccessToken {
		t.Errorf("the access token is %q but must be %q", tokens.AccessToken, AccessToken)
	}
	if want := s.testCase.Token.Scopes; want != nil && !slices.Equal(tokens.Scopes, want) {
		t.Errorf("the scopes are %q but must be %q", tokens.Scopes, want)
	}
	if tokens.AccessTokenExpiresAt != nil && !tokens.AccessTokenExpiresAt.After(Now()) {
		t.Errorf("the access token has expired at %v", tokens.AccessTokenExpiresAt)
	}
}

func (s *standIn) checkProfile(t testing.TB, profile *oauth.Profile) {
	t.Helper()
	got := Profile{Subject: profile.Subject, Email: profile.Email, EmailVerified: profile.EmailVerified, Name: profile.Name, Image: profile.Image}
	if got != s.testCase.Profile {
		t.Errorf("the profile is\n\t%+v\nbut must be\n\t%+v", got, s.testCase.Profile)
	}
	if profile.EmailVerified && (profile.Email == "" || strings.HasSuffix(profile.Email, ".invalid")) {
		t.Errorf("the address %q counts as verified", profile.Email)
	}
	if !profile.Raw.IsValid() {
		t.Error("the profile does not hold what the provider said, as JSON")
	}
}

func (r *runner) variants(t *testing.T) {
	for _, v := range r.testCase.Variants {
		t.Run(v.Name, func(t *testing.T) {
			s := r.begin(t, v.of(t, r.testCase))
			profile, err := s.ask(t.Context())
			switch {
			case v.Refused && err == nil:
				t.Errorf("there is a profile, %+v", profile)
			case !v.Refused && err != nil:
				t.Errorf("there is no profile: %v", err)
			case !v.Refused:
				s.checkProfile(t, profile)
			}
		})
	}
}

// of is a case with the differences of v.
func (v Variant) of(t testing.TB, c Case) Case {
	t.Helper()
	if v.Callback != nil {
		c.Callback = *v.Callback
	}
	c.Token.Answer.Patch = v.Token
	if c.IDToken != nil {
		changed := *c.IDToken
		// A null in the patch must reach the usual claims too, so it is put and not merged.
		changed.Claims = overlaid(t, changed.Claims, v.Claims)
		c.IDToken = &changed
	}
	c.Answers = maps.Clone(c.Answers)
	if c.Answers == nil {
		c.Answers = map[string]Answer{}
	}
	for address, a := range v.Answers {
		c.Answers[address] = a.over(t, c.Answers[address])
	}
	if err := json.Unmarshal(patched(t, encoded(t, c.Profile), v.Profile), &c.Profile); err != nil {
		t.Fatal(err)
	}
	return c
}

// over is a with what was, where a says nothing: the answer patched, and what the request
// must be.
func (a Answer) over(t testing.TB, was Answer) Answer {
	t.Helper()
	if a.JSON == nil && a.Text == "" && a.Status == 0 {
		was.JSON = patched(t, was.JSON, a.Patch)
		return was
	}
	if a.Headers == nil {
		a.Headers = was.Headers
	}
	if a.Form == nil {
		a.Form = was.Form
	}
	if a.Body == "" {
		a.Body = was.Body
	}
	return a
}

// overlaid puts the members of patch over those of value, null ones too.
func overlaid(t testing.TB, value, patch jsontext.Value) jsontext.Value {
	t.Helper()
	if len(patch) == 0 {
		return value
	}
	members := map[string]jsontext.Value{}
	if len(value) > 0 {
		members = object(t, value)
	}
	maps.Copy(members, object(t, patch))
	return encoded(t, members)
}

func (r *runner) refresh(t *testing.T) {
	s := r.begin(t, r.testCase)
	s.testCase.Token.Answer.Patch = jsontext.Value(`{"access_token":"next-access-token"}`)
	tokens, err := s.provider.Refresh(t.Context(), s.caller, RefreshToken)
	if r.testCase.Token.NoRefresh {
		if !errors.Is(err, oauth.ErrNotRefreshable) || len(s.transport.Requests()) > 0 && s.provider.Resolve == nil {
			t.Errorf("a refresh ends with %v after %d requests but must not be possible", err, len(s.transport.Requests()))
		}
		return
	}
	if err != nil {
		t.Fatalf("the refresh token is refused: %v", err)
	}
	if s.testCase.Token.Answer.Text == "" && tokens.AccessToken != "next-access-token" {
		t.Errorf("the access token is %q but must be the new one", tokens.AccessToken)
	}
	if s.testCase.Token.Answer.JSON == nil && s.testCase.Token.Answer.Text == "" {
		if want := Now().Add(time.Hour); tokens.AccessTokenExpiresAt == nil || !tokens.AccessTokenExpiresAt.Equal(want) {
			t.Errorf("the access token expires at %v but must at %v", tokens.AccessTokenExpiresAt, want)
		}
	}
}

// mustFail says that no profile may come, and that the error holds no secret.
func (s *standIn) mustFail(t testing.TB) {
	t.Helper()
	profile, err := s.ask(t.Context())
	if err == nil {
		t.Errorf("there is a profile, %+v", profile)
		return
	}
	for _, secret := range []string{ClientSecret, AccessToken, RefreshToken, Code, Verifier} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error holds a secret: %v", err)
		}
	}
}

// redirect is what no call may follow.
func redirect(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Location", "https://elsewhere.example/")
	w.WriteHeader(http.StatusFound)
}
