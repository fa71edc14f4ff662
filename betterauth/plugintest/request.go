package plugintest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
)

// Request is what an operation is sent.
type Request struct {
	// Body is sent as JSON, or as it is if it is a string; nil sends no body.
	// It is left out where the method is GET.
	Body any
	// Query follows the route. Default none.
	Query url.Values
	// Path holds the route's parameters by name. Default none.
	Path map[string]string
}

// Send sends a request to an operation, by its id and with its first method.
func (c *Client) Send(opID string, r Request) *Answer {
	c.kit.t.Helper()
	for _, op := range c.kit.Auth.Operations() {
		if op.ID == opID {
			return c.send(op, firstMethod(op), r)
		}
	}
	c.kit.t.Fatalf("plugintest: there is no operation %s", opID)
	return nil
}

func (c *Client) send(op betterauth.Operation, method string, r Request) *Answer {
	c.kit.t.Helper()
	body := r.Body
	switch {
	case method == http.MethodGet:
		body = nil
	case body == nil && !op.OptionalBody:
		body = map[string]any{}
	}
	return c.Do(method, r.route(op), body)
}

// route is the path below the base path, with its query.
func (r Request) route(op betterauth.Operation) string {
	parts := strings.Split(op.Path, "/")
	for i, part := range parts {
		if name, ok := strings.CutPrefix(part, ":"); ok {
			parts[i] = url.PathEscape(r.Path[name])
			if parts[i] == "" {
				parts[i] = "none"
			}
		}
	}
	path := strings.Join(parts, "/")
	if len(r.Query) > 0 {
		path += "?" + r.Query.Encode()
	}
	return path
}

func methodsOf(op betterauth.Operation) []string {
	if len(op.Methods) > 0 {
		return op.Methods
	}
	return []string{op.Method}
}

func firstMethod(op betterauth.Operation) string { return methodsOf(op)[0] }

// Call runs an operation in process as this client, with its cookies and
// headers, and returns the typed answer; see betterauth.Call. Cookies the
// operation sets are dropped.
//
//	keys, err := plugintest.Call[[]*passkey.Passkey](alice, "listPasskeys", betterauth.None{})
func Call[Out any](c *Client, opID string, in any) (Out, error) {
	c.kit.t.Helper()
	r := httptest.NewRequestWithContext(c.kit.t.Context(), http.MethodPost, c.url(c.kit.Auth.BasePath()).String(), nil)
	r.Header = c.Header.Clone()
	for _, ck := range c.jar.Cookies(c.url("")) {
		r.AddCookie(ck)
	}
	return betterauth.Call[Out](r.Context(), c.kit.Auth, opID, in, betterauth.CallOptions{Request: r})
}
