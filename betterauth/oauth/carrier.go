package oauth

import "github.com/better-auth-go/better-auth/betterauth"

// Carrier is a plugin that carries flows over another server: the provider sends browsers
// to that one, which sends them on. It is given to the plugin that signs in with providers
// by its method Carry. Its methods are called concurrently.
type Carrier interface {
	// Begin may change a flow that begins, before it is stored. An error refuses it.
	Begin(c *betterauth.Ctx, b *Beginning) error
	// Return is asked first about a browser that a provider sent back. If the flow is
	// another server's, it returns where to send the browser on; nil leaves the flow to
	// this server.
	Return(c *betterauth.Ctx, r Returned) (*betterauth.Redirect, error)
}

// Beginning is a flow that begins.
type Beginning struct {
	// Provider is the provider's id.
	Provider string
	// CallbackURL is where the flow ends on this server. It may be changed.
	CallbackURL string
	// RedirectURI is where the provider sends the browser. It may be changed.
	RedirectURI string
	// State is the flow's own state, and what the provider sends back. It may be changed
	// after Kept: the flow keeps its own.
	State string
	// Kept returns the flow as it is stored, with CallbackURL as it is then. It holds
	// secrets of the flow.
	Kept func() (string, error)
}

// Returned is what a provider sent a browser back with.
type Returned struct {
	// Provider is the provider's id, which the path names.
	Provider string
	// State, Code and Issuer are the parameters of the protocol. Error and Description
	// say that the provider refuses.
	State, Code, Issuer, Error, Description string
	// DeviceID and User are what VK and Apple add.
	DeviceID, User string
}

// Arrival is a user as a provider proved them. Whoever makes one vouches for it.
type Arrival struct {
	// Provider is the provider's id, Profile what it says.
	Provider string
	Profile  Profile
	// Tokens are what it granted, Scopes among them.
	Tokens Tokens
	// CallbackURL is where the flow ends. Default: where the flow says.
	CallbackURL string
	// RefuseSignUp lets nobody sign up, whatever this server's configuration says.
	RefuseSignUp bool
}
