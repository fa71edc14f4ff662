package social_test

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
)

const (
	open   = "RFC 9700, section 4.11 (open redirectors)"
	tokens = "RFC 6749, section 10.4 (refresh tokens)"
)

// foreignTargets lead elsewhere in some browser.
var foreignTargets = []struct{ name, target string }{
	{"another site", "https://evil.example/"}, {"without a scheme", "//evil.example"}, {"with a backslash", `/\evil.example`}, {"two backslashes", `\\evil.example`},
	{"a script", "javascript:alert(1)"}, {"data", "data:text/html,x"}, {"a name before @", "http://localhost:3000@evil.example/"}, {"a tab between slashes", "/\t/evil.example"},
	{"a line break between slashes", "/\n/evil.example"}, {"a blank first", " //evil.example"}, {"encoded slashes", "/%2fevil.example"}, {"an encoded backslash", "/%5cevil.example"},
	{"the trusted name as the beginning of another", "https://app.example.evil.example/"}, {"another port", "http://localhost:3001/"}, {"another scheme", "ftp://localhost:3000/"},
}

func fromTargets() (all []attack) {
	codes := map[string]string{"callbackURL": "INVALID_CALLBACK_URL", "errorCallbackURL": "INVALID_ERROR_CALLBACK_URL", "newUserCallbackURL": "INVALID_NEW_USER_CALLBACK_URL"}
	for i, f := range foreignTargets {
		for j, member := range []string{"callbackURL", "errorCallbackURL", "newUserCallbackURL"} {
			if i > 4 && i%3 != j { // each target at one member is enough, the first at all
				continue
			}
			all = append(all, attack{group: "targets", name: member + ": " + f.name, source: open, want: codes[member], play: func(s *scene) *plugintest.Answer {
				return s.c.Post("/sign-in/social", object{"provider": "idp", member: f.target})
			}})
		}
		all = append(all, attack{group: "targets", name: "the stored flow leads to " + f.name, source: open, want: "invalid_callback_url", play: func(s *scene) *plugintest.Answer {
			query := s.idp.approve(s.begin("idp"), s.who)
			s.rewrite(func(v string) string { return strings.Replace(v, `"/home"`, jsonText(f.target), 1) })
			s.mark()
			return s.back("idp", query)
		}})
	}
	return all
}

