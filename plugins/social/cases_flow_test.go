package social_test

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
)

const (
	csrf   = "RFC 9700, section 4.7 (request forgery)"
	mixup  = "RFC 9700, section 4.4 (mix-up)"
	inject = "RFC 9700, section 4.5 (code injection)"
	iss    = "RFC 9207, section 2.4"
	params = "RFC 6749, section 3.1 (repeated parameters)"
	answer = "RFC 6749, section 4.1.2"
	sealed = "RFC 9700, section 4.7.1 (state in a cookie)"
)

// again is a callback that comes after an honest one: it gets nothing.
func again(site string) func(s *scene) *plugintest.Answer {
	return func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp"), s.who)
		s.back("idp", query).Want(http.StatusFound)
		s.c = s.Client()
		s.mark()
		return s.back("idp", query)
	}
}

// withQuery plays a flow whose parameters were changed on the way back.
func withQuery(provider string, change func(q url.Values)) func(s *scene) *plugintest.Answer {
	return func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin(provider), s.who)
		s.mark()
		change(query)
		return s.back(provider, query)
	}
}

// elsewhere plays a flow that ends in a browser which begin did not see.
func elsewhere(s *scene) *plugintest.Answer {
	query := s.idp.approve(s.begin("idp"), s.who)
	s.c = s.Client()
	s.mark()
	return s.back("idp", query)
}

func tooLate(d time.Duration) func(s *scene) *plugintest.Answer {
	return func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp"), s.who)
		s.Clock.Advance(d)
		s.mark()
		return s.back("idp", query)
	}
}

// cookieNamed is a cookie's value as SetCookie takes it.
func cookieNamed(c *plugintest.Client, name string) string {
	value, err := url.QueryUnescape(c.Cookie("better-auth." + name))
	if err != nil {
		panic(err)
	}
	return value
}

