package expo

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/database"
)

// The cookies that the way back from a provider is checked by, and how long they
// are good: as the reference names them.
const (
	cookieState      = "state"
	cookieOAuthState = "oauth_state"
	// cookieAuthorized says that this browser came through the authorization proxy.
	cookieAuthorized = "expo_authorized"
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
	// AuthorizationURL is the URL at which a sign-in at a provider begins, with its
	// state.
	AuthorizationURL string `query:"authorizationURL"`
	// OAuthState is the cookie that the app got for that state, if the state is stored in
	// a cookie.
	OAuthState *string `query:"oauthState"`
}

// authorize puts the state of a sign-in that an app began into the browser that the
// app opens for it, and leads on.
func (e *Expo) authorize(c *betterauth.Ctx, in AuthorizeInput) (betterauth.Redirect, error) {
	u, err := url.Parse(in.AuthorizationURL)
	if err != nil || strings.Contains(in.AuthorizationURL, "#") || u.User != nil || !e.isProvider(c, u) {
		return betterauth.Redirect{}, errInvalidURL
	}
	kept := betterauth.Cookie{Key: cookieState, Value: u.Query().Get("state"), MaxAge: stateTTL, Signed: true}
	if in.OAuthState != nil && *in.OAuthState != "" {
		kept = betterauth.Cookie{Key: cookieOAuthState, Value: *in.OAuthState, MaxAge: oauthStateTTL}
	} else if ok, err := e.isState(c, kept.Value); err != nil {
		return betterauth.Redirect{}, err
	} else if !ok {
		return betterauth.Redirect{}, errNoState
	}
	c.SetCookie(kept)
	c.SetCookie(betterauth.Cookie{Key: cookieAuthorized, Value: "1", MaxAge: oauthStateTTL})
	return betterauth.Redirect{URL: in.AuthorizationURL}, nil
}

// readAuthorized marks the requests of a browser that came through the proxy. It does not
// matter with which state: another flow that the browser ends meanwhile is marked as well,
// and nobody can make a browser forget the cookie.
func readAuthorized(c *betterauth.Ctx) error {
	if _, came := c.Cookie(cookieAuthorized); came {
		oauth.FromApp.Set(c, true)
	}
	return nil
}

// stateSyntax is what states of sign-ins are made of: those of the TypeScript server
// are 32 such characters.
var stateSyntax = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

// isState reports whether a state may be signed, which anybody can ask for here. The
// signature of a cookie says nothing of what the value is for, so only what means
// nothing anywhere else may be: what this server signs beside random identifiers has
// a dot, a colon or a brace, and the one identifier that clients are told, the token
// of a session, is looked for.
func (e *Expo) isState(c *betterauth.Ctx, state string) (bool, error) {
	if !stateSyntax.MatchString(state) {
		return false, nil
	}
	isToken, err := e.sessions.Exists(c, database.Eq("token", state))
	return !isToken, err
}

// isProvider reports whether a URL is of a provider, which this server never is:
// led back to itself with a state of somebody's choice, it would finish a sign-in
// that somebody else began.
func (e *Expo) isProvider(c *betterauth.Ctx, u *url.URL) bool {
	origin, err := betterauth.BrowserOrigin(u.Scheme + "://" + u.Host)
	return err == nil && u.Scheme == "https" && origin != c.Origin() && slices.Contains(e.providers, origin)
}
