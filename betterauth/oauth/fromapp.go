package oauth

import "github.com/better-auth-go/better-auth/betterauth"

// FromApp is set to true in a request of a browser to which a plugin carried the state of a
// flow, as an app needs it that begins a flow and opens a browser to end it. Whoever began
// the flow may then be somebody else than the person at the browser. So such a flow links no
// account with another address than the user's own and verified one, whatever the rules of
// links are: else a person who is sent there would hand their account at the provider to the
// sender.
var FromApp = betterauth.NewRequestValue[bool]()