var targetCases = []attack{
	{group: "targets", name: "a path", source: open, want: in, play: func(s *scene) *plugintest.Answer { return s.flow("idp", object{"callbackURL": "/a/b?c=d#e"}) }},
	{group: "targets", name: "a trusted origin", source: open, want: in, play: func(s *scene) *plugintest.Answer {
		return s.flow("idp", object{"callbackURL": "https://app.example/x"})
	}},
	{group: "targets", name: "the stored page for errors is foreign", source: open, want: "access_denied", play: func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp", object{"errorCallbackURL": "/failed"}), s.who)
		s.rewrite(func(v string) string { return strings.Replace(v, `"/failed"`, `"https://evil.example"`, 1) })
		query.Del("code")
		query.Set("error", "access_denied")
		s.mark()
		return s.back("idp", query)
	}},
	{group: "targets", name: "the stored page for new users is foreign", source: open, want: "invalid_callback_url", play: func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp", object{"newUserCallbackURL": "/new"}), s.who)
		s.rewrite(func(v string) string { return strings.Replace(v, `"/new"`, `"https://evil.example"`, 1) })
		s.mark()
		return s.back("idp", query)
	}},
	{group: "targets", name: "a provider that there is not", source: open, want: "PROVIDER_NOT_FOUND", play: func(s *scene) *plugintest.Answer { return s.c.Post("/sign-in/social", object{"provider": "nobody"}) }},
	{group: "targets", name: "a provider with a path", source: open, want: "PROVIDER_NOT_FOUND", play: func(s *scene) *plugintest.Answer { return s.c.Post("/sign-in/social", object{"provider": "../idp"}) }},
	{group: "targets", name: "beginning from a foreign page", source: csrf, want: "INVALID_ORIGIN", play: func(s *scene) *plugintest.Answer {
		s.user("alice@example.com", true)
		s.c.Header.Set("Origin", "https://evil.example")
		s.mark()
		return s.c.Post("/sign-in/social", object{"provider": "idp"})
	}},
	{group: "targets", name: "a parameter of the client changes the state", source: csrf, want: "VALIDATION_ERROR", play: additional("state", "x")},
	{group: "targets", name: "a parameter of the client changes the redirect URI", source: open, want: "VALIDATION_ERROR", play: additional("redirect_uri", "https://evil.example")},
	{group: "targets", name: "a parameter of the client changes the code challenge", source: "RFC 9700, section 4.8 (PKCE downgrade)", want: "VALIDATION_ERROR", play: additional("code_challenge_method", "plain")},
	{group: "targets", name: "a parameter of the client changes the nonce", source: "OpenID Connect Core 1.0, section 15.5.2", want: "VALIDATION_ERROR", play: additional("nonce", "x")},
	{group: "targets", name: "a parameter of the client changes the response type", source: "RFC 9700, section 2.1.2", want: "VALIDATION_ERROR", play: additional("response_type", "token")},
	{group: "targets", name: "a parameter of the client is a request object", source: "RFC 9101, section 6.3; RFC 9700, section 4.8", want: "VALIDATION_ERROR", play: additional("request", "eyJhbGciOiJub25lIn0.e30.")},
	{group: "targets", name: "a parameter of the client refers to a request object", source: "RFC 9101, section 6.3", want: "VALIDATION_ERROR", play: additional("request_uri", "https://evil.example/request")},
	{group: "targets", name: "a parameter of the client that is harmless", source: "RFC 6749, section 3.1", want: in, play: func(s *scene) *plugintest.Answer {
		return s.flow("idp", object{"additionalParams": object{"hd": "example.com"}})
	}},
	{group: "targets", name: "a parameter with another one in it", source: "RFC 6749, section 3.1", want: in, play: func(s *scene) *plugintest.Answer {
		to := s.begin("idp", object{"loginHint": "a@example.com&redirect_uri=https://evil.example"})
		parsed, err := url.Parse(to)
		if err != nil || len(parsed.Query()["redirect_uri"]) != 1 {
			s.t.Errorf("%s %v", to, err)
		}
		return s.back("idp", s.idp.approve(to, s.who))
	}},

	{group: "ID token of a native client", name: "the provider has none", source: "RFC 8252, section 8.1", want: "ID_TOKEN_NOT_SUPPORTED", play: func(s *scene) *plugintest.Answer {
		return s.native("plain", object{"token": s.minted("client", "")})
	}},
	{group: "ID token of a native client", name: "that is switched off", source: "RFC 8252, section 8.1", want: "ID_TOKEN_NOT_SUPPORTED", play: func(s *scene) *plugintest.Answer {
		return s.native("noidtoken", object{"token": s.minted("client", "")})
	}},
	{group: "ID token of a native client", name: "of another provider", source: mixup, want: "INVALID_TOKEN", play: func(s *scene) *plugintest.Answer { return s.native("other", object{"token": s.minted("client", "")}) }},
	{group: "ID token of a native client", name: "of the app of the same application", source: core + ", step 3", want: in, play: func(s *scene) *plugintest.Answer { return s.native("apps", object{"token": s.minted("app", "")}) }},
	{group: "ID token of a native client", name: "an hour and a minute old", source: core + ", step 10", want: "INVALID_TOKEN", play: func(s *scene) *plugintest.Answer {
		return s.native("idp", object{"token": func() string {
			token := s.minted("client", "n")
			s.Clock.Advance(3700e9)
			return token
		}(), "nonce": "n"})
	}},
	{group: "ID token of a native client", name: "sent again with another nonce", source: "OpenID Connect Core 1.0, section 15.5.2", want: "INVALID_TOKEN", play: func(s *scene) *plugintest.Answer {
		token := s.minted("client", "first")
		s.c.Post("/sign-in/social", object{"provider": "idp", "idToken": object{"token": token, "nonce": "first"}}).Want(http.StatusOK)
		s.c = s.Client()
		return s.native("idp", object{"token": token, "nonce": "second"})
	}},
	{group: "ID token of a native client", name: "beside somebody else's access token, by which the provider is asked", source: substitution, want: "FAILED_TO_GET_USER_INFO", play: beside("asking", alice)},
	{group: "ID token of a native client", name: "beside somebody else's access token, verified by the application", source: substitution, want: "FAILED_TO_GET_USER_INFO", play: beside("vouched", alice)},
	{group: "ID token of a native client", name: "beside one's own access token, by which the provider is asked", source: substitution, want: in, play: beside("asking", eveHere)},
	{group: "ID token of a native client", name: "beside one's own access token, verified by the application", source: substitution, want: in, play: beside("vouched", eveHere)},
	{group: "ID token of a native client", name: "that is empty", source: rfc7519 + "7.2", want: "INVALID_TOKEN", play: func(s *scene) *plugintest.Answer { return s.native("idp", object{"token": ""}) }},
	{group: "ID token of a native client", name: "that is a number", source: rfc7519 + "7.2", want: "VALIDATION_ERROR", play: func(s *scene) *plugintest.Answer { return s.native("idp", object{"token": 1}) }},

	{group: "stored tokens", name: "the owner's own", source: tokens, want: served, play: func(s *scene) *plugintest.Answer {
		a, c := s.owned("idp")
		return c.Post("/get-access-token", object{"accountId": a.ID})
	}},
	{group: "stored tokens", name: "another user's access token", source: tokens, want: "ACCOUNT_NOT_FOUND", play: stranger(func(c *plugintest.Client, id, _ string) *plugintest.Answer {
		return c.Post("/get-access-token", object{"accountId": id})
	})},
	{group: "stored tokens", name: "another user's access token, the user named", source: tokens, want: "ACCOUNT_NOT_FOUND", play: stranger(func(c *plugintest.Client, id, user string) *plugintest.Answer {
		return c.Post("/get-access-token", object{"accountId": id, "userId": user})
	})},
	{group: "stored tokens", name: "another user's refresh token", source: tokens, want: "ACCOUNT_NOT_FOUND", play: stranger(func(c *plugintest.Client, id, _ string) *plugintest.Answer {
		return c.Post("/refresh-token", object{"accountId": id})
	})},
	{group: "stored tokens", name: "another user's account information", source: tokens, want: "ACCOUNT_NOT_FOUND", play: stranger(func(c *plugintest.Client, id, user string) *plugintest.Answer {
		return c.Get("/account-info?accountId=" + id + "&userId=" + user)
	})},
	{group: "stored tokens", name: "without a session, the user named", source: tokens, want: "UNAUTHORIZED", play: func(s *scene) *plugintest.Answer {
		a, c := s.owned("idp")
		s.mark()
		return s.Client().Post("/get-access-token", object{"accountId": a.ID, "userId": c.User.ID})
	}},
	{group: "stored tokens", name: "an account by the subject instead of its row", source: tokens, want: "ACCOUNT_NOT_FOUND", play: func(s *scene) *plugintest.Answer {
		a, c := s.owned("idp")
		s.mark()
		return c.Post("/get-access-token", object{"accountId": a.AccountID})
	}},
	{group: "stored tokens", name: "a flow's secret in the place of an encrypted token", source: tokens, site: "encrypted", want: "FAILED_TO_GET_ACCESS_TOKEN", play: func(s *scene) *plugintest.Answer {
		a, c := s.owned("idp")
		text, err := s.Host.EncryptFor("oauth-link-session-token", "secret")
		if err != nil {
			s.t.Fatal(err)
		}
		if _, err := plugintest.StoreOf[betterauth.Account](s.Kit).Update(s.t.Context(), database.Set{"accessToken": text}, database.Eq("id", a.ID)); err != nil {
			s.t.Fatal(err)
		}
		s.mark()
		return c.Post("/get-access-token", object{"accountId": a.ID})
	}},
	{group: "stored tokens", name: "encrypted, the owner's own", source: tokens, site: "encrypted", want: served, play: func(s *scene) *plugintest.Answer {
		a, c := s.owned("idp")
		got := c.Post("/get-access-token", object{"accountId": a.ID})
		if !strings.Contains(string(got.Body), `"at-code`) || strings.Contains(betterauth.OrZero(a.AccessToken), "at-code") {
			s.t.Errorf("%s stored as %s", got.Body, betterauth.OrZero(a.AccessToken))
		}
		return got
	}},
	{group: "stored tokens", name: "the provider answers about another subject", source: "OpenID Connect Core 1.0, section 5.3.2", want: "FAILED_TO_GET_USER_INFO",
		play: func(s *scene) *plugintest.Answer {
			a, c := s.owned("plain")
			s.idp.reset(bend{info: func(answer object) { answer["sub"] = "sub-eve" }})
			s.mark()
			return c.Get("/account-info?accountId=" + a.ID)
		}},
}

func additional(name, value string) func(s *scene) *plugintest.Answer {
	return func(s *scene) *plugintest.Answer {
		return s.c.Post("/sign-in/social", object{"provider": "idp", "additionalParams": object{name: value}})
	}
}

// owned is an account with tokens, and its owner's browser.
func (s *scene) owned(provider string) (*betterauth.Account, *plugintest.Client) {
	s.t.Helper()
	s.flow(provider).Want(http.StatusFound)
	rows, err := plugintest.StoreOf[betterauth.Account](s.Kit).List(s.t.Context(), database.Query{})
	if err != nil || len(rows) != 1 {
		s.t.Fatalf("%d accounts (%v)", len(rows), err)
	}
	s.c.User = s.User("alice@example.com")
	return rows[0], s.c
}

func stranger(ask func(c *plugintest.Client, account, user string) *plugintest.Answer) func(s *scene) *plugintest.Answer {
	return func(s *scene) *plugintest.Answer {
		a, c := s.owned("idp")
		c2 := s.SignedInAs(eve(s))
		s.mark()
		return ask(c2, a.ID, c.User.ID)
	}
}
