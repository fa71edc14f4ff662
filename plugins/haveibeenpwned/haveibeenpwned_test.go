package haveibeenpwned_test

import (
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/haveibeenpwned"
)

const known = "everybody knows this"

// service stands in for the range API. It keeps what it was asked.
type service struct {
	url    string
	answer func(w http.ResponseWriter, r *http.Request)

	mu    sync.Mutex
	asked []*http.Request
}

func newService(t *testing.T) *service {
	s := &service{}
	s.answer = func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, "%s:7\r\n%s:12\r\n%s:0", strings.Repeat("0", 35), hashOf(known)[5:], hashOf("padding only")[5:])
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r)
		s.mu.Unlock()
		s.answer(w, r)
	}))
	t.Cleanup(server.Close)
	s.url = server.URL + "/range"
	return s
}

func (s *service) requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := s.asked
	s.asked = nil
	return asked
}

func hashOf(password string) string { return fmt.Sprintf("%X", sha1.Sum([]byte(password))) }

func site(t *testing.T, s *service, cfg haveibeenpwned.Config) (*plugintest.Kit, *emailpassword.EmailPassword) {
	t.Helper()
	cfg.URL = s.url
	passwords := emailpassword.New(emailpassword.Config{})
	return plugintest.NewWith(t, plugintest.Options{
		Config:  betterauth.Config{Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}}},
		Plugins: []betterauth.Plugin{passwords, haveibeenpwned.New(cfg)},
	}), passwords
}

type body = map[string]any

func signUp(password string) body {
	return body{"name": "A", "email": "a@example.com", "password": password}
}

func signIn(password string) body { return body{"email": "a@example.com", "password": password} }

func wantUsers(t *testing.T, kit *plugintest.Kit, want int) {
	t.Helper()
	if n, err := kit.Users().Count(t.Context()); n != want || err != nil {
		t.Errorf("%d users, want %d; %v", n, want, err)
	}
}

func TestNewPasswords(t *testing.T) {
	t.Parallel()
	s := newService(t)
	kit, _ := site(t, s, haveibeenpwned.Config{})
	kit.Client().Post("/sign-up/email", signUp(known)).
		WantBody(http.StatusBadRequest, `{"message":"The password you entered has been compromised. Please choose a different password.","code":"PASSWORD_COMPROMISED"}`)
	wantUsers(t, kit, 0)
	c := kit.Client()
	c.Post("/sign-up/email", signUp("padding only")).Want(http.StatusOK)
	c.Post("/change-password", body{"currentPassword": "padding only", "newPassword": known}).WantError(haveibeenpwned.ErrCompromised)
	kit.Client().Post("/request-password-reset", body{"email": "a@example.com"}).Want(http.StatusOK)
	token := kit.Mail().Token
	kit.Client().Post("/reset-password", body{"token": token, "newPassword": known}).WantError(haveibeenpwned.ErrCompromised)
	// The refusal did not use the link up.
	kit.Client().Post("/reset-password", body{"token": token, "newPassword": "nobody knows this"}).Want(http.StatusOK)
}

// What leaves the server, and what does not reach the log.
func TestOnlyAPrefixLeaves(t *testing.T) {
	t.Parallel()
	s := newService(t)
	kit, _ := site(t, s, haveibeenpwned.Config{})
	kit.Client().Post("/sign-up/email", signUp(known)).WantError(haveibeenpwned.ErrCompromised)
	asked := s.requests()
	if len(asked) != 1 {
		t.Fatalf("asked %d times", len(asked))
	}
	r := asked[0]
	if r.Method != http.MethodGet || r.URL.String() != "/range/"+hashOf(known)[:5] || r.ContentLength != 0 {
		t.Errorf("asked %s %s with %d bytes", r.Method, r.URL, r.ContentLength)
	}
	if r.Header.Get("Add-Padding") != "true" || r.Header.Get("User-Agent") == "" || r.Header.Get("Cookie") != "" || r.Header.Get("Referer") != "" {
		t.Errorf("with %v", r.Header)
	}
	s.answer = func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	kit.Client().Post("/sign-up/email", signUp(known)).Want(http.StatusInternalServerError)
	for _, secret := range []string{known, hashOf(known)[:5], hashOf(known)} {
		if log := strings.ToLower(kit.Log.String()); strings.Contains(log, strings.ToLower(secret)) {
			t.Errorf("the log has %s:\n%s", secret, log)
		}
	}
	if !strings.Contains(kit.Log.String(), "EOF") {
		t.Errorf("the log does not say why:\n%s", kit.Log)
	}
}