var flowCases = []attack{
	{group: "state", name: "an honest sign-up", source: csrf, play: func(s *scene) *plugintest.Answer { return s.flow("idp") }, want: in},
	{group: "state", name: "an honest sign-in again", source: csrf, want: in, play: func(s *scene) *plugintest.Answer {
		s.flow("idp").Want(http.StatusFound)
		s.c = s.Client()
		a := s.flow("idp")
		if s.count("user") != 1 || s.count("account") != 1 {
			s.t.Error("somebody else was made")
		}
		return a
	}},
	{group: "state", name: "replayed in another browser", source: csrf, play: again(""), want: "state_mismatch"},
	{group: "state", name: "replayed in the same browser", source: csrf, want: "state_mismatch", play: func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp"), s.who)
		state := cookieNamed(s.c, "state")
		s.back("idp", query).Want(http.StatusFound)
		s.c = s.Client()
		s.c.SetCookie("better-auth.state", state)
		s.mark()
		return s.back("idp", query)
	}},
	{group: "state", name: "from another browser", source: csrf, play: elsewhere, want: "state_mismatch"},
	{group: "state", name: "another browser's try leaves the flow to its own", source: csrf, want: in, play: func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp"), s.who)
		own := s.c
		s.c = s.Client()
		s.back("idp", query).Want(http.StatusFound)
		s.c = own
		return s.back("idp", query)
	}},
	{group: "state", name: "of another browser that has a flow of its own", source: csrf, want: "state_mismatch", play: func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp"), s.who)
		s.c = s.Client()
		s.begin("idp")
		s.mark()
		return s.back("idp", query)
	}},
	{group: "state", name: "the cookie forged without its signature", source: csrf, want: "state_mismatch", play: func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp"), s.who)
		s.c = s.Client()
		s.c.SetCookie("better-auth.state", query.Get("state"))
		return s.back("idp", query)
	}},
	{group: "state", name: "the cookie forged with a signature of something else", source: csrf, want: "state_mismatch", play: func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp"), s.who)
		_, signature, _ := strings.Cut(cookieNamed(s.SignedInAs(s.CreateUser("eve@example.com", true)), "session_token"), ".")
		s.c = s.Client()
		s.c.SetCookie("better-auth.state", query.Get("state")+"."+signature)
		s.mark()
		return s.back("idp", query)
	}},
	{group: "state", name: "expired", source: csrf, play: tooLate(11 * time.Minute), want: "state_mismatch"},
	{group: "state", name: "four minutes later", source: csrf, play: tooLate(4 * time.Minute), want: in},
	{group: "state", name: "missing", source: csrf, play: withQuery("idp", func(q url.Values) { q.Del("state") }), want: "state_not_found"},
	{group: "state", name: "empty", source: csrf, play: withQuery("idp", func(q url.Values) { q.Set("state", "") }), want: "state_not_found"},
	{group: "state", name: "invented", source: csrf, play: withQuery("idp", func(q url.Values) { q.Set("state", strings.Repeat("a", 32)) }), want: "state_mismatch"},
	{group: "state", name: "in other case", source: csrf, play: withQuery("idp", func(q url.Values) { q.Set("state", flip(q.Get("state"))) }), want: "state_mismatch"},
	{group: "state", name: "with the character NUL", source: csrf, play: withQuery("idp", func(q url.Values) { q.Set("state", q.Get("state")+"\x00") }), want: "VALIDATION_ERROR"},
	{group: "state", name: "not UTF-8", source: csrf, play: withQuery("idp", func(q url.Values) { q.Set("state", "\xff\xfe") }), want: "VALIDATION_ERROR"},
	{group: "state", name: "very long", source: csrf, play: withQuery("idp", func(q url.Values) { q.Set("state", strings.Repeat("s", 30000)) }), want: "state_mismatch"},
	{group: "state", name: "that names another kind of value in the table", source: csrf, want: "state_mismatch", play: func(s *scene) *plugintest.Answer {
		if _, err := s.Host.Verifications().Create(s.t.Context(), "reset-password:abc", "x", time.Hour); err != nil {
			s.t.Fatal(err)
		}
		return s.back("idp", url.Values{"code": {"x"}, "state": {"../reset-password:abc"}})
	}},
	{group: "state", name: "the stored flow is no flow", source: csrf, want: "internal_server_error", play: func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp"), s.who)
		s.rewrite(func(string) string { return "[]" })
		s.mark()
		return s.back("idp", query)
	}},
	{group: "state", name: "the stored flow has another state", source: csrf, want: "state_mismatch", play: func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp"), s.who)
		s.rewrite(func(v string) string { return strings.Replace(v, query.Get("state"), strings.Repeat("b", 32), 1) })
		s.mark()
		return s.back("idp", query)
	}},
	{group: "state", name: "two flows in one browser, the newer counts", source: csrf, want: in, play: func(s *scene) *plugintest.Answer {
		s.begin("idp")
		return s.flow("idp")
	}},
	{group: "state", name: "HEAD uses nothing up", source: "RFC 9110, section 9.2.1 (safe methods)", want: in, play: func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp"), s.who)
		s.c.Do(http.MethodHead, "/callback/idp?"+query.Encode(), nil)
		if s.idp.called("token") != 0 || s.count("session") != 0 {
			s.t.Error("HEAD used the code")
		}
		return s.back("idp", query)
	}},

	{group: "state in a cookie", name: "an honest sign-in", source: sealed, site: "cookie", play: func(s *scene) *plugintest.Answer { return s.flow("idp") }, want: in},
	{group: "state in a cookie", name: "replayed", source: sealed, site: "cookie", play: again("cookie"), want: "state_mismatch"},
	{group: "state in a cookie", name: "the cookie kept and sent again, the code is used", source: sealed, site: "cookie", want: "invalid_code", play: func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp"), s.who)
		kept := cookieNamed(s.c, "oauth_state")
		s.back("idp", query).Want(http.StatusFound)
		s.c = s.Client()
		s.c.SetCookie("better-auth.oauth_state", kept)
		s.mark()
		return s.back("idp", query)
	}},
	{group: "state in a cookie", name: "from another browser", source: sealed, site: "cookie", play: elsewhere, want: "state_mismatch"},
	{group: "state in a cookie", name: "expired", source: sealed, site: "cookie", play: tooLate(11 * time.Minute), want: "state_mismatch"},
	{group: "state in a cookie", name: "expired, the cookie kept", source: sealed, site: "cookie", want: "state_mismatch", play: func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp"), s.who)
		kept := cookieNamed(s.c, "oauth_state")
		s.Clock.Advance(11 * time.Minute)
		s.c = s.Client()
		s.c.SetCookie("better-auth.oauth_state", kept)
		s.mark()
		return s.back("idp", query)
	}},
	{group: "state in a cookie", name: "changed", source: sealed, site: "cookie", want: "state_invalid", play: func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp"), s.who)
		kept := cookieNamed(s.c, "oauth_state")
		s.c = s.Client()
		s.c.SetCookie("better-auth.oauth_state", kept[:len(kept)-4]+flip("aBcD"))
		return s.back("idp", query)
	}},
	{group: "state in a cookie", name: "encrypted for another purpose", source: sealed, site: "cookie", want: "state_invalid", play: func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp"), s.who)
		text, err := s.Host.EncryptFor("oauth-link-session-token", `{"oauthState":"`+query.Get("state")+`","callbackURL":"/","codeVerifier":"x","expiresAt":9999999999999}`)
		if err != nil {
			s.t.Fatal(err)
		}
		s.c = s.Client()
		s.c.SetCookie("better-auth.oauth_state", text)
		return s.back("idp", query)
	}},
	{group: "state in a cookie", name: "a stored token as the cookie", source: sealed, site: "cookie", want: "state_invalid", play: func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp"), s.who)
		text, err := s.Host.Encrypt(`{"oauthState":"` + query.Get("state") + `","callbackURL":"/","codeVerifier":"x","expiresAt":9999999999999}`)
		if err != nil {
			s.t.Fatal(err)
		}
		s.c = s.Client()
		s.c.SetCookie("better-auth.oauth_state", text)
		return s.back("idp", query)
	}},
	{group: "state in a cookie", name: "in plain", source: sealed, site: "cookie", want: "state_invalid", play: func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp"), s.who)
		s.c = s.Client()
		s.c.SetCookie("better-auth.oauth_state", `{"oauthState":"`+query.Get("state")+`"}`)
		return s.back("idp", query)
	}},
	{group: "state in a cookie", name: "another flow's state", source: sealed, site: "cookie", want: "state_mismatch", play: func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp"), s.who)
		s.begin("idp")
		s.mark()
		return s.back("idp", query)
	}},

	{group: "codes and mix-ups", name: "another person's code in one's own flow", source: inject, want: "invalid_code", play: func(s *scene) *plugintest.Answer {
		stolen := s.idp.approve(s.begin("idp"), s.who)
		s.c, s.who = s.Client(), person{sub: "sub-eve", email: "eve@example.com", verified: true}
		query := s.idp.approve(s.begin("idp"), s.who)
		query.Set("code", stolen.Get("code"))
		s.mark()
		return s.back("idp", query)
	}},
	{group: "codes and mix-ups", name: "a code that nobody gave out", source: answer, play: withQuery("idp", func(q url.Values) { q.Set("code", "invented") }), want: "invalid_code"},
	{group: "codes and mix-ups", name: "no code", source: answer, play: withQuery("idp", func(q url.Values) { q.Del("code") }), want: "no_code"},
	{group: "codes and mix-ups", name: "an empty code", source: answer, play: withQuery("idp", func(q url.Values) { q.Set("code", "") }), want: "no_code"},
	{group: "codes and mix-ups", name: "a very long code", source: answer, play: withQuery("idp", func(q url.Values) { q.Set("code", strings.Repeat("c", 30000)) }), want: "invalid_code"},
	{group: "codes and mix-ups", name: "a code with other parameters in it", source: answer, play: withQuery("idp", func(q url.Values) { q.Set("code", q.Get("code")+"&client_id=evil") }), want: "invalid_code"},
	{group: "codes and mix-ups", name: "a flow that comes back at another provider", source: mixup, want: "state_mismatch", play: func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp"), s.who)
		query.Del("iss")
		s.mark()
		return s.back("optional", query)
	}},
	{group: "codes and mix-ups", name: "a flow that comes back at a provider of the same issuer", source: mixup, want: "state_mismatch", play: func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp"), s.who)
		s.mark()
		return s.back("apps", query)
	}},
	{group: "codes and mix-ups", name: "a flow that comes back at a provider that there is not", source: mixup, want: "oauth_provider_not_found", play: func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp"), s.who)
		s.mark()
		return s.back("nobody", query)
	}},
	{group: "codes and mix-ups", name: "the issuer of another server", source: iss, play: withQuery("idp", func(q url.Values) { q.Set("iss", "https://evil.example") }), want: "issuer_mismatch"},
	{group: "codes and mix-ups", name: "the issuer of another server where none is required", source: iss, play: withQuery("optional", func(q url.Values) { q.Set("iss", "https://evil.example") }), want: "issuer_mismatch"},
	{group: "codes and mix-ups", name: "the issuer with a slash more", source: iss, play: withQuery("idp", func(q url.Values) { q.Set("iss", q.Get("iss")+"/") }), want: "issuer_mismatch"},
	{group: "codes and mix-ups", name: "no issuer where one is required", source: iss, play: withQuery("idp", func(q url.Values) { q.Del("iss") }), want: "issuer_missing"},
	{group: "codes and mix-ups", name: "no issuer where none is required", source: iss, play: withQuery("optional", func(q url.Values) { q.Del("iss") }), want: in},
	{group: "codes and mix-ups", name: "an error that names another issuer", source: iss, play: withQuery("idp", func(q url.Values) {
		q.Del("code")
		q.Set("error", "access_denied")
		q.Set("iss", "https://evil.example")
	}), want: "issuer_mismatch"},
	{group: "codes and mix-ups", name: "a nonce is required and the stored flow has none", source: "OpenID Connect Core 1.0, section 15.5.2", want: "nonce_binding_missing", play: func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp"), s.who)
		s.rewrite(func(v string) string { return strings.Replace(v, `"idTokenNonce"`, `"idTokenOther"`, 1) })
		s.mark()
		return s.back("idp", query)
	}},
	{group: "codes and mix-ups", name: "the verifier of another flow", source: "RFC 7636, section 4.6", want: "invalid_code", play: func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp"), s.who)
		s.rewrite(func(v string) string { return strings.Replace(v, `"codeVerifier":"`, `"codeVerifier":"x`, 1) })
		s.mark()
		return s.back("idp", query)
	}},
	{group: "codes and mix-ups", name: "the provider sends a browser here unasked", source: "RFC 9700, section 4.7; OpenID Connect Core 1.0, section 4", want: led, play: func(s *scene) *plugintest.Answer {
		a := s.c.Get("/callback/initiated?code=evil")
		s.wantUser(nil)
		return a
	}},
	{group: "codes and mix-ups", name: "the same at a provider that may not", source: csrf, want: "state_not_found", play: func(s *scene) *plugintest.Answer { return s.c.Get("/callback/idp?code=evil") }},

	{group: "parameters", name: "the code twice", source: params, play: withQuery("idp", func(q url.Values) { q.Add("code", "other") }), want: "invalid_callback_request"},
	{group: "parameters", name: "the state twice", source: params, play: withQuery("idp", func(q url.Values) { q.Add("state", q.Get("state")) }), want: "invalid_callback_request"},
	{group: "parameters", name: "the issuer twice", source: params, play: withQuery("idp", func(q url.Values) { q.Add("iss", "https://evil.example") }), want: "invalid_callback_request"},
	{group: "parameters", name: "parameters that nobody knows", source: answer, play: withQuery("idp", func(q url.Values) { q.Set("session_state", "x"); q.Set("scope", "openid"); q.Set("authuser", "0") }), want: in},
	{group: "parameters", name: "the person denies", source: "RFC 6749, section 4.1.2.1", play: withQuery("idp", func(q url.Values) { q.Del("code"); q.Set("error", "access_denied") }), want: "access_denied"},
	{group: "parameters", name: "an error and a code", source: "RFC 6749, section 4.1.2.1", play: withQuery("idp", func(q url.Values) { q.Set("error", "access_denied") }), want: "access_denied"},
	{group: "parameters", name: "an error with markup reaches a page as text", source: "RFC 6749, section 10.14 (code injection)", want: led, play: func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp"), s.who)
		query.Del("code")
		query.Set("error", "<script>alert(1)</script>")
		query.Set("error_description", `"><img src=x onerror=alert(1)>`)
		to := s.back("idp", query).Header.Get("Location")
		page := s.c.Root().Get(strings.TrimPrefix(to, plugintest.BaseURL))
		if page.Status != http.StatusOK || strings.Contains(string(page.Body), "<script>alert") || strings.Contains(string(page.Body), "<img src=x") {
			s.t.Errorf("%d %s", page.Status, page.Body)
		}
		return nil
	}},
	{group: "parameters", name: "an error with line breaks", source: "RFC 6749, section 10.14 (code injection)", want: "a\r\nSet-Cookie: x=y", play: func(s *scene) *plugintest.Answer {
		query := s.idp.approve(s.begin("idp"), s.who)
		query.Del("code")
		query.Set("error", "a\r\nSet-Cookie: x=y")
		s.mark()
		a := s.back("idp", query)
		if a.SetCookie("x") != nil || strings.ContainsAny(a.Header.Get("Location"), "\r\n") {
			s.t.Errorf("%v", a.Header)
		}
		return a
	}},
	{group: "parameters", name: "a form is led to the GET", source: "OAuth 2.0 Form Post Response Mode, section 2", want: in, play: func(s *scene) *plugintest.Answer {
		return s.posted("form", nil)
	}},
	{group: "parameters", name: "a form from another browser", source: csrf, want: "state_mismatch", play: func(s *scene) *plugintest.Answer {
		return s.posted("form", func() { s.c = s.Client() })
	}},
	{group: "parameters", name: "a form whose path leads elsewhere", source: "RFC 9700, section 4.11 (open redirectors)", want: "oauth_provider_not_found", play: func(s *scene) *plugintest.Answer {
		return s.post("/callback/..%2f..%2f..%2f%2fevil.example", "code=1")
	}},
	{group: "parameters", name: "a form whose path has a query", source: "RFC 9700, section 4.11 (open redirectors)", want: "oauth_provider_not_found", play: func(s *scene) *plugintest.Answer {
		return s.post("/callback/idp%3Fstate=x%26code=y%23", "code=1")
	}},
	{group: "parameters", name: "a form whose path has line breaks", source: "RFC 9700, section 4.11 (open redirectors)", want: "oauth_provider_not_found", play: func(s *scene) *plugintest.Answer {
		return s.post("/callback/idp%0d%0aSet-Cookie:%20a=b", "code=1")
	}},
}

