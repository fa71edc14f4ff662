package plugintest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/internal/checkpoint"
	"github.com/go-json-experiment/json"
)

// Client is one browser: it keeps cookies and says where it comes from. It is
// not safe for concurrent use; Fork makes another one with the same cookies.
type Client struct {
	// Header is sent with every request. A new client sends the kit's own
	// Origin.
	Header http.Header
	// User and Session are set for a client that is signed in by SignedIn.
	User    *betterauth.User
	Session *betterauth.Session

	kit *Kit
	jar *cookiejar.Jar
	// beside are sent before those in the jar; see Beside.
	beside []*http.Cookie
	// root says that paths are the site's, and not below the base path; see Root.
	root bool
	// meanwhile runs in each request; see Meanwhile.
	meanwhile func()
}

// Client returns a browser without a session.
func (k *Kit) Client() *Client {
	k.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		k.t.Fatalf("plugintest: %v", err)
	}
	return &Client{Header: http.Header{"Origin": {k.baseURL}}, kit: k, jar: jar}
}

// SignedIn returns a browser that is signed in as the user with this address,
// who is created if need be.
func (k *Kit) SignedIn(email string) *Client {
	k.t.Helper()
	ctx := k.t.Context()
	user, err := k.Users().Get(ctx, database.Eq("email", email))
	if err != nil {
		name, _, _ := strings.Cut(email, "@")
		user = &betterauth.User{Name: name, Email: email}
		if err := k.Users().Create(ctx, user); err != nil {
			k.t.Fatalf("plugintest: %v", err)
		}
	}
	return k.SignedInAs(user)
}

// SignedInAs returns a browser that is signed in as a user who exists already.
func (k *Kit) SignedInAs(user *betterauth.User) *Client {
	k.t.Helper()
	session, err := k.Auth.CreateSession(k.t.Context(), user.ID, betterauth.SignIn{Method: "plugintest"})
	if err != nil {
		k.t.Fatalf("plugintest: %v", err)
	}
	c := k.Client()
	c.User, c.Session = user, session
	c.SetCookie("better-auth.session_token", session.Token+"."+k.Host.Sign(session.Token))
	return c
}

// SignedUpAs returns a browser that signed up as a user and was not signed in; see
// betterauth.Ctx.SignedUp.
func (k *Kit) SignedUpAs(user *betterauth.User) *Client {
	k.t.Helper()
	hash := sha256.Sum256([]byte(strings.ToLower(user.Email)))
	value := base64.RawURLEncoding.EncodeToString(hash[:]) + ":" + k.Host.FirstClaim(user.ID)
	c := k.Client()
	c.SetCookie("better-auth.sign_up", value+"."+k.Host.Sign(value))
	return c
}

// Fork returns another client with the same cookies and headers, for requests
// at the same time.
func (c *Client) Fork() *Client {
	f := c.kit.Client()
	f.Header, f.User, f.Session, f.root = c.Header.Clone(), c.User, c.Session, c.root
	f.jar.SetCookies(c.url(""), c.jar.Cookies(c.url("")))
	f.beside = slices.Clone(c.beside)
	return f
}

// Root is the same browser, with the same cookies and headers, whose paths are
// those of the whole site instead of those below the base path: for routes of the
// application's own, which Kit.Serve has put there.
//
//	alice.Root().Get("/me").Want(http.StatusOK)
func (c *Client) Root() *Client {
	root := *c
	root.root = true
	return &root
}

// SetCookie puts a cookie into the jar; the value is percent-encoded.
func (c *Client) SetCookie(name, value string) {
	c.jar.SetCookies(c.url(""), []*http.Cookie{{Name: name, Value: url.QueryEscape(value), Path: "/"}})
}

// Beside makes the browser send another cookie of a name, before the one in the
// jar: one that an application on the same domain has set, or that was set for
// another path. The value is percent-encoded. No answer clears it; ClearCookies
// does.
func (c *Client) Beside(name, value string) {
	c.beside = append(c.beside, &http.Cookie{Name: name, Value: url.QueryEscape(value)})
}

// Cookie returns the value of a cookie in the jar, "" without one.
func (c *Client) Cookie(name string) string {
	for _, ck := range c.jar.Cookies(c.url("")) {
		if ck.Name == name {
			return ck.Value
		}
	}
	return ""
}

// ClearCookies empties the jar.
func (c *Client) ClearCookies() {
	c.jar, _ = cookiejar.New(nil)
	c.beside = nil
}

