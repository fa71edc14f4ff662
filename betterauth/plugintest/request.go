package plugintest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/internal/input"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
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

// Send sends a request to an operation, by its id and with its first method. One
// that is ServerOnly is called in process, as Call does.
func (c *Client) Send(opID string, r Request) *Answer {
	c.kit.t.Helper()
	for _, op := range c.kit.Auth.Operations() {
		if op.ID == opID {
			return c.send(op, firstMethod(op), r)
		}
	}
	c.kit.t.Fatalf("plugintest: there is no operation %s; add the plugin that declares it, or correct the ID", opID)
	return nil
}

func (c *Client) send(op betterauth.Operation, method string, r Request) *Answer {
	c.kit.t.Helper()
	if op.Access == betterauth.ServerOnly {
		return c.sendInProcess(op, r)
	}
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
	r := c.lent()
	return betterauth.Call[Out](r.Context(), c.kit.Auth, opID, in, betterauth.CallOptions{Request: r})
}

// lent is a request with this client's cookies and headers, for calls in process.
func (c *Client) lent() *http.Request {
	c.kit.t.Helper()
	r := httptest.NewRequestWithContext(c.context(), http.MethodPost, c.url(c.kit.Auth.BasePath()).String(), nil)
	r.Header = c.Header.Clone()
	for _, ck := range c.jar.Cookies(c.url("")) {
		r.AddCookie(ck)
	}
	return r
}

// sendInProcess calls an operation that has no route, and answers as if it had.
func (c *Client) sendInProcess(op betterauth.Operation, r Request) *Answer {
	c.kit.t.Helper()
	lent, w := c.lent(), httptest.NewRecorder()
	in, err := c.kit.input(op.ID, r)
	var value any
	if err == nil {
		value, err = betterauth.Call[any](lent.Context(), c.kit.Auth, op.ID, in, betterauth.CallOptions{Request: lent})
	}
	if err != nil {
		c.kit.Auth.WriteError(w, lent, err)
	} else {
		raw, err := json.Marshal(value)
		if err != nil {
			c.kit.t.Fatalf("plugintest: %s answers what is no JSON: %v; return a value that can be written as JSON", op.ID, err)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(raw)
	}
	return &Answer{Status: w.Code, Header: w.Result().Header, Body: w.Body.Bytes(), t: c.kit.t, what: "in process " + op.ID}
}

// input makes an operation's input of a request.
func (k *Kit) input(opID string, r Request) (any, error) {
	for _, m := range k.Auth.Manifests() {
		for _, e := range m.Endpoints {
			if e.Operation().ID != opID {
				continue
			}
			plan, err := input.Compile(e.Input())
			if err != nil {
				return nil, err
			}
			body := r.Body
			if body == nil {
				body = map[string]any{}
			}
			raw, ok := body.(string)
			if !ok {
				text, err := json.Marshal(body)
				if err != nil {
					return nil, err
				}
				raw = string(text)
			}
			in := reflect.New(e.Input())
			if err := plan.Decode(input.Source{Body: jsontext.Value(raw), Query: r.Query, Path: r.Path}, in.Interface()); err != nil {
				return nil, betterauth.ErrValidation.Messagef("%v", err)
			}
			return in.Elem().Interface(), nil
		}
	}
	return nil, fmt.Errorf("plugintest: there is no operation %s; add the plugin that declares it, or correct the ID", opID)
}
