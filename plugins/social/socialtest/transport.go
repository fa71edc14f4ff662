package socialtest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Transport is an http.RoundTripper that answers in the place of a provider: no request
// leaves the process. It is safe for concurrent use.
type Transport struct {
	mu       sync.Mutex
	handlers map[string]http.HandlerFunc
	requests []Request
}

// Request is one that a Transport got.
type Request struct {
	Method string
	URL    *url.URL
	Header http.Header
	// Body is the whole body; Form is what it holds if it is a form.
	Body string
	Form url.Values
}

// Address is the method and the URL, as Handle takes them.
func (r Request) Address() string { return r.Method + " " + r.URL.String() }

// NewTransport makes a Transport that refuses every request.
func NewTransport() *Transport { return &Transport{handlers: map[string]http.HandlerFunc{}} }

// Handle answers at an address: "GET https://api.example/me". An address without a query
// stands for all queries, unless another names the request's. A second handler for one
// address replaces the first.
func (t *Transport) Handle(address string, handler http.HandlerFunc) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.handlers[address] = handler
}

// Requests are those that came so far, refused ones too.
func (t *Transport) Requests() []Request {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.requests)
}

// RoundTrip implements http.RoundTripper. A request to an address without a handler is an
// error.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	got := Request{Method: r.Method, URL: r.URL, Header: r.Header.Clone()}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		_ = r.Body.Close()
		got.Body = string(body)
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		form, err := url.ParseQuery(got.Body)
		if err != nil {
			return nil, err
		}
		got.Form = form
	}
	handler := t.record(got)
	if handler == nil {
		return nil, fmt.Errorf("socialtest: nobody answers at %s %s://%s%s", r.Method, r.URL.Scheme, r.URL.Host, r.URL.Path)
	}
	served := r.Clone(r.Context())
	served.Body = io.NopCloser(strings.NewReader(got.Body))
	recorder := httptest.NewRecorder()
	handler(recorder, served)
	response := recorder.Result()
	response.Request = r
	return response, r.Context().Err()
}

func (t *Transport) record(r Request) http.HandlerFunc {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.requests = append(t.requests, r)
	if handler := t.handlers[r.Address()]; handler != nil {
		return handler
	}
	address, _, _ := strings.Cut(r.Address(), "?")
	return t.handlers[address]
}