// Meanwhile lets f run in each request of this client, when the request's session
// was read and found good enough and just before the operation's handler begins:
// f changes there what other requests could change at the same moment, and asks
// nothing with this same client. nil ends it; Fork does not copy it.
func (c *Client) Meanwhile(f func()) { c.meanwhile = f }

func (c *Client) context() context.Context {
	ctx := c.kit.t.Context()
	if c.meanwhile == nil {
		return ctx
	}
	return checkpoint.With(ctx, func(checkpoint.Place) { c.meanwhile() })
}

func (c *Client) url(path string) *url.URL {
	u, err := url.Parse(c.kit.baseURL + path)
	if err != nil {
		c.kit.t.Fatalf("plugintest: %v", err)
	}
	return u
}

// Get sends a GET to a route below the base path, or, for a client of Root, of the
// site.
func (c *Client) Get(path string) *Answer { return c.Do(http.MethodGet, path, nil) }

// Post sends body as JSON to a route below the base path; nil sends no body.
func (c *Client) Post(path string, body any) *Answer { return c.Do(http.MethodPost, path, body) }

// Do sends a request to a route below the base path. body is sent as JSON, or
// as it is if it is a string.
func (c *Client) Do(method, path string, body any) *Answer {
	c.kit.t.Helper()
	var reader io.Reader
	contentType := ""
	switch b := body.(type) {
	case nil:
	case string:
		reader, contentType = strings.NewReader(b), "application/json"
	default:
		raw, err := json.Marshal(body)
		if err != nil {
			c.kit.t.Fatalf("plugintest: %v", err)
		}
		reader, contentType = bytes.NewReader(raw), "application/json"
	}
	if !c.root {
		path = c.kit.Auth.BasePath() + path
	}
	u := c.url(path)
	r := httptest.NewRequestWithContext(c.context(), method, u.String(), reader)
	for name, values := range c.Header {
		r.Header[name] = values
	}
	if contentType != "" && r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", contentType)
	}
	for _, ck := range append(slices.Clone(c.beside), c.jar.Cookies(u)...) {
		r.AddCookie(ck)
	}
	w := httptest.NewRecorder()
	c.kit.handler().ServeHTTP(w, r)
	res := w.Result()
	c.jar.SetCookies(u, res.Cookies())
	return &Answer{Status: w.Code, Header: res.Header, Body: w.Body.Bytes(), Cookies: res.Cookies(), t: c.kit.t, what: method + " " + path}
}

// Answer is what came back.
type Answer struct {
	Status  int
	Header  http.Header
	Body    []byte
	Cookies []*http.Cookie

	t    testing.TB
	what string
}

// Code is the error code of the body, "" without one.
func (a *Answer) Code() string {
	var body struct {
		Code string `json:"code"`
	}
	_ = json.Unmarshal(a.Body, &body)
	return body.Code
}

// Want fails the test unless the status is this.
func (a *Answer) Want(status int) *Answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("%s: status %d, want %d; body %s", a.what, a.Status, status, a.Body)
	}
	return a
}

// WantError fails the test unless the answer is this error.
func (a *Answer) WantError(code *betterauth.ErrorCode) *Answer {
	a.t.Helper()
	if a.Status != code.Status || a.Code() != code.Code {
		a.t.Fatalf("%s: %d %s, want %d %s; body %s", a.what, a.Status, a.Code(), code.Status, code.Code, a.Body)
	}
	return a
}

// WantBody fails the test unless the answer has this status and this body, to
// the byte.
func (a *Answer) WantBody(status int, body string) *Answer {
	a.t.Helper()
	if a.Want(status); string(a.Body) != body {
		a.t.Fatalf("%s: body %s\nwant %s", a.what, a.Body, body)
	}
	return a
}

// WantRedirect fails the test unless the answer leads to this URL.
func (a *Answer) WantRedirect(url string) *Answer {
	a.t.Helper()
	if a.Want(http.StatusFound); a.Header.Get("Location") != url {
		a.t.Fatalf("%s: leads to %q, want %q", a.what, a.Header.Get("Location"), url)
	}
	return a
}

// Into decodes the body.
func (a *Answer) Into(v any) *Answer {
	a.t.Helper()
	if err := json.Unmarshal(a.Body, v); err != nil {
		a.t.Fatalf("%s: %v; body %s", a.what, err, a.Body)
	}
	return a
}

// SetCookie returns the cookie of this name that the answer sets, nil without
// one.
func (a *Answer) SetCookie(name string) *http.Cookie {
	for _, ck := range a.Cookies {
		if ck.Name == name {
			return ck
		}
	}
	return nil
}
