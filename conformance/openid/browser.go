package openid

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// Browser is a browser at the provider. It keeps cookies, so a person who signed in
// once need not again. One goroutine uses it at a time.
type Browser struct {
	p    *Provider
	http *http.Client
}

// Form is what a page posts by itself: an answer by response_mode=form_post.
type Form struct {
	Action string
	Values url.Values
}

// NewBrowser returns a browser without cookies.
func (p *Provider) NewBrowser() *Browser {
	jar, _ := cookiejar.New(nil) // never fails
	return &Browser{p, &http.Client{
		Transport: p.server.Client().Transport, Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Authorize opens the URL of an authorization request in a new browser, signs in as
// the person where the provider asks who it is, and returns the URL at the client
// to which the provider redirects in the end. That may tell an error; an error that
// the provider shows to the person instead is returned.
func (p *Provider) Authorize(ctx context.Context, authorizeURL string, as Person) (callbackURL string, err error) {
	return p.NewBrowser().Authorize(ctx, authorizeURL, as)
}

// AuthorizeForm is like Authorize for response_mode=form_post.
func (p *Provider) AuthorizeForm(ctx context.Context, authorizeURL string, as Person) (*Form, error) {
	return p.NewBrowser().AuthorizeForm(ctx, authorizeURL, as)
}

// Deny is like Authorize for a person who refuses.
func (p *Provider) Deny(ctx context.Context, authorizeURL string) (callbackURL string, err error) {
	return p.NewBrowser().Deny(ctx, authorizeURL)
}

// Authorize is described at [Provider.Authorize]. It keeps the cookies.
func (b *Browser) Authorize(ctx context.Context, authorizeURL string, as Person) (callbackURL string, err error) {
	b.p.Change(as)
	return redirected(b.walk(ctx, authorizeURL, url.Values{"sub": {as.Sub}}))
}

// AuthorizeForm is described at [Provider.AuthorizeForm].
func (b *Browser) AuthorizeForm(ctx context.Context, authorizeURL string, as Person) (*Form, error) {
	b.p.Change(as)
	to, form, err := b.walk(ctx, authorizeURL, url.Values{"sub": {as.Sub}})
	if err == nil && form == nil {
		err = fmt.Errorf("openid: redirected to %s instead of posting a form", to)
	}
	return form, err
}

// Deny is described at [Provider.Deny].
func (b *Browser) Deny(ctx context.Context, authorizeURL string) (callbackURL string, err error) {
	return redirected(b.walk(ctx, authorizeURL, url.Values{"deny": {"yes"}}))
}

// EndSession opens the URL of a sign-out (OpenID Connect RP-Initiated Logout) and
// returns where it leads: post_logout_redirect_uri, or the provider's own "/".
func (b *Browser) EndSession(ctx context.Context, endSessionURL string) (string, error) {
	return redirected(b.walk(ctx, endSessionURL, nil))
}

func redirected(to string, form *Form, err error) (string, error) {
	if err == nil && form != nil {
		err = errors.New("openid: the answer is a form; call AuthorizeForm")
	}
	return to, err
}

// walk follows redirects until one leaves the provider, and answers its login page.
func (b *Browser) walk(ctx context.Context, to string, login url.Values) (string, *Form, error) {
	method, body := http.MethodGet, ""
	for range 10 {
		r, err := http.NewRequestWithContext(ctx, method, to, strings.NewReader(body))
		if err != nil {
			return "", nil, err
		}
		if method == http.MethodPost {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		answer, err := b.http.Do(r)
		if err != nil {
			return "", nil, err
		}
		page, err := io.ReadAll(answer.Body)
		if err = errors.Join(err, answer.Body.Close()); err != nil {
			return "", nil, err
		}
		switch location, noLocation := answer.Location(); {
		case noLocation == nil:
			method, body, to = http.MethodGet, "", location.String()
			if !strings.HasPrefix(to, b.p.Issuer()+"/") || to == b.p.Issuer()+"/" {
				return to, nil, nil
			}
		case answer.StatusCode != http.StatusOK:
			return "", nil, fmt.Errorf("openid: %s answered %s: %s", r.URL.Path, answer.Status, page)
		case r.URL.Path == paths[Login] && method == http.MethodGet && login != nil:
			method, body = http.MethodPost, login.Encode()
		default:
			form, err := readForm(string(page))
			return "", form, err
		}
	}
	return "", nil, errors.New("openid: too many redirects")
}

// readForm reads the one form of a page.
func readForm(page string) (*Form, error) {
	document, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return nil, err
	}
	var form *Form
	for node := range document.Descendants() {
		attributes := map[string]string{}
		for _, a := range node.Attr {
			attributes[a.Key] = a.Val
		}
		switch {
		case node.Data == "form":
			form = &Form{attributes["action"], url.Values{}}
		case node.Data == "input" && form != nil:
			form.Values.Add(attributes["name"], attributes["value"])
		}
	}
	if form == nil {
		return nil, fmt.Errorf("openid: a page without a form: %s", page)
	}
	return form, nil
}
