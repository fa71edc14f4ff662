// Package expo serves apps made with Expo and React Native, which use the official client
// @better-auth/expo. An app names its origin in a header of its own, and gets its cookies
// in the redirect that leads back to it.
//
// Start with [New] and [Config]. origin.go reads the origin of an app's requests,
// handover.go passes cookies to the app, and proxy.go leads from the app to another
// provider.
package expo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// The names that other plugins refer to.
const (
	ID                 = "expo"
	AuthorizationProxy = "expoAuthorizationProxy"
)

// Config says which apps are trusted. The zero value trusts none, and Build refuses it.
type Config struct {
	// Schemes are the schemes of the apps' deep links, as in app.json: "com.example.app".
	// Apps with these schemes may call with cookies, may be redirected to, and get
	// sessions. If another author's app claims the same scheme on a person's device, it
	// gets their session. So use a scheme that is derived from a domain of yours (RFC
	// 8252, section 7.1), which nobody claims by accident. Required, unless AllowExpoGo
	// is set.
	Schemes []string
	// AllowExpoGo trusts "exp", the scheme under which Expo Go runs any project, whoever
	// wrote it. For development only. Default false.
	AllowExpoGo bool
	// DisableOriginOverride ignores the header expo-origin, for servers behind something
	// that sets Origin. Default false.
	DisableOriginOverride bool
	// AuthorizationOrigins are the origins of the providers to which the authorization
	// proxy may redirect: "https://accounts.google.com". Only https. Default none: it
	// redirects to no provider.
	AuthorizationOrigins []string
	// LinkOtherAddresses lets a browser that came through the authorization proxy link what
	// any browser may: also an account of a user whose address is not verified, or with
	// another address, if social's Linking.AllowDifferentEmails does. Anybody can then send
	// a person there with a flow of their own, and get the tokens of that person's account
	// at the provider. Default false.
	LinkOtherAddresses bool
}

// Expo is the plugin. Make one with New for each Auth.
type Expo struct {
	cfg       Config
	schemes   []string // lower case
	providers []string // as browsers write them
	sessions  *database.Store[betterauth.Session]
}

var (
	_ betterauth.Plugin      = (*Expo)(nil)
	_ betterauth.Checker     = (*Expo)(nil)
	_ betterauth.Initializer = (*Expo)(nil)
)

const expoGo = "exp"

// New makes the plugin.
func New(cfg Config) *Expo {
	e := &Expo{cfg: cfg}
	for _, scheme := range cfg.Schemes {
		e.schemes = append(e.schemes, strings.ToLower(strings.TrimSuffix(scheme, "://")))
	}
	if cfg.AllowExpoGo {
		e.schemes = append(e.schemes, expoGo)
	}
	for _, provider := range cfg.AuthorizationOrigins {
		if origin, err := betterauth.BrowserOrigin(provider); err == nil {
			e.providers = append(e.providers, origin)
		}
	}
	return e
}

// Manifest implements betterauth.Plugin.
func (e *Expo) Manifest() betterauth.Manifest {
	m := betterauth.Manifest{
		ID: ID,
		Endpoints: []betterauth.Endpoint{betterauth.Handle(betterauth.Operation{
			ID: AuthorizationProxy, Method: http.MethodGet, Path: "/expo-authorization-proxy", Access: betterauth.Public,
			Summary: "Leads the browser that an app opened to another provider, with the cookie that its way back needs.",
		}, e.authorize)},
		After: []betterauth.AfterHook{betterauth.AfterMatch(betterauth.Every, e.handOver)},
	}
	for _, scheme := range e.schemes {
		m.TrustedOrigins = append(m.TrustedOrigins, scheme+"://")
	}
	if !e.cfg.DisableOriginOverride {
		m.Requests = append(m.Requests, betterauth.RequestHook{Name: "expo-origin", Run: e.readOrigin})
	}
	if len(e.providers) > 0 && !e.cfg.LinkOtherAddresses {
		m.Requests = append(m.Requests, betterauth.RequestHook{Name: "expo-authorized", Run: readAuthorized})
	}
	return m
}

// Init implements betterauth.Initializer.
func (e *Expo) Init(_ context.Context, h *betterauth.Host) error {
	e.sessions = h.SessionStore()
	return nil
}

var schemeSyntax = regexp.MustCompile(`^[a-z][a-z0-9+.-]*$`) // RFC 3986, section 3.1

// notAnApp are schemes that no app of one application answers: pages, code, files,
// mail, and what Android starts any app by.
var notAnApp = []string{"http", "https", "ws", "wss", "ftp", "javascript", "data", "vbscript", "blob", "about", "file", "filesystem",
	"content", "view-source", "intent", "android-app", "market", "mailto", "tel", "sms"}

// Check implements betterauth.Checker.
func (e *Expo) Check(betterauth.Site) error {
	var problems []error
	if len(e.schemes) == 0 {
		problems = append(problems, errors.New("no app is trusted, since Schemes is empty; name the scheme of an app, such as com.example.app"))
	}
	for _, scheme := range e.schemes {
		switch {
		case !schemeSyntax.MatchString(scheme):
			problems = append(problems, fmt.Errorf("%q of Schemes is not the scheme of a URL; write it like com.example.app", scheme))
		case slices.Contains(notAnApp, scheme):
			problems = append(problems, fmt.Errorf("%q of Schemes is not an app's own; use one that is derived from a domain of yours, such as com.example.app", scheme))
		case scheme == expoGo && !e.cfg.AllowExpoGo:
			problems = append(problems, errors.New(`"exp" of Schemes is Expo Go, which runs anybody's project; remove it, or set AllowExpoGo during development`))
		}
	}
	for _, provider := range e.cfg.AuthorizationOrigins {
		if origin, err := betterauth.BrowserOrigin(provider); err != nil || !strings.HasPrefix(origin, "https://") {
			problems = append(problems, fmt.Errorf("%q of AuthorizationOrigins is not an https origin; write it like https://accounts.google.com", provider))
		}
	}
	return errors.Join(problems...)
}

// isApp reports whether a URL's scheme is that of an app.
func (e *Expo) isApp(url string) bool {
	scheme, _, ok := strings.Cut(url, ":")
	return ok && slices.Contains(e.schemes, strings.ToLower(scheme))
}
