package passkey

import (
	"time"
)

// Config describes the relying party. The zero value works wherever the
// application's BaseURL is set.
type Config struct {
	// RPID is the relying party ID: the domain that passkeys are bound to for
	// good, equal to or a parent of every origin's host (section 5.1.2).
	// Default: the host of the base URL, else "localhost".
	RPID string
	// RPName is the name that authenticators show. Default: the application's name, or
	// "Better Auth" if it has none.
	RPName string
	// Origins are the origins on which ceremonies may happen, each exact:
	// "https://example.com". In all lists of origins, upper case, a slash at the end, a
	// default port and a Unicode host are rewritten as browsers write them. Default: the
	// base URL's origin, and the origins on the RPID's domain that
	// betterauth.Ctx.TrustedPage trusts.
	Origins []string
	// ChallengeTTL is how long a ceremony may take. Default 5 minutes.
	ChallengeTTL time.Duration
	// UserVerification is "required", "preferred" or "discouraged" (section 5.8.6).
	// "required" is enforced. Default "preferred".
	UserVerification string
	// ResidentKey is "required", "preferred" or "discouraged" (section 5.4.6).
	// Default "preferred".
	ResidentKey string
	// BackupEligibility says what a changed backup eligibility flag means.
	// Default BackupUpgrade.
	BackupEligibility BackupEligibility
	// CloneDetection says what a signature counter that did not grow means.
	// Default CloneFail.
	CloneDetection CloneDetection
	// UserHandle says how the handle is made that authenticators store for a user.
	// Default UserHandleRandom.
	UserHandle UserHandle
	// MaxPerUser is how many passkeys one user may have. Default 100.
	MaxPerUser int
	// Registration says who may register a passkey. Default: users with a fresh session.
	Registration Registration
	// Authentication configures signing in and stepping up with a passkey.
	Authentication Authentication
	// ProofTTL is how long the plugin remembers that a session was proven with a passkey.
	// RequireRecent cannot look back further. Default 1 hour.
	ProofTTL time.Duration

	// AuthenticatorAttachment is "platform" or "cross-platform" (section 5.4.5). It
	// limits which authenticators browsers offer, unless the page names another. Default:
	// both.
	AuthenticatorAttachment string
	// Hints say which kinds of authenticators browsers should offer, the likeliest first:
	// "security-key", "client-device" and "hybrid" (section 5.8.7). Default: none.
	Hints []string
	// Algorithms are the COSE algorithms of keys that may be registered, best first: -8
	// (EdDSA), -7 (ES256), -35 (ES384), -36 (ES512), -257 (RS256). Passkeys with other
	// algorithms can still sign in. Default -8, -7, -257 (section 5.4).
	Algorithms []int64
	// MinRSABits is the length of the shortest RSA modulus that is accepted, in bits,
	// 2048 to 8192. Default 2048.
	MinRSABits int
	// TopOrigins are the origins of pages that may embed this site in a frame for a
	// ceremony, each exact: "https://partner.example". Default: none; ceremonies in
	// frames of other sites are refused.
	TopOrigins []string
	// AllowUnknownTopOrigin also allows ceremonies in frames if the browser does not name
	// the embedding page, as some do not: any page may then embed this site. It has an
	// effect only with TopOrigins. Default false.
	AllowUnknownTopOrigin bool
	// RelatedOrigins are origins on other domains than RPID on which its passkeys may be
	// used (section 5.11). Browsers require that RPID's domain serves WellKnown. Default:
	// none.
	RelatedOrigins []string
	// Pages are the pages on which users add and manage passkeys, for WellKnown.
	Pages Pages
	// Attestation says what authenticators must prove about their model. Default:
	// nothing.
	Attestation Attestation
	// Extensions are WebAuthn extensions to ask for. Default: credProps at
	// registration.
	Extensions Extensions
	// Providers maps the AAGUID in lower case to the provider that stores such passkeys.
	// It takes precedence over the built-in table; an entry without a Name hides the
	// built-in one. Default: none.
	Providers map[string]ProviderInfo
	// TrackLastUse adds the column lastUsedAt to the table and to listed passkeys. The
	// TypeScript server does not have it. Default false.
	TrackLastUse bool
	// AllowDeletingLast lets users delete a passkey even if they have no other way to
	// sign in. Default false: the error is ErrLastPasskey.
	AllowDeletingLast bool

	// AllowUnboundChallenges lets browsers finish a ceremony without the cookie that
	// binds it to them. It is for pages that never send cookies. See docs/passkeys.md.
	// Default false.
	AllowUnboundChallenges bool
	// DisableVerification turns WebAuthn verification off; the verifying endpoints then
	// answer 501. Default false.
	DisableVerification bool
	// AllowInsecureUnverifiedAssertion accepts ceremonies whose challenge matches,
	// without checking any signature: anybody who knows a credential id can sign in. It
	// has an effect only with DisableVerification, and Build refuses it unless the base
	// URL and every origin are loopback. Default false.
	AllowInsecureUnverifiedAssertion bool
}

// BackupEligibility is the policy for an authenticator whose backup eligibility
// flag (section 6.1.3) differs from the one at registration.
type BackupEligibility string

const (
	// BackupUpgrade accepts and stores that a passkey became eligible, as happens when a
	// platform starts to sync it; it refuses the opposite change.
	BackupUpgrade BackupEligibility = "upgrade"
	// BackupStrict refuses any change (section 7.2, step 19).
	BackupStrict BackupEligibility = "strict"
	// BackupIgnore accepts any change.
	BackupIgnore BackupEligibility = "ignore"
)

// CloneDetection is the policy for a signature counter that did not increase (section
// 6.1.1): two authenticators may have the same key.
type CloneDetection string

const (
	// CloneFail refuses the sign-in and emits CloneSuspected.
	CloneFail CloneDetection = "fail"
	// CloneWarn emits CloneSuspected and signs in. The larger counter is kept.
	CloneWarn CloneDetection = "warn"
	// CloneIgnore signs in and emits nothing.
	CloneIgnore CloneDetection = "ignore"
)

// UserHandle says how the user handle (section 5.4.3) is made.
type UserHandle string

const (
	// UserHandleRandom makes a new handle for each registration and does not store it, as
	// the TypeScript server does. Authenticators learn nothing from it. But a page cannot
	// tell them later which of a user's passkeys are still valid.
	UserHandleRandom UserHandle = "random"
	// UserHandleStable makes one handle for all passkeys of a user, derived from the
	// user's id with the application's secret. A provider then replaces a passkey instead
	// of adding a second, and the Signal API can name the user. The handle changes when
	// the current secret does.
	UserHandleStable UserHandle = "stable"
)