// rewrite changes what is stored of the flow.
func (s *scene) rewrite(change func(value string) string) {
	s.t.Helper()
	store := plugintest.StoreOf[betterauth.Verification](s.Kit)
	rows, err := store.List(s.t.Context(), database.Query{})
	if err != nil || len(rows) != 1 {
		s.t.Fatalf("%d %v", len(rows), err)
	}
	changed := change(rows[0].Value)
	if changed == rows[0].Value {
		s.t.Fatalf("unchanged: %s", changed)
	}
	if _, err := store.Update(s.t.Context(), database.Set{"value": changed}, database.Eq("id", rows[0].ID)); err != nil {
		s.t.Fatal(err)
	}
}

// post sends a form as another site's page does: without cookies.
func (s *scene) post(path, form string) *plugintest.Answer {
	s.t.Helper()
	c := s.Client()
	c.Header.Set("Origin", "https://idp.example")
	c.Header.Set("Sec-Fetch-Site", "cross-site")
	c.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	s.mark()
	return c.Do(http.MethodPost, path, form)
}

// posted is a flow that ends with a form. between happens before the browser follows.
func (s *scene) posted(provider string, between func()) *plugintest.Answer {
	s.t.Helper()
	query := s.idp.approve(s.begin(provider), s.who)
	to := s.post("/callback/"+provider, query.Encode()).Want(http.StatusFound).Header.Get("Location")
	if between != nil {
		between()
	}
	return s.c.Root().Get(strings.TrimPrefix(to, plugintest.BaseURL))
}
