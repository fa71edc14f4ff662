package main

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/better-auth-go/better-auth/benchmarks/subject"
)

// providerKinds are what a flow at an identity provider can be begun and ended with.
func (s *site) providerKinds() []kind {
	begin := func(more string) (request, error) {
		return request{post, "/sign-in/social", with(nil, "Content-Type", "application/json"), `{"provider":"provider",` + more + `}`, http.StatusOK}, nil
	}
	back := func(query, cookies string) (request, error) {
		return request{method: get, path: "/callback/provider?" + query, header: with(nil, "Cookie", cookies), want: http.StatusFound}, nil
	}
	numbered := func(before, after string) func(i int) string {
		return func(i int) string { return before + strconv.Itoa(i) + after }
	}
	return []kind{
		{"scopes that a provider is asked for", 2000, s.auth, func(n int) (request, error) {
			return begin(`"scopes":[` + repeated(n, ",", numbered(`"s`, `"`)) + `]`)
		}},
		{"parameters for a provider's page", 500, s.auth, func(n int) (request, error) {
			return begin(`"additionalParams":{` + repeated(n, ",", numbered(`"p`, `":""`)) + `}`)
		}},
		{"data that is kept with a flow", 500, s.auth, func(n int) (request, error) {
			return begin(`"additionalData":{` + repeated(n, ",", numbered(`"d`, `":0`)) + `}`)
		}},
		{"length of a state", 30000, s.auth, func(n int) (request, error) { return back("code=x&state="+strings.Repeat("ab", n), "a=b") }},
		{"length of a provider's error", 30000, s.auth, func(n int) (request, error) {
			return back("state=x&error=x&error_description="+url.QueryEscape(strings.Repeat("é", n/3)), "a=b")
		}},
		{"cookies of popups", 299, s.auth, func(n int) (request, error) {
			return back("code=x&state=x", repeated(n, "; ", func(int) string { return "better-auth.oauth_popup={}.x" }))
		}},
		{"states in cookies", 299, s.auth, func(n int) (request, error) {
			return back("code=x&state=x", repeated(n, "; ", func(int) string { return "better-auth.state=x.x" }))
		}},
		{"parts of an account's copy", 299, s.auth, func(n int) (request, error) {
			h, err := s.signedIn()
			if err == nil {
				h.Set("Cookie", h.Get("Cookie")+"; "+repeated(n, "; ", numbered("better-auth.account_data.", "=x")))
			}
			return request{post, "/get-access-token", h, `{"useAccountCookie":true}`, http.StatusBadRequest}, err
		}},
		{"length of a profile from another server", 30000, s.auth, func(n int) (request, error) {
			return request{method: get, path: "/callback/provider/oauth-proxy?callbackURL=/&profile=" + strings.Repeat("ab", n), want: http.StatusFound}, nil
		}},
		{"scopes of a popup", 2000, s.auth, func(n int) (request, error) {
			return request{method: get, path: "/oauth-popup/start?provider=provider&popupOrigin=" + url.QueryEscape(subject.Origin) + "&scopes=" + repeated(n, ",", numbered("", "")),
				header: with(nil, "Referer", subject.Origin+"/"), want: http.StatusFound}, nil
		}},
	}
}
