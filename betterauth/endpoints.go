package betterauth

import (
	"errors"
	"html/template"
	"net/http"
	"regexp"
	"strings"

	"github.com/better-auth-go/better-auth/database"
)

// coreEndpoints are the operations every Auth has.
func coreEndpoints() []Endpoint {
	return []Endpoint{
		Handle(Operation{ID: "ok", Method: http.MethodGet, Path: "/ok", Access: Public,
			Summary: "Says that the server answers."}, ok),
		Handle(Operation{ID: "error", Method: http.MethodGet, Path: "/error", Access: Public,
			Summary: "A page that names an error, where redirects end that have nowhere else to go."}, errorPage),
		Handle(Operation{ID: "getSession", Methods: []string{http.MethodGet, http.MethodPost}, Path: "/get-session", Access: Public,
			IgnoreBody: true, Errors: []*ErrorCode{ErrDeferRequired, ErrFailedToGetSession},
			Summary: "The session and user the request is from, or null."}, getSession),
		Handle(Operation{ID: "signOut", Method: http.MethodPost, Path: "/sign-out", Access: Public, OptionalBody: true,
			Summary: "Ends the session and forgets its cookies."}, signOut),
		Handle(Operation{ID: "listSessions", Method: http.MethodGet, Path: "/list-sessions", Access: WithFreshSession,
			Summary: "The user's sessions on all devices."}, listSessions),
		Handle(Operation{ID: "revokeSession", Method: http.MethodPost, Path: "/revoke-session", Access: WithStoredSession,
			Summary: "Ends one of the user's sessions. Unknown and foreign tokens are answered alike."}, revokeSession),
		Handle(Operation{ID: "revokeSessions", Method: http.MethodPost, Path: "/revoke-sessions", Access: WithStoredSession,
			Summary: "Ends all of the user's sessions."}, revokeSessions),
		Handle(Operation{ID: "revokeOtherSessions", Method: http.MethodPost, Path: "/revoke-other-sessions", Access: WithStoredSession,
			Summary: "Ends all of the user's sessions but this one."}, revokeOtherSessions),
		Handle(Operation{ID: "updateSession", Method: http.MethodPost, Path: "/update-session", Access: WithSession,
			Errors:  []*ErrorCode{ErrFailedToGetSession, ErrFieldNotAllowed, ErrMissingField, ErrValidation},
			Summary: "Sets columns that were added to the session."}, updateSession),
	}
}

// Status is the answer of operations that only report success.
type Status struct {
	Status bool `json:"status"`
}

type okAnswer struct {
	OK bool `json:"ok"`
}

func ok(*Ctx, None) (okAnswer, error) { return okAnswer{true}, nil }

// GetSessionInput is the input of getSession.
type GetSessionInput struct {
	// DisableCookieCache reads the session from the database even if a cookie has a copy.
	DisableCookieCache bool `query:"disableCookieCache"`
	// DisableRefresh does not prolong the session.
	DisableRefresh bool `query:"disableRefresh"`
}

// deferredIdentity is what getSession answers while refreshes wait for a POST.
// As on the TypeScript server, a session from the cookie cache comes without it.
type deferredIdentity struct {
	*Identity
	NeedsRefresh bool `json:"needsRefresh"`
}

func getSession(c *Ctx, in GetSessionInput) (any, error) {
	post := c.Request() != nil && c.Request().Method == http.MethodPost
	if post && !c.auth.cfg.Session.DeferRefresh {
		return nil, ErrDeferRequired
	}
	id, err := c.readSession(readOptions{stored: in.DisableCookieCache || post, noRefresh: in.DisableRefresh})
	switch {
	case errors.Is(err, errSessionVanished):
		return nil, ErrFailedToGetSession
	case errors.Is(err, ErrNoSession):
		return (*Identity)(nil), nil
	case err != nil:
		failed := *ErrFailedToGetSession
		failed.Status = http.StatusInternalServerError
		return nil, failed.Because(err)
	case c.login.needsRefresh != nil:
		return deferredIdentity{id, *c.login.needsRefresh}, nil
	}
	return id, nil
}

