package main

import (
	"net/http"
	"strconv"
	"strings"
)

func (s *site) bodyKinds() []kind {
	anybody := func(path, body string, want int) (request, error) {
		return request{method: post, path: path, body: body, want: want}, nil
	}
	person := func(path, body string, want int, roles ...string) (request, error) {
		h, err := s.signedIn(roles...)
		return request{post, path, h, body, want}, err
	}
	signUp := func(more string) (request, error) {
		return anybody("/sign-up/email", `{"name":"A","email":"a","password":"password1234",`+more+`}`, http.StatusBadRequest)
	}
	member := func(i int) string { return `"m` + strconv.Itoa(i) + `":1` }
	return []kind{
		{"members of a body", 2000, s.auth, func(n int) (request, error) { return signUp(repeated(n, ",", member)) }},
		{"depth of a body", 900, s.auth, func(n int) (request, error) {
			return signUp(`"x":` + strings.Repeat(`{"a":`, n) + `1` + strings.Repeat(`}`, n))
		}},
		{"depth of a body of arrays", 900, s.auth, func(n int) (request, error) {
			return signUp(`"x":` + strings.Repeat(`[`, n) + strings.Repeat(`]`, n))
		}},
		{"escapes in a body", 4000, s.auth, func(n int) (request, error) { return signUp(`"x":"` + strings.Repeat(`\u00e9`, n) + `"`) }},
		{"digits of a number", 20000, s.auth, func(n int) (request, error) { return signUp(`"rememberMe":1` + strings.Repeat("7", n)) }},
		{"members of a form", 900, s.auth, func(n int) (request, error) {
			return request{post, "/sign-in/email", with(nil, "Content-Type", "application/x-www-form-urlencoded"),
				repeated(n, "&", func(i int) string { return "m" + strconv.Itoa(i) + "=1" }), http.StatusBadRequest}, nil
		}},
		{"labels of an address", 5000, s.auth, func(n int) (request, error) {
			return anybody("/sign-in/email", `{"email":"`+strings.Repeat("a.", n)+`a@`+strings.Repeat("a.", n)+`1","password":"x"}`, http.StatusBadRequest)
		}},
		{"hyphens of a new address", 12000, s.auth, func(n int) (request, error) {
			return person("/email-otp/request-email-change", `{"newEmail":"`+strings.Repeat("a-", n)+`a@example.com"}`, http.StatusBadRequest)
		}},
		{"hyphens after dots of a new address", 4000, s.auth, func(n int) (request, error) {
			return person("/email-otp/request-email-change", `{"newEmail":"a`+strings.Repeat("a.bb-", n)+`a@example.com"}`, http.StatusBadRequest)
		}},
		{"combining marks of a password", 5000, s.auth, func(n int) (request, error) {
			return anybody("/sign-in/email", `{"email":"a@example.com","password":"a`+strings.Repeat("\u0301", n)+`"}`, http.StatusUnauthorized)
		}},
		{"capital sigmas of a username", 5000, s.auth, func(n int) (request, error) {
			return anybody("/is-username-available", `{"username":"`+strings.Repeat("Σ'", n)+`"}`, http.StatusUnprocessableEntity)
		}},
		{"length of a callback URL", 10000, s.auth, func(n int) (request, error) {
			return anybody("/sign-up/email", `{"callbackURL":"exp://x`+strings.Repeat("/abc", n/2)+`"}`, http.StatusForbidden)
		}},
		{"permissions that are asked for", 1000, s.auth, func(n int) (request, error) {
			return person("/admin/has-permission", `{"permissions":{`+repeated(n, ",", func(i int) string { return `"r` + strconv.Itoa(i) + `":["a"]` })+`}}`, http.StatusOK)
		}},
		{"actions that are asked for", 2000, s.auth, func(n int) (request, error) {
			return person("/admin/has-permission", `{"permissions":{"user":[`+repeated(n, ",", func(int) string { return `"create"` })+`]}}`, http.StatusOK, "admin")
		}},
		{"permissions asked for by a user of many roles", 200, s.auth, func(n int) (request, error) {
			return person("/admin/has-permission", `{"permissions":{`+repeated(n, ",", func(i int) string { return `"r` + strconv.Itoa(i) + `":["a"]` })+`}}`,
				http.StatusOK, strings.Split(strings.Repeat("user,", n)+"user", ",")...)
		}},
		{"roles to give", 2000, s.auth, func(n int) (request, error) {
			return person("/admin/set-role", `{"userId":"nobody","role":[`+repeated(n, ",", func(int) string { return `"user"` })+`]}`, http.StatusNotFound, "admin")
		}},
		{"metadata of an API key", 2000, s.auth, func(n int) (request, error) {
			return person("/api-key/create", `{"prefix":"-","metadata":{`+repeated(n, ",", member)+`}}`, http.StatusOK)
		}},
		{"length of the prefix of an API key", 20000, s.auth, func(n int) (request, error) {
			return person("/api-key/create", `{"prefix":"`+strings.Repeat("a", n)+`"}`, http.StatusBadRequest)
		}},
		{"transports of a passkey", 800, s.auth, func(n int) (request, error) {
			body, err := registration(n)
			if err != nil {
				return request{}, err
			}
			return person("/passkey/verify-registration", body, http.StatusBadRequest)
		}},
		{"members of a passkey's response", 400, s.auth, func(n int) (request, error) {
			body, err := registration(1)
			if err != nil {
				return request{}, err
			}
			body = strings.Replace(body, `"clientExtensionResults":{`, `"clientExtensionResults":{`+repeated(n, ",", member)+`,"end":{},`, 1)
			return person("/passkey/verify-registration", strings.Replace(body, `,"end":{},}`, `}`, 1), http.StatusBadRequest)
		}},
	}
}
