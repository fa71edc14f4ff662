package social

import (
	"context"
	"time"
)

// The names that other plugins refer to.
const (
	ID             = "social"
	SignInSocial   = "signInSocial"
	CallbackOAuth  = "callbackOAuth"
	LinkSocial     = "linkSocialAccount"
	GetAccessToken = "getAccessToken"
	RefreshToken   = "refreshToken"
	AccountInfo    = "accountInfo"
	Reauthenticate = "reauthenticateSocial"
	BackChannel    = "backChannelLogout"

	callbackOAuthPost = "callbackOAuthForm"
)

// Config says which providers there are and what accounts at them may do. The zero value
// has no provider; other plugins may add some.
type Config struct {
	// Providers are the identity providers: Google(Client{…}), or one's own.
	Providers []Provider
	// Linking says which accounts at providers are linked to users who exist.
	Linking Linking
	// EncryptTokens encrypts access tokens and refresh tokens in the database. ID tokens
	// are stored as they are. Values from before are still read. Default false.
	EncryptTokens bool
	// StateInCookie keeps what a flow needs in an encrypted cookie instead of the table
	// verification, for a server without a database. A state then is bound to its browser,
	// but not used up on this server. Default: only without a database.
	StateInCookie bool
	// InsecureSkipStateCookie finishes a flow in another browser than the one that began
	// it: an attacker can then sign somebody in to the attacker's account. It is for
	// native clients that cannot keep cookies. Default false.
	InsecureSkipStateCookie bool
	// KeepTokens leaves stored tokens as they are when somebody signs in again. Default
	// false: they are replaced by the new ones.
	KeepTokens bool
	// AccountCookie keeps a copy of the account that signed in last in an encrypted
	// cookie, "account_data". Default false.
	AccountCookie bool
	// StepUpMaxAge is how long ago a user may have signed in at the provider at most for
	// reauthenticateSocial, whatever a client asks for. Default 5 minutes.
	StepUpMaxAge time.Duration
	// MultiFactorMethods are values of the claim "amr" (RFC 8176), such as "mfa", and
	// MultiFactorClasses values of "acr", that count as betterauth.MultiFactor if they are
	// in a verified ID token, of whichever provider. Name only what every provider means so:
	// a second factor is then not asked for here. Default none.
	MultiFactorMethods, MultiFactorClasses []string
}

// Linking says which accounts at providers are linked to users who exist. A user is found
// by the account's subject first; what follows is about a first sign-in with an account
// whose address is that of a user, and about LinkSocial.
type Linking struct {
	// Disabled links no account to a user who exists. Default false.
	Disabled bool
	// DisableImplicit links accounts only by LinkSocial, never by signing in. Default
	// false.
	DisableImplicit bool
	// TrustedProviders are providers whose accounts are linked even if the provider has
	// not verified the address. Whoever can enter any address there can then enter any
	// account here. Default none.
	TrustedProviders []string
	// TrustedProvidersFunc returns more of them for one request. Default nil.
	TrustedProvidersFunc func(ctx context.Context) []string
	// AllowDifferentEmails lets LinkSocial link an account with another address than the
	// user's. It then requires a fresh session, as with TrustedProviders. Default false.
	AllowDifferentEmails bool
	// AllowUnverifiedUsers links implicitly to users whose own address is not verified, if
	// the provider has verified it. That is the first proof of the address: what the user
	// had before ends, since anybody may have signed up with it. Default false.
	AllowUnverifiedUsers bool
	// AllowNewSubjects links implicitly also to users who have another account at the same
	// provider. By default they are not: one address there is one account, so another
	// subject with it means that somebody else has the address now, such as who bought a
	// domain that had expired. Set it while a provider gives its users new subjects.
	// Default false.
	AllowNewSubjects bool
	// UpdateUserInfo copies name, picture and mapped columns to the user when an account
	// is linked, never the address. Default false.
	UpdateUserInfo bool
}
