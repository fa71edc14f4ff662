// Package inprocess calls handlers without a network: what is left is what the
// handler itself costs.
//
// Start with [Work] and [Batch].
package inprocess

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/better-auth-go/better-auth/benchmarks/subject"
)

// Work is one kind of call. Prepare gets n calls ready, outside what is
// measured; Do makes the i-th of them.
type Work struct {
	Prepare func(n int) error
	Do      func(i int) error
}

// sink is a ResponseWriter that is used again and again.
type sink struct {
	header http.Header
	status int
	body   []byte
}

func (s *sink) Header() http.Header { return s.header }
func (s *sink) WriteHeader(status int) {
	if s.status == 0 {
		s.status = status
	}
}
func (s *sink) Write(p []byte) (int, error) {
	s.WriteHeader(http.StatusOK)
	s.body = append(s.body, p...)
	return len(p), nil
}

// serve answers r and wants 200.
func (s *sink) serve(h http.Handler, r *http.Request) error {
	clear(s.header)
	s.status, s.body = 0, s.body[:0]
	h.ServeHTTP(s, r)
	if s.status != http.StatusOK {
		return fmt.Errorf("%s answered %d: %s", r.URL.Path, s.status, s.body)
	}
	return nil
}

func (s *sink) cookies() string {
	var pairs []string
	for _, line := range s.header["Set-Cookie"] {
		pair, _, _ := strings.Cut(line, ";")
		pairs = append(pairs, pair)
	}
	return strings.Join(pairs, "; ")
}

func newRequest(method, path, cookie string, body []byte) (*http.Request, error) {
	return newRequestTo(method, subject.BasePath+path, cookie, body)
}

func newRequestTo(method, path, cookie string, body []byte) (*http.Request, error) {
	// A request of net/http ends with its connection, which costs drivers something.
	ctx, cancel := context.WithCancel(context.Background())
	context.AfterFunc(ctx, cancel) // never before the program ends
	r, err := http.NewRequestWithContext(ctx, method, subject.Origin+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.RemoteAddr = "127.0.0.1:1024"
	r.Header.Set("Origin", subject.Origin)
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return r, nil
}

// Session reads the visitor's session. With cached set, the visitor first gets
// the cookie that keeps a copy of it, and sends that along.
func Session(h http.Handler, v subject.Visitor, cached bool) (Work, error) {
	s := &sink{header: http.Header{}}
	cookie := v.Cookie
	r, err := newRequest(http.MethodGet, "/get-session", cookie, nil)
	if err != nil {
		return Work{}, err
	}
	if cached {
		if err := s.serve(h, r); err != nil {
			return Work{}, err
		}
		if len(s.header["Set-Cookie"]) == 0 {
			return Work{}, fmt.Errorf("get-session set no cookie")
		}
		r.Header.Set("Cookie", cookie+"; "+s.cookies())
	}
	return Work{Do: func(int) error {
		if err := s.serve(h, r); err != nil {
			return err
		}
		if len(s.body) < len(`{"session":`) {
			return fmt.Errorf("get-session answered %s", s.body)
		}
		return nil
	}}, nil
}

// Sessions reads the sessions of the visitors, one after the other, because rows
// differ a little in what they cost.
func Sessions(h http.Handler, visitors []subject.Visitor, cached bool) (Work, error) {
	return inTurn(visitors, func(v subject.Visitor) (Work, error) { return Session(h, v, cached) })
}

// Routes is Route for the visitors, one after the other.
func Routes(h http.Handler, visitors []subject.Visitor, cached bool) (Work, error) {
	return inTurn(visitors, func(v subject.Visitor) (Work, error) { return Route(h, v, cached) })
}

// inTurn does a work of each visitor, one after the other.
func inTurn(visitors []subject.Visitor, make func(subject.Visitor) (Work, error)) (Work, error) {
	var works []Work
	for _, v := range visitors {
		work, err := make(v)
		if err != nil {
			return Work{}, err
		}
		works = append(works, work)
	}
	return Work{Do: func(i int) error { return works[i%len(works)].Do(i) }}, nil
}

// SessionBody is what the handler answers to a visitor who asks for the session.
func SessionBody(h http.Handler, v subject.Visitor) ([]byte, error) {
	s := &sink{header: http.Header{}}
	r, err := newRequest(http.MethodGet, "/get-session", v.Cookie, nil)
	if err != nil {
		return nil, err
	}
	err = s.serve(h, r)
	return s.body, err
}

// Route asks for the application's own route. With cached set, the visitor first
// gets the cookie that keeps a copy of the session.
func Route(h http.Handler, v subject.Visitor, cached bool) (Work, error) {
	s := &sink{header: http.Header{}}
	cookie := v.Cookie
	if cached {
		r, err := newRequest(http.MethodGet, "/get-session", cookie, nil)
		if err != nil {
			return Work{}, err
		}
		if err := s.serve(h, r); err != nil {
			return Work{}, err
		}
		cookie += "; " + s.cookies()
	}
	r, err := newRequestTo(http.MethodGet, subject.RoutePath, cookie, nil)
	return Work{Do: func(int) error { return s.serve(h, r) }}, err
}

// Password signs in with an address and [subject.Password].
func Password(h http.Handler, email string) Work {
	s := &sink{header: http.Header{}}
	body := []byte(`{"email":"` + email + `","password":"` + subject.Password + `"}`)
	var ready []*http.Request
	return Work{
		Prepare: func(n int) error {
			ready = ready[:0]
			for range n {
				r, err := newRequest(http.MethodPost, "/sign-in/email", "", body)
				if err != nil {
					return err
				}
				ready = append(ready, r)
			}
			return nil
		},
		Do: func(i int) error { return s.serve(h, ready[i]) },
	}
}
