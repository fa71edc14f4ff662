package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/better-auth-go/better-auth/benchmarks/subject"
	"github.com/better-auth-go/better-auth/betterauth"
)

// kinds are all there are: what a header, a body, a query and a path can hold
// more of.
func (s *site) kinds() []kind {
	list := append(s.cookieKinds(), s.headerKinds()...)
	list = append(list, s.bodyKinds()...)
	list = append(list, s.providerKinds()...)
	return append(list, s.urlKinds()...)
}

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// repeated is n parts, each told its number.
func repeated(n int, separator string, part func(i int) string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = part(i)
	}
	return strings.Join(parts, separator)
}

// with is h with one more field.
func with(h http.Header, name string, values ...string) http.Header {
	h = h.Clone()
	if h == nil {
		h = http.Header{}
	}
	h[http.CanonicalHeaderKey(name)] = values
	return h
}

// asked is a GET of the session with a header.
func asked(name string, values ...string) (request, error) {
	return request{method: get, path: "/get-session", header: with(nil, name, values...), want: http.StatusOK}, nil
}

func (s *site) cookieKinds() []kind {
	chunk := func(i int) string { return "better-auth.session_data." + strconv.Itoa(i) + "=x" }
	list := []kind{
		{"cookies like parts of the session's copy", 299, s.auth, func(n int) (request, error) {
			return asked("Cookie", repeated(n, "; ", chunk))
		}},
		{"the same, to handlers that are not ours", 299, s.session(), func(n int) (request, error) {
			return asked("Cookie", repeated(n, "; ", chunk))
		}},
		{"the same, when signing out", 299, s.auth, func(n int) (request, error) {
			h := with(nil, "Cookie", repeated(n, "; ", chunk))
			h.Set("Origin", subject.Origin)
			return request{post, "/sign-out", h, "{}", http.StatusOK}, nil
		}},
		{"cookies of one name", 299, s.auth, func(n int) (request, error) {
			return asked("Cookie", repeated(n, "; ", func(int) string { return "a=x" }))
		}},
		{"cookies of many names", 299, s.auth, func(n int) (request, error) {
			return asked("Cookie", repeated(n, "; ", func(i int) string { return "c" + strconv.Itoa(i) + "=x" }))
		}},
		{"Cookie fields", 299, s.auth, func(n int) (request, error) {
			return asked("Cookie", strings.Split(repeated(n, ";", func(i int) string { return "c" + strconv.Itoa(i) + "=x" }), ";")...)
		}},
		{"escapes in a cookie", 30000, s.auth, func(n int) (request, error) {
			return asked("Cookie", subject.SessionCookie+"="+strings.Repeat("%C3%A9.", n/2))
		}},
	}
	for _, strategy := range []string{"compact", "jwt", "jwe"} {
		for name, value := range map[string]func(n int) string{
			"parts": func(n int) string { return repeated(n, "; ", chunk) },
			"dots":  func(n int) string { return "better-auth.session_data=" + strings.Repeat("e30.", n) },
		} {
			size := map[string]int{"parts": 299, "dots": 20000}[name]
			list = append(list, kind{fmt.Sprintf("%s of a %s copy", name, strategy), size, s.caching[strategy], func(n int) (request, error) {
				h, err := s.signedIn()
				if err == nil {
					h.Set("Cookie", h.Get("Cookie")+"; "+value(n))
				}
				return request{method: get, path: "/get-session", header: h, want: http.StatusOK}, err
			}})
		}
	}
	return list
}

// session is a handler of an application that asks who calls.
func (s *site) session() http.Handler {
	return s.auth.OptionalSession(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := s.auth.Session(r.Context(), r); err != nil && err != betterauth.ErrNoSession {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusOK)
	}))
}

