package conformance_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
)

// visitor is one browser of an auth server: a jar of cookies and an origin. It
// is for one goroutine.
type visitor struct {
	base    string // the server's URL with its base path
	bearer  string // sent as a bearer token unless empty
	cookies map[string]string
	client  *http.Client
}

func (s *server) visitor() *visitor {
	return &visitor{base: s.url + "/api/auth", cookies: map[string]string{}, client: http.DefaultClient}
}

// send makes a request with body as JSON, nil for none. The error is one of the
// connection; whatever the server answered is none.
func (v *visitor) send(ctx context.Context, method, path string, body any) (status int, answer []byte, err error) {
	var content io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return 0, nil, err
		}
		content = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(ctx, method, v.base+path, content)
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Origin", sharedOrigin)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if v.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+v.bearer)
	}
	for name, value := range v.cookies {
		// As it stood on the wire: http.Cookie would quote and sanitise it.
		r.Header.Set("Cookie", strings.TrimPrefix(r.Header.Get("Cookie")+"; "+name+"="+value, "; "))
	}
	response, err := v.client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	if answer, err = io.ReadAll(response.Body); err != nil {
		return 0, nil, err
	}
	for _, line := range response.Header["Set-Cookie"] {
		pair, attributes, _ := strings.Cut(line, ";")
		name, value, _ := strings.Cut(pair, "=")
		if strings.Contains(attributes, "Max-Age=0;") {
			delete(v.cookies, name)
		} else {
			v.cookies[name] = value
		}
	}
	return response.StatusCode, answer, nil
}

// expect is send for requests that have to be answered with 200.
func (v *visitor) expect(ctx context.Context, method, path string, body any) ([]byte, error) {
	status, answer, err := v.send(ctx, method, path, body)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("%s %s: %d %s", method, path, status, answer)
	}
	return answer, err
}

// must is expect for a test that cannot go on otherwise.
func (v *visitor) must(t testing.TB, method, path string, body any) []byte {
	t.Helper()
	answer, err := v.expect(t.Context(), method, path, body)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}
