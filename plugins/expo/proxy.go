package expo

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
)

// The cookies that the way back from a provider is checked by, and how long they
// are good: as the reference names them.
const (
	cookieState      = "state"
	cookieOAuthState = "oauth_state"
	stateTTL         = 5 * time.Minute
	oauthStateTTL    = 10 * time.Minute
)

// The reference's errors without a code.
var (
	errInvalidURL = &betterauth.ErrorCode{Message: "Invalid authorizationURL", Status: http.StatusBadRequest}
	errNoState    = &betterauth.ErrorCode{Message: "Unexpected error", Status: http.StatusBadRequest}
)

// AuthorizeInput is the input of expoAuthorizationProxy.
type AuthorizeInput struct {
	// AuthorizationURL is where a sign-in at a provider begins, with its state.
	AuthorizationURL string `query:"authorizationURL"`
	// OAuthState is the cookie that the app was given for it, where the state is kept
	// in a cookie.
	OAuthState *string `query:"oauthState"`
}

// authorize puts the state of a sign-in that an app began into the browser that the
// app opens for it, and leads on.
func (e *Expo) authorize(c *betterauth.Ctx, in AuthorizeInput) (betterauth.Redirect, error) {
	u, err := url.Parse(in.AuthorizationURL)
	if err != nil || strings.Contains(in.AuthorizationURL, "#") || u.User != nil || !e.isProvider(c, u) {
		return betterauth.Redirect{}, errInvalidURL
	}
	leads := betterauth.Redirect{URL: in.AuthorizationURL}
	if in.OAuthState != nil && *in.OAuthState != "" {
		c.SetCookie(betterauth.Cookie{Key: cookieOAuthState, Value: *in.OAuthState, MaxAge: oauthStateTTL})
		return leads, nil
	}
	state := u.Query().Get("state")
	if state == "" {
		return betterauth.Redirect{}, errNoState
	}
	c.SetCookie(betterauth.Cookie{Key: cookieState, Value: state, MaxAge: stateTTL, Signed: true})
	return leads, nil
}

// isProvider reports whether a URL is of a provider, which this server never is:
// led back to itself with a state of somebody's choice, it would finish a sign-in
// that somebody else began.
func (e *Expo) isProvider(c *betterauth.Ctx, u *url.URL) bool {
	origin, err := betterauth.BrowserOrigin(u.Scheme + "://" + u.Host)
	return err == nil && u.Scheme == "https" && origin != c.Origin() && slices.Contains(e.providers, origin)
}
