package oauthpopup

import (
	"errors"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json"
)

// StartInput is the input of oauthPopupStart.
type StartInput struct {
	Provider string `query:"provider"`
	// PopupOrigin is the origin of the page that opened the popup.
	PopupOrigin string `query:"popupOrigin"`
	// PopupNonce is what the message must have for that page. At most 256 bytes.
	PopupNonce         *string `query:"popupNonce" check:"max=256"`
	CallbackURL        *string `query:"callbackURL"`
	ErrorCallbackURL   *string `query:"errorCallbackURL"`
	NewUserCallbackURL *string `query:"newUserCallbackURL"`
	// Scopes are separated by commas.
	Scopes *string `query:"scopes"`
	// RequestSignUp is "true" to sign up with a provider that has DisableImplicitSignUp.
	RequestSignUp *string `query:"requestSignUp"`
	// AdditionalData is a JSON object that is kept with the flow.
	AdditionalData *string `query:"additionalData"`
}

const (
	markerCookie = "oauth_popup"
	markerLife   = 10 * time.Minute
)

// marker is the cookie that says whom to tell how a flow ends, in the form of the
// TypeScript server.
type marker struct {
	Origin string `json:"popupOrigin"`
	Nonce  string `json:"popupNonce"`
	// State names the flow. The TypeScript server writes none: its cookie is for any.
	State string `json:"state,omitempty"`
}

func (p *Popup) start(c *betterauth.Ctx, in StartInput) (any, error) {
	if err := p.openedBy(c, in.PopupOrigin); err != nil {
		return nil, err
	}
	to := marker{Origin: in.PopupOrigin, Nonce: betterauth.OrZero(in.PopupNonce)}
	if !slices.Contains(p.social.Providers(), in.Provider) {
		return p.failed(c, to, "provider_not_found", "Unknown provider", errors.New("no provider has this id"))
	}
	for _, target := range []struct {
		url  *string
		code string
	}{{in.CallbackURL, "invalid_callback_url"}, {in.ErrorCallbackURL, "invalid_error_callback_url"}, {in.NewUserCallbackURL, "invalid_new_user_callback_url"}} {
		if place := betterauth.OrZero(target.url); place != "" && (!c.Trusted(place) || !isPage(place)) {
			return p.failed(c, to, target.code, "Untrusted URL", errors.New("the flow would lead to an origin that is not trusted, or to no page"))
		}
	}
	f := oauth.Flow{Provider: in.Provider, CallbackURL: betterauth.OrZero(in.CallbackURL), ErrorURL: betterauth.OrZero(in.ErrorCallbackURL),
		NewUserURL: betterauth.OrZero(in.NewUserCallbackURL), RequestSignUp: betterauth.OrZero(in.RequestSignUp) == "true"}
	if scopes := betterauth.OrZero(in.Scopes); scopes != "" {
		f.Scopes = strings.Split(scopes, ",")
	}
	if data := betterauth.OrZero(in.AdditionalData); data != "" {
		if err := json.Unmarshal([]byte(data), &f.Additional); err != nil {
			return p.failed(c, to, "invalid_additional_data", "additionalData is no JSON object", errors.New("additionalData is no JSON object"))
		}
	}
	begun, err := p.social.BeginFlow(c, f)
	if refused, ok := errors.AsType[*betterauth.ErrorCode](err); ok && refused.Code != "" {
		return p.failed(c, to, "popup_sign_in_failed", "Failed to start the OAuth flow.", err)
	}
	if err != nil {
		return nil, err
	}
	to.State = begun.State
	text, err := json.Marshal(to)
	if err != nil {
		return nil, err
	}
	// It begins with a brace, as no other signed value that is worth anything does.
	c.SetCookie(betterauth.Cookie{Key: markerCookie, Value: string(text), MaxAge: markerLife, Signed: true})
	keepOpener(c)
	return betterauth.Redirect{URL: begun.URL}, nil
}

// openedBy refuses a popup that another page opened than the one it names, or one that is
// not trusted: otherwise any site could sign its visitors in here. The path and the
// parameters of a URL prove nothing about who opened it, but browsers say it in a header
// that pages cannot forge.
func (p *Popup) openedBy(c *betterauth.Ctx, popupOrigin string) error {
	refuse := func(reason, configure string) error {
		return betterauth.ErrInvalidOrigin.Refuse(betterauth.Refusal{Reason: reason, Configure: configure, Seen: []slog.Attr{slog.String("popupOrigin", safeOrigin(popupOrigin))}})
	}
	if originOf(popupOrigin) != popupOrigin || popupOrigin == "" || !c.TrustedPage(popupOrigin) {
		return refuse("popupOrigin is no origin of a page that is trusted", "if it is yours, add it to Config.TrustedOrigins; a pattern whose hosts anybody can register does not count")
	}
	r := c.Request()
	if r == nil {
		return nil // the server itself calls
	}
	from := r.Header.Get("Origin") // which a navigation does not have, but a script's request
	if from == "" {
		from = r.Header.Get("Referer")
	}
	switch {
	case from != "" && originOf(from) == popupOrigin,
		from == "" && r.Header.Get("Sec-Fetch-Site") == "same-origin" && popupOrigin == c.Origin(),
		from == "" && p.cfg.AllowMissingReferrer:
		return nil
	case from == "":
		return refuse("nothing says which page opened the popup", "serve the page without Referrer-Policy no-referrer, or set oauthpopup.Config.AllowMissingReferrer")
	}
	return refuse("another page opened the popup than popupOrigin says", "open it with window.open from a page of that origin")
}

// isPage reports whether a URL leads to a page, here or elsewhere. One that leads to an app
// may hold the session for it, which is not for the page that opened the popup.
func isPage(place string) bool {
	u, err := url.Parse(place)
	return err == nil && (u.Scheme == "" || u.Scheme == "http" || u.Scheme == "https")
}

// originOf is the origin of a page, as browsers write it, or "".
func originOf(place string) string {
	u, err := url.Parse(place)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return ""
	}
	return u.Scheme + "://" + strings.ToLower(u.Host)
}

// safeOrigin is what a log may say of a text that should be an origin.
func safeOrigin(place string) string {
	if origin := originOf(place); origin != "" && len(origin) <= 256 {
		return origin
	}
	return "not an origin"
}