func (s *site) headerKinds() []kind {
	refused := func(name, value string) (request, error) {
		h := with(nil, "Cookie", "a=b")
		h.Set(name, value)
		return request{post, "/sign-out", h, "{}", http.StatusForbidden}, nil
	}
	return []kind{
		{"addresses in X-Forwarded-For", 5000, s.auth, func(n int) (request, error) {
			return asked("X-Forwarded-For", repeated(n, ", ", func(i int) string { return "10.0.0." + strconv.Itoa(i%200) }))
		}},
		{"X-Forwarded-For fields", 5000, s.auth, func(n int) (request, error) {
			return asked("X-Forwarded-For", strings.Split(strings.Repeat("10.0.0.1 ", n)+"10.0.0.2", " ")...)
		}},
		{"length of an address", 50000, s.auth, func(n int) (request, error) { return asked("X-Forwarded-For", strings.Repeat("1:", n)) }},
		{"labels of an Origin", 20000, s.auth, func(n int) (request, error) {
			return refused("Origin", "https://"+strings.Repeat("ab.", n)+"example.org")
		}},
		{"letters of an Origin", 50000, s.auth, func(n int) (request, error) { return refused("Origin", "https://x.a"+strings.Repeat("b", n)) }},
		{"parts of a Referer's path", 20000, s.auth, func(n int) (request, error) {
			return refused("Referer", "exp://x"+strings.Repeat("/abc", n))
		}},
		{"length of a bearer token", 50000, s.auth, func(n int) (request, error) { return asked("Authorization", "Bearer "+strings.Repeat("x-", n)) }},
		{"signature of a bearer token", 50000, s.auth, func(n int) (request, error) {
			return asked("Authorization", "Bearer x."+strings.Repeat("%2D_", n/2))
		}},
		{"length of an API key", 50000, s.auth, func(n int) (request, error) {
			r, err := asked("X-Api-Key", strings.Repeat("xé", n))
			r.want = http.StatusUnauthorized
			return r, err
		}},
		{"length of a User-Agent", 50000, s.auth, func(n int) (request, error) {
			h := with(nil, "User-Agent", strings.Repeat("x ", n))
			return request{post, "/sign-in/email", h, `{"email":"a@example.com","password":"x"}`, http.StatusUnauthorized}, nil
		}},
		{"length of a Content-Type", 50000, s.auth, func(n int) (request, error) {
			return request{post, "/sign-in/email", with(nil, "Content-Type", strings.Repeat("x;", n)), `{}`, http.StatusUnsupportedMediaType}, nil
		}},
	}
}

func (s *site) urlKinds() []kind {
	at := func(path string, want int) (request, error) { return request{method: get, path: path, want: want}, nil }
	// follow leads to a place on this server: what is asked is whether it is one.
	follow := func(target string) (request, error) {
		return at("/magic-link/verify?token=x&callbackURL="+url.QueryEscape(target), http.StatusFound)
	}
	return []kind{
		{"parts of a path", 20000, s.auth, func(n int) (request, error) {
			return at("/reset-password"+strings.Repeat("/abc", n), http.StatusNotFound)
		}},
		{"length of a part of a path", 50000, s.auth, func(n int) (request, error) {
			return at("/reset-password/"+strings.Repeat("ab", n)+"?callbackURL=/", http.StatusFound)
		}},
		{"slashes at the end of a path", 50000, s.auth, func(n int) (request, error) { return at("/ok/x"+strings.Repeat("/x", n)+"/", http.StatusNotFound) }},
		{"parameters of a query", 900, s.auth, func(n int) (request, error) {
			return at("/get-session?"+repeated(n, "&", func(i int) string { return "p" + strconv.Itoa(i) + "=x" }), http.StatusOK)
		}},
		{"parameters of one name", 900, s.auth, func(n int) (request, error) {
			return at("/magic-link/verify?token=x&"+repeated(n, "&", func(int) string { return "errorCallbackURL=/x" }), http.StatusBadRequest)
		}},
		{"length of a token", 50000, s.auth, func(n int) (request, error) {
			return at("/verify-email?token="+strings.Repeat("e30.", n/2), http.StatusUnauthorized)
		}},
		{"parameters of a callback URL", 5000, s.auth, func(n int) (request, error) {
			return follow("/x?" + repeated(n, "&", func(i int) string { return "p" + strconv.Itoa(i) + "=x" }))
		}},
		{"dot segments of a callback URL", 5000, s.auth, func(n int) (request, error) {
			return follow("/x" + strings.Repeat("x", 10*n) + strings.Repeat("/x/..", n))
		}},
		{"parts of an app's callback URL", 5000, s.auth, func(n int) (request, error) { return follow("myapp://x" + strings.Repeat("/abc", n)) }},
		{"escapes in a callback URL", 5000, s.auth, func(n int) (request, error) { return follow("/x?" + strings.Repeat("%C3%A9", n)) }},
		{"values of a filter", 900, s.auth, func(n int) (request, error) {
			r, err := s.listed("limit=1&filterOperator=in&" + repeated(n, "&", func(i int) string { return "filterValue=" + strconv.Itoa(i) }))
			if n < 1000 {
				r.want = http.StatusOK
			}
			return r, err
		}},
		{"length of a search", 20000, s.auth, func(n int) (request, error) { return s.listed("searchValue=" + strings.Repeat("x", n)) }},
		{"length of a description of an error", 20000, s.auth, func(n int) (request, error) {
			return at("/error?error=x&error_description="+strings.Repeat("%3C", n), http.StatusOK)
		}},
	}
}

// listed is what an administrator asks of the list of users.
func (s *site) listed(query string) (request, error) {
	h, err := s.signedIn("admin")
	return request{method: get, path: "/admin/list-users?" + query, header: h, want: http.StatusBadRequest}, err
}