// Success is the answer of operations that report success under that name.
type Success struct {
	Success bool `json:"success"`
}

// SignOutInput is the input of signOut: wishes for a sign-out at the user's identity
// provider, which a plugin may bring about.
type SignOutInput struct {
	// CallbackURL is where the provider leads the browser then.
	CallbackURL *string `json:"callbackURL"`
	// DisableRedirect leaves out the header Location and answers redirect false.
	DisableRedirect *bool `json:"disableRedirect"`
	// State comes back to CallbackURL.
	State *string `json:"state"`
}

// SignedOut is the answer of signOut. A plugin may set where to sign out elsewhere.
type SignedOut struct {
	Success bool `json:"success"`
	// URL is where the identity provider signs the user out; "" if there is nothing to do.
	URL string `json:"url,omitempty"`
	// Redirect says whether the client should go there. Nil without a URL.
	Redirect *bool `json:"redirect,omitempty"`
}

func signOut(c *Ctx, _ SignOutInput) (SignedOut, error) {
	tokens, err := c.sessionTokens()
	if err != nil {
		return SignedOut{}, err
	}
	for _, token := range tokens {
		// A session that could not be ended is not reported as ended.
		if _, err := c.auth.sessions.store.Delete(c, database.Eq("token", token)); err != nil {
			return SignedOut{}, err
		}
	}
	c.clearSessionCookies()
	return SignedOut{Success: true}, nil
}

func listSessions(c *Ctx, _ None) ([]*Session, error) {
	return c.auth.sessions.List(c, c.Identity().User.ID)
}

// RevokeSessionInput is the input of revokeSession.
type RevokeSessionInput struct {
	Token string `json:"token"`
}

func revokeSession(c *Ctx, in RevokeSessionInput) (Status, error) {
	id := c.Identity()
	if _, err := c.auth.sessions.Revoke(c, id.User.ID, in.Token); err != nil {
		return Status{}, err
	}
	if in.Token == id.Session.Token {
		c.clearSessionCookies()
	}
	return Status{true}, nil
}

func revokeSessions(c *Ctx, _ None) (Status, error) {
	id := c.Identity()
	if _, err := c.auth.sessions.RevokeAll(c, id.User.ID); err != nil {
		return Status{}, err
	}
	c.clearSessionCookies()
	return Status{true}, nil
}

func revokeOtherSessions(c *Ctx, _ None) (Status, error) {
	id := c.Identity()
	_, err := c.auth.sessions.RevokeOthers(c, id.User.ID, id.Session.Token)
	return Status{true}, err
}

// ErrorPageInput is the input of the error page.
type ErrorPageInput struct {
	Error       *string `query:"error"`
	Description *string `query:"error_description"`
}

var (
	errorName = regexp.MustCompile(`^['A-Za-z0-9_-]+$`)
	errorHTML = template.Must(template.New("error").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign-in did not work</title>
<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;display:grid;place-items:center;min-height:90vh;margin:0 1rem}main{max-width:32rem}code{font-size:1.1em}</style>
</head><body><main><h1>Sign-in did not work</h1><p>{{if .Description}}{{.Description}}{{else}}Please go back and try again.{{end}}</p>
<p>Error: <code>{{.Code}}</code></p><p><a href="/">Back to the start</a></p></main></body></html>
`))
)

func errorPage(c *Ctx, in ErrorPageInput) (any, error) {
	page := struct{ Code, Description string }{Code: "UNKNOWN"}
	if in.Error != nil && errorName.MatchString(*in.Error) {
		page.Code = *in.Error
	}
	if in.Description != nil {
		page.Description = *in.Description
	}
	if target := c.auth.cfg.ErrorURL; target != "" {
		params := []Param{{"error", page.Code}}
		if page.Description != "" {
			params = append(params, Param{"error_description", page.Description})
		}
		return Redirect{AddParams(target, params...)}, nil
	}
	var b strings.Builder
	if err := errorHTML.Execute(&b, page); err != nil {
		return nil, err
	}
	c.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	return Raw{ContentType: "text/html", Body: []byte(b.String())}, nil
}
