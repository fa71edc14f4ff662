package oauthpopup

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/go-json-experiment/json"
)

// noToken is what the page gets where no plugin accepts a token in a header. The official
// client wants some text, and finds the session by its cookie.
const noToken = "cookie"

// furtherStep is the error that the page gets if a gate demands a further step.
const furtherStep = "further_step_required"

// isCallback reports whether flows end in an operation, by the paths of the TypeScript
// server: those of social, and of plugins that carry its flows.
func isCallback(op betterauth.Operation) bool {
	return op.Method == http.MethodGet && (strings.HasPrefix(op.Path, "/callback/") || op.Path == "/oauth-proxy-callback")
}

// end replaces the redirect of a flow that a popup began by a page that tells the opener.
func (p *Popup) end(c *betterauth.Ctx, r *betterauth.Result) error {
	state, ok := p.social.ReturnedState(c)
	if !ok {
		return nil
	}
	to, ok := markerFor(c, state)
	if !ok {
		return nil
	}
	c.ClearCookie(markerCookie)
	if !c.TrustedPage(to.Origin) { // it was when the flow began
		return nil
	}
	redirect, redirects := r.Value.(betterauth.Redirect)
	said := message{Nonce: to.Nonce, Next: redirect.URL}
	_, further := betterauth.StepUpBody(r.Err)
	_, signedIn := c.NewIdentity()
	switch {
	case further:
		said.Error = &failure{Code: furtherStep}
	case r.Err != nil || !redirects || !isPage(redirect.URL):
		return nil
	case signedIn:
		said.Token, said.RedirectTo = noToken, redirect.URL
		if token := c.Header().Get("Set-Auth-Token"); token != "" {
			said.Token = token
		}
	default:
		query := queryOf(redirect.URL)
		if said.Error = (&failure{Code: query.Get("error"), Description: query.Get("error_description")}); said.Error.Code == "" {
			return nil
		}
	}
	answer, err := p.page(c, to.Origin, said)
	if err != nil {
		return err
	}
	if further {
		r.Err = betterauth.StepUp(answer) // still one: what was signed in before it does not stay
		return nil
	}
	r.Value = answer
	return nil
}

// markerFor is the browser's cookie for the flow of a state.
func markerFor(c *betterauth.Ctx, state string) (m marker, ok bool) {
	for _, text := range c.SignedCookieValues(markerCookie) {
		var in marker
		if json.Unmarshal([]byte(text), &in) == nil && in.Origin != "" && (in.State == state || in.State == "") {
			return in, true
		}
	}
	return marker{}, false
}

func queryOf(place string) url.Values {
	u, err := url.Parse(place)
	if err != nil {
		return nil
	}
	return u.Query()
}

// failed answers with a page that tells the opener why no flow begins.
func (p *Popup) failed(c *betterauth.Ctx, to marker, code, description string, err error) (any, error) {
	c.LogRefusal((&betterauth.ErrorCode{Code: code, Status: http.StatusBadRequest}).Refuse(betterauth.Refusal{
		Reason: "a popup does not begin to sign in", Err: err, Seen: []slog.Attr{slog.String("popupOrigin", to.Origin)}}))
	return p.page(c, to.Origin, message{Nonce: to.Nonce, Error: &failure{Code: code, Description: description}})
}
