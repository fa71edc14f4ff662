package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/go-json-experiment/json"
)

var errNotPushed = errors.New("oauth: the provider does not accept the pushed request")

// push sends the authorization request to the provider and returns the query that refers
// to it (RFC 9126, sections 2 and 4).
func (p *Provider) push(ctx context.Context, c *Caller, q *Query) (*Query, error) {
	form := url.Values{}
	for _, param := range q.params {
		form.Set(param.Name, param.Value)
	}
	r := &TokenRequest{Grant: "pushed_authorization_request", Provider: p, Method: http.MethodPost, URL: p.PushURL,
		Form: form, Header: http.Header{"Accept": {"application/json"}}}
	answer, err := p.call(ctx, c, r)
	if err != nil {
		return nil, err
	}
	var in struct {
		URI string `json:"request_uri"`
	}
	if err := json.Unmarshal(answer.Body, &in); err != nil || in.URI == "" {
		return nil, errNotPushed
	}
	reference := &Query{}
	reference.Set("client_id", p.Client.ID)
	reference.Set("request_uri", in.URI)
	return reference, nil
}