// Whoever signs in, checks or is renewed is not asked about; nor is anything on
// a route that is not listed, in process or outside any request.
func TestWhatIsNotNewIsNotChecked(t *testing.T) {
	t.Parallel()
	s := newService(t)
	kit, passwords := site(t, s, haveibeenpwned.Config{Paths: []string{"/change-password"}})
	c := kit.Client()
	c.Post("/sign-up/email", signUp(known)).Want(http.StatusOK)
	kit.Client().Post("/sign-in/email", signIn(known)).Want(http.StatusOK)
	kit.Client().Post("/sign-in/email", signIn("wrong-password")).WantError(emailpassword.ErrInvalidCredentials)
	kit.Client().Post("/sign-in/email", body{"email": "b@example.com", "password": known}).WantError(emailpassword.ErrInvalidCredentials)
	c.Post("/verify-password", body{"password": known}).Want(http.StatusOK)
	user, err := kit.Users().Get(t.Context(), database.Eq("email", "a@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	if err := passwords.ReplacePassword(t.Context(), user.ID, known); err != nil {
		t.Error(err)
	}
	if asked := s.requests(); len(asked) != 0 {
		t.Errorf("asked %d times", len(asked))
	}
	c.Post("/change-password", body{"currentPassword": known, "newPassword": known}).WantError(haveibeenpwned.ErrCompromised)
}

// aging is a hasher whose every hash is due for renewal.
type aging struct{ plugintest.FastHasher }

func (aging) NeedsRehash(string) bool { return true }

// A renewed hash at sign-in is of a password that its owner has already, and
// the hasher that knows of it is looked through to.
func TestRenewalIsNotChecked(t *testing.T) {
	t.Parallel()
	s := newService(t)
	kit := plugintest.NewWith(t, plugintest.Options{
		Config:  betterauth.Config{Password: betterauth.PasswordConfig{Hasher: aging{}}},
		Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{}), haveibeenpwned.New(haveibeenpwned.Config{URL: s.url})},
	})
	if !betterauth.NeedsRehash(kit.Host.Hasher(), "fast:x") {
		t.Error("the hasher inside is not asked whether hashes are due")
	}
	kit.Client().Post("/sign-up/email", signUp("nobody knows this")).Want(http.StatusOK)
	s.requests()
	kit.Client().Post("/sign-in/email", signIn("nobody knows this")).Want(http.StatusOK)
	if asked := s.requests(); len(asked) != 0 {
		t.Errorf("asked %d times", len(asked))
	}
}

func TestServiceThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	const later = `{"message":"Failed to check password. Please try again later."}`
	tests := map[string]struct {
		answer func(w http.ResponseWriter, r *http.Request)
		want   string
	}{
		"down":             {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }, `{"message":"Failed to check password. Status: 503"}`},
		"too many":         {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) }, `{"message":"Failed to check password. Status: 429"}`},
		"cut":              {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, later},
		"silent":           {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, later},
		"a page":           {text("<!doctype html><title>Sign in to this network</title>"), later},
		"another list":     {text("red:1\r\ngreen:2\r\n"), later},
		"no count":         {text(hashOf(known)[5:]), later},
		"a count in words": {text(hashOf(known)[5:] + ":many"), later},
		"below zero":       {text(hashOf(known)[5:] + ":-1"), later},
		"a padded count":   {text(hashOf(known)[5:] + ":007"), later},
		"too large":        {text(hashOf(known)[5:] + ":9007199254740992"), later},
		"endless":          {text(strings.Repeat(strings.Repeat("0", 35)+":1\r\n", 40_000)), later},
		"one endless line": {text(strings.Repeat("0", 2<<20)), later},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			s.answer = test.answer
			timeout := 20 * time.Second
			if name == "silent" {
				timeout = 50 * time.Millisecond
			}
			kit, _ := site(t, s, haveibeenpwned.Config{Timeout: timeout})
			kit.Client().Post("/sign-up/email", signUp(known)).WantBody(http.StatusInternalServerError, test.want)
			wantUsers(t, kit, 0)

			lenient, _ := site(t, s, haveibeenpwned.Config{Timeout: timeout, AllowUnchecked: true})
			lenient.Client().Post("/sign-up/email", signUp(known)).Want(http.StatusOK)
			if log := lenient.Log.String(); !strings.Contains(log, "could not be checked") || strings.Contains(log, known) || strings.Contains(log, hashOf(known)[:5]) {
				t.Errorf("the log says\n%s", log)
			}
		})
	}
}

func text(answer string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(answer)) }
}

// A client that gives up leaves no password behind that nobody checked.
func TestClientGoesAway(t *testing.T) {
	t.Parallel()
	s := newService(t)
	ctx, leave := context.WithCancel(t.Context())
	s.answer = func(_ http.ResponseWriter, r *http.Request) {
		leave()
		<-r.Context().Done()
	}
	kit, _ := site(t, s, haveibeenpwned.Config{AllowUnchecked: true})
	in := emailpassword.SignUpInput{Name: "A", Email: "a@example.com", Password: known}
	_, err := betterauth.Call[emailpassword.SignUpAnswer](ctx, kit.Auth, emailpassword.SignUpEmail, in, betterauth.CallOptions{})
	if !errors.Is(err, context.Canceled) || strings.Contains(kit.Log.String(), "accepted") {
		t.Errorf("%v; the log says\n%s", err, kit.Log)
	}
	wantUsers(t, kit, 0)
}

func TestAnswersAreReadAsTheReferenceDoes(t *testing.T) {
	t.Parallel()
	s := newService(t)
	plugin := haveibeenpwned.New(haveibeenpwned.Config{URL: s.url})
	plugintest.New(t, plugin)
	suffix := hashOf(known)[5:]
	for answer, want := range map[string]bool{
		"": false, suffix + ":1": true, strings.ToLower(suffix) + ":9007199254740991": true, suffix + ":0": false,
		strings.Repeat("F", 35) + ":3\n" + suffix + ":2\n": true, strings.Repeat("F", 35) + ":3\r\n": false,
	} {
		s.answer = text(answer)
		if got, err := plugin.Compromised(t.Context(), known); got != want || err != nil {
			t.Errorf("%q: %t, %v", answer, got, err)
		}
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	s := newService(t)
	kit, _ := site(t, s, haveibeenpwned.Config{Message: "Not that one: 100% known"})
	kit.Client().Post("/sign-up/email", signUp(known)).WantBody(http.StatusBadRequest, `{"message":"Not that one: 100% known","code":"PASSWORD_COMPROMISED"}`)
	kit, _ = site(t, s, haveibeenpwned.Config{Disabled: true})
	kit.Client().Post("/sign-up/email", signUp(known)).Want(http.StatusOK)

	for want, cfg := range map[string]haveibeenpwned.Config{
		"negative": {Timeout: -1}, "no route": {Paths: []string{"sign-up/email"}},
		"neither https": {URL: "http://example.com/range"}, "cannot be read": {URL: "http://[::1"},
	} {
		if _, err := plugintest.Build(t, plugintest.Options{Plugins: []betterauth.Plugin{haveibeenpwned.New(cfg)}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}
