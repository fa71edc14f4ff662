package social_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
)

const (
	server = "RFC 9700, section 4.12 (redirects) and 4.10; OWASP SSRF Prevention"
	endure = "OWASP ASVS 5.0, 15.2 (availability); RFC 6749, section 5"
	once   = "RFC 6749, section 10.5; RFC 9700, section 4.5.3 (one-time use)"
)

// badAnswer is what an endpoint of a provider answers.
type badAnswer struct {
	name, source string
	answer       http.HandlerFunc
}

// badAnswers are what an endpoint may answer that is out of order.
var badAnswers = []badAnswer{
	{"a redirect", server, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/honest"+r.URL.Path, http.StatusTemporaryRedirect)
	}},
	{"two megabytes", endure, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"x":"` + strings.Repeat("x", 2<<20) + `"}`))
	}},
	{"two megabytes in two kilobytes (gzip)", endure, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = z.Write([]byte(`{"x":"` + strings.Repeat("x", 2<<20) + `"}`))
		_ = z.Close()
	}},
	{"nothing in time", endure, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or nobody notices that the client has gone
		<-r.Context().Done()
	}},
	{"a closed connection", endure, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
	{"a failure", endure, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<h1>down</h1>", http.StatusBadGateway) }},
	{"no JSON", endure, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }},
	{"a list", endure, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("[]")) }},
	{"null", endure, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("null")) }},
	{"nothing", endure, func(http.ResponseWriter, *http.Request) {}},
	{"members twice", "RFC 8259, section 4", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"sub":"a","sub":"b","access_token":"a","access_token":"b","keys":[],"keys":[]}`))
	}},
	{"members of other types", endure, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"sub":{},"access_token":["x"],"keys":"x"}`))
	}},
}

// site is that of a case: where no answer comes, nobody waits long for it.
func (b badAnswer) site() string {
	if b.name == "nothing in time" {
		return "impatient"
	}
	return ""
}

func fromAnswers() (all []attack) {
	for _, bad := range badAnswers {
		for what, place := range map[string]struct{ provider, want string }{
			"token": {"idp", "invalid_code"}, "keys": {"idp", "unable_to_get_user_info"}, "info": {"plain", "unable_to_get_user_info"},
		} {
			all = append(all, attack{group: "answers of the provider", name: what + " endpoint: " + bad.name, source: bad.source, site: bad.site(), want: place.want,
				bend: bend{answers: map[string]http.HandlerFunc{what: bad.answer}}, play: func(s *scene) *plugintest.Answer { return s.flow(place.provider) }})
		}
		if slices.Contains([]string{"a redirect", "a failure", "nothing in time"}, bad.name) {
			for what, provider := range map[string]string{"push": "pushed", "discovery": "broken"} {
				all = append(all, attack{group: "answers of the provider", name: what + " endpoint: " + bad.name, source: bad.source, site: bad.site(), want: "PROVIDER_UNAVAILABLE",
					bend: bend{answers: map[string]http.HandlerFunc{what: bad.answer}}, play: func(s *scene) *plugintest.Answer {
						return s.c.Post("/sign-in/social", object{"provider": provider})
					}})
			}
			all = append(all, attack{group: "answers of the provider", name: "keys, for a native client: " + bad.name, source: bad.source, site: bad.site(), want: "PROVIDER_UNAVAILABLE",
				bend: bend{answers: map[string]http.HandlerFunc{"keys": bad.answer}}, play: func(s *scene) *plugintest.Answer {
					return s.native("idp", object{"token": s.minted("client", "")})
				}})
		}
	}
	return all
}

func answering(change func(answer object)) bend { return bend{tokenAnswer: change} }

var answerCases = []attack{
	{group: "answers of the provider", name: "no ID token where a nonce is required", source: "OpenID Connect Core 1.0, section 3.1.3.3", want: "unable_to_get_user_info",
		bend: answering(func(a object) { delete(a, "id_token") }), play: func(s *scene) *plugintest.Answer { return s.flow("idp") }},
	{group: "answers of the provider", name: "an error with 200", source: "RFC 6749, section 5.2", want: "invalid_code",
		bend: answering(func(a object) { clear(a); a["error"] = "bad_verification_code" }), play: func(s *scene) *plugintest.Answer { return s.flow("idp") }},
	{group: "answers of the provider", name: "a life of the token that is no number", source: "RFC 6749, section 5.1", want: in,
		bend: answering(func(a object) { a["expires_in"] = "soon" }), play: func(s *scene) *plugintest.Answer { return s.flow("idp") }},
	{group: "answers of the provider", name: "a life of the token beyond all time", source: "RFC 6749, section 5.1", want: in,
		bend: answering(func(a object) { a["expires_in"] = 1e300 }), play: func(s *scene) *plugintest.Answer { return s.flow("idp") }},
	{group: "answers of the provider", name: "an access token with the character NUL", source: "RFC 6750, section 2.1", want: "unable_to_get_user_info",
		bend: answering(func(a object) { delete(a, "id_token"); a["access_token"] = "a\x00b" }), play: func(s *scene) *plugintest.Answer { return s.flow("plain") }},
	{group: "answers of the provider", name: "an access token with a line break", source: "RFC 6750, section 2.1", want: "unable_to_get_user_info",
		bend: answering(func(a object) { a["access_token"] = "a\r\nX: y" }), play: func(s *scene) *plugintest.Answer { return s.flow("plain") }},
	{group: "answers of the provider", name: "a refresh token with the character NUL", source: "RFC 6749, section 5.1", want: "unable_to_get_user_info",
		bend: answering(func(a object) { a["refresh_token"] = "a\x00b" }), play: func(s *scene) *plugintest.Answer { return s.flow("plain") }},
	{group: "answers of the provider", name: "endpoints in the local network that somebody else named", source: server, want: "invalid_code", play: func(s *scene) *plugintest.Answer {
		a := s.flow("local")
		if s.idp.called("token") != 0 {
			s.t.Error("it was called")
		}
		return a
	}},
	{group: "answers of the provider", name: "keys in the local network that somebody else named", source: server, want: "PROVIDER_UNAVAILABLE", play: func(s *scene) *plugintest.Answer {
		a := s.native("local", object{"token": s.minted("client", "")})
		if s.idp.called("keys") != 0 {
			s.t.Error("they were called")
		}
		return a
	}},
	{group: "answers of the provider", name: "a secret key among the keys", source: jwtBCP + "2.1", want: "INVALID_TOKEN", bend: bend{
		answers: map[string]http.HandlerFunc{"keys": func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, object{"keys": []object{{"kty": "oct", "kid": "main", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I"}}})
		}},
		token: func(c object) string {
			return sign(object{"alg": "HS256", "kid": "main"}, c, []byte("secret-secret-secret-secret-secr"))
		}}, play: func(s *scene) *plugintest.Answer { return s.native("idp", object{"token": s.minted("client", "")}) }},
	{group: "answers of the provider", name: "a key for encryption", source: "RFC 7517, section 4.2", want: "INVALID_TOKEN", bend: bend{
		answers: map[string]http.HandlerFunc{"keys": func(w http.ResponseWriter, _ *http.Request) {
			keys := publicKeys()
			keys[0]["use"] = "enc"
			writeJSON(w, object{"keys": keys[:1]})
		}}}, play: func(s *scene) *plugintest.Answer { return s.native("idp", object{"token": s.minted("client", "")}) }},
	{group: "answers of the provider", name: "a key of an unknown kind among the keys", source: "RFC 7517, section 5", want: in, bend: bend{
		answers: map[string]http.HandlerFunc{"keys": func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, object{"keys": append([]object{{"kty": "new", "kid": "main"}}, publicKeys()...)})
		}}}, play: func(s *scene) *plugintest.Answer { return s.native("idp", object{"token": s.minted("client", "")}) }},
	{group: "answers of the provider", name: "tokens with unknown key ids do not make this server call again and again", source: endure, want: "INVALID_TOKEN",
		bend: headed(func(h object) { h["kid"] = "unknown" }), play: func(s *scene) *plugintest.Answer {
			for range 5 {
				s.native("idp", object{"token": s.minted("client", "")})
			}
			if n := s.idp.called("keys"); n != 1 {
				s.t.Errorf("%d calls", n)
			}
			return s.native("idp", object{"token": s.minted("client", "")})
		}},

	{group: "at once", name: "eight callbacks with one state", source: once, want: led, play: func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp"), s.who)
		if n := s.together(8, func(_ int, c *plugintest.Client) bool {
			a := c.Get("/callback/idp?" + query.Encode())
			return a.SetCookie("better-auth.session_token") != nil
		}); n != 1 || s.count("session") != 1 || s.idp.called("token") != 1 {
			s.t.Errorf("%d signed in, %d sessions, %d exchanges", n, s.count("session"), s.idp.called("token"))
		}
		return nil
	}},
	{group: "at once", name: "eight sign-ups with one new subject", source: once, want: in, play: func(s *scene) *plugintest.Answer {
		token := s.minted("client", "")
		if n := s.together(8, func(_ int, c *plugintest.Client) bool {
			return c.Post("/sign-in/social", object{"provider": "idp", "idToken": object{"token": token}}).Status == http.StatusOK
		}); n != 8 || s.count("user") != 1 || s.count("account") != 1 {
			s.t.Errorf("%d signed in, %d users, %d accounts", n, s.count("user"), s.count("account"))
		}
		return nil
	}},
	{group: "at once", name: "a link and a sign-up with one subject", source: once, want: linked, play: func(s *scene) *plugintest.Answer {
		user := s.user("other@example.com", true)
		s.idp.reset(with("email", "other@example.com"))
		token := s.minted("client", "")
		s.idp.reset(with("email", "alice@example.com"))
		second := s.minted("client", "")
		owner := s.c
		s.together(8, func(i int, c *plugintest.Client) bool {
			if i%2 == 0 {
				return owner.Fork().Post("/link-social", object{"provider": "idp", "idToken": object{"token": token}}).Status == http.StatusOK
			}
			c.ClearCookies()
			return c.Post("/sign-in/social", object{"provider": "idp", "idToken": object{"token": second}}).Status == http.StatusOK
		})
		if s.count("account") != 1 {
			s.t.Errorf("%d accounts of %s", s.count("account"), user.ID)
		}
		return nil
	}},
	{group: "at once", name: "both accounts unlinked, one stays", source: once, want: served, play: func(s *scene) *plugintest.Answer {
		user := s.user("alice@example.com", true)
		ids := []*betterauth.Account{s.account(user, "idp", "1"), s.account(user, "plain", "2")}
		if n := s.together(2, func(i int, c *plugintest.Client) bool {
			return c.Post("/unlink-account", object{"providerId": ids[i].ProviderID, "accountId": ids[i].ID}).Status == http.StatusOK
		}); n != 1 || s.count("account") != 1 {
			s.t.Errorf("%d unlinked, %d left", n, s.count("account"))
		}
		return nil
	}},
	{group: "at once", name: "a link while the session is ended", source: ending, want: linked, play: func(s *scene) *plugintest.Answer {
		user := s.user("alice@example.com", true)
		query := s.idp.approve(s.beginLink("idp"), s.who)
		s.c.Meanwhile(func() { s.endSessions(user) })
		a := s.c.Get("/callback/idp?" + query.Encode())
		if s.count("account") != 0 {
			s.t.Errorf("%d accounts; %s", s.count("account"), a.Header.Get("Location"))
		}
		return nil
	}},
	{group: "at once", name: "a user is banned while the provider answers", source: ending, want: "BANNED_USER", play: func(s *scene) *plugintest.Answer {
		user := s.CreateUser("alice@example.com", true)
		s.account(user, "idp", "sub-alice")
		query := s.idp.approve(s.begin("idp"), s.who)
		s.idp.reset(bend{claims: func(object) { s.set(user, database.Set{"banned": true}); s.mark() }})
		return s.back("idp", query)
	}},
}

// together makes n requests at once, each in a browser with the scene's cookies, and
// counts the good ones.
func (s *scene) together(n int, ask func(i int, c *plugintest.Client) bool) int {
	var good atomic.Int64
	browsers := make([]*plugintest.Client, n)
	for i := range browsers {
		browsers[i] = s.c.Fork()
	}
	plugintest.AtOnce(n, func(i int) {
		if ask(i, browsers[i]) {
			good.Add(1)
		}
	})
	return int(good.Load())
}
