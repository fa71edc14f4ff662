package oauth

import "github.com/go-json-experiment/json/jsontext"

// Flow is a sign-in that a plugin begins, in place of a client's request for one. The
// targets must be trusted: whoever fills them in from a request checks them.
type Flow struct {
	// Provider is the provider's id.
	Provider string
	// CallbackURL is where the browser is led in the end, NewUserURL somebody who signed
	// up, ErrorURL somebody who is not signed in. Default: the origin of this server,
	// CallbackURL, and the application's error page.
	CallbackURL, NewUserURL, ErrorURL string
	// Scopes are asked for beside those of the configuration.
	Scopes []string
	// RequestSignUp signs up with a provider whose Client has DisableImplicitSignUp.
	RequestSignUp bool
	// Additional is kept with the flow. Names that a flow has itself are left out.
	Additional map[string]jsontext.Value
}

// BegunFlow is a Flow that has begun in the browser of a request.
type BegunFlow struct {
	// URL is the provider's, where the browser is to be sent.
	URL string
	// State names the flow, in this browser alone.
	State string
}
