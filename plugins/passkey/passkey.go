// Package passkey lets people register passkeys and sign in with them. It is the relying
// party of WebAuthn Level 3 (https://www.w3.org/TR/webauthn-3/), with full verification
// by go-webauthn.
//
// Start with [New] and [Config]. The two ceremonies are in register.go and
// authenticate.go, the life of a challenge is in challenge.go, and what users do with
// their passkeys is in manage.go. Endpoints, formats and the table are those of the
// TypeScript server.
package passkey

import (
	"context"
	"net/http"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
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

// Passkeys is the plugin. Make one with New for each Auth. Its methods are safe
// for concurrent use once the Auth is built.
type Passkeys struct {
	cfg      Config
	site     betterauth.Site
	host     *betterauth.Host
	store    *database.Store[Passkey]
	users    *database.Store[betterauth.User]
	metadata *metadataService // nil without Attestation.Metadata
	without  []string         // trusted origins on other domains, where no passkey can be used
}

var (
	_ betterauth.Plugin      = (*Passkeys)(nil)
	_ betterauth.Initializer = (*Passkeys)(nil)
	_ betterauth.Checker     = (*Passkeys)(nil)
)

// New makes the plugin.
func New(cfg Config) *Passkeys {
	if cfg.ChallengeTTL == 0 {
		cfg.ChallengeTTL = 5 * time.Minute
	}
	if cfg.UserVerification == "" {
		cfg.UserVerification = preferred
	}
	if cfg.ResidentKey == "" {
		cfg.ResidentKey = preferred
	}
	if cfg.BackupEligibility == "" {
		cfg.BackupEligibility = BackupUpgrade
	}
	if cfg.CloneDetection == "" {
		cfg.CloneDetection = CloneFail
	}
	if cfg.UserHandle == "" {
		cfg.UserHandle = UserHandleRandom
	}
	if cfg.ProofTTL == 0 {
		cfg.ProofTTL = time.Hour
	}
	if cfg.MaxPerUser == 0 {
		cfg.MaxPerUser = 100
	}
	if len(cfg.Algorithms) == 0 {
		cfg.Algorithms = algorithms
	}
	if cfg.MinRSABits == 0 {
		cfg.MinRSABits = 2048
	}
	if cfg.Attestation.Conveyance == "" {
		cfg.Attestation.Conveyance = "none"
	}
	cfg.Origins, cfg.TopOrigins = asBrowsersSend(cfg.Origins), asBrowsersSend(cfg.TopOrigins)
	cfg.RelatedOrigins = asBrowsersSend(cfg.RelatedOrigins)
	return &Passkeys{cfg: cfg}
}

// Passkey is a registered credential, as stored and as listed: the credential record of
// section 4 in the columns of the TypeScript server.
type Passkey struct {
	// Name is the name that the user gave it.
	Name *string `json:"name"`
	// PublicKey is the COSE key (RFC 9052) in base64 with padding.
	PublicKey string `json:"publicKey"`
	UserID    string `json:"userId" db:"userId,index,references=user"`
	// CredentialID is base64url without padding.
	CredentialID string `json:"credentialID" db:"credentialID,index"`
	// Counter is the signature counter of the last ceremony.
	Counter int64 `json:"counter"`
	// DeviceType is "multiDevice" for a passkey that may be synced, else
	// "singleDevice".
	DeviceType string `json:"deviceType"`
	// BackedUp says that it is synced now.
	BackedUp bool `json:"backedUp"`
	// Transports are the ways to reach the authenticator, joined by commas.
	Transports *string    `json:"transports"`
	CreatedAt  *time.Time `json:"createdAt"`
	// AAGUID identifies the authenticator's model. Without attestation it is only a claim
	// of the authenticator.
	AAGUID *string        `json:"aaguid"`
	ID     string         `json:"id"`
	Extra  database.Extra `json:"-"`
}

// MarshalJSON writes the passkey in the order of the schema.
func (p *Passkey) MarshalJSON() ([]byte, error) { return database.AppendRow(nil, p) }

// AddedColumns gives a betterauth.Field access to added columns.
func (p *Passkey) AddedColumns() *database.Extra { return &p.Extra }

const (
	preferred    = "preferred"
	required     = "required"
	discouraged  = "discouraged"
	singleDevice = "singleDevice"
	multiDevice  = "multiDevice"
	// bodyLimit is ample for the largest attestation.
	bodyLimit = 64 << 10
)

// Manifest implements betterauth.Plugin.
func (p *Passkeys) Manifest() betterauth.Manifest {
	return betterauth.Manifest{
		ID:          "passkey",
		Schema:      p.schema(),
		Credentials: []betterauth.Credentials{{Name: "passkey", Tables: []string{"passkey"}, CanSignIn: p.has, Revoke: p.revokeAll}},
		Pending:     pending(),
		Endpoints: append([]betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{
				ID: "generatePasskeyRegistrationOptions", Method: http.MethodGet, Path: "/passkey/generate-register-options",
				Access:  p.registrationAccess(),
				Effects: true, // a challenge is stored
				Summary: "Options for navigator.credentials.create.",
				Errors:  p.registrationErrors(),
			}, p.registerOptions),
			betterauth.Handle(betterauth.Operation{
				ID: "verifyPasskeyRegistration", Method: http.MethodPost, Path: "/passkey/verify-registration",
				Access: p.registrationAccess(), SignIn: p.registrationSignIn(), BodyLimit: bodyLimit, Limit: p.registrationLimit(),
				Summary: "Checks what navigator.credentials.create returned and stores the passkey.",
				Errors: append([]*betterauth.ErrorCode{
					ErrChallengeNotFound, ErrRegistrationFailed, ErrNotYours, ErrPreviouslyRegistered, ErrTooMany,
					ErrAuthenticatorRefused, ErrMetadataUnavailable, ErrVerificationDisabled,
				}, p.registrationErrors()...),
			}, p.verifyRegistration),
			betterauth.Handle(betterauth.Operation{
				ID: "generatePasskeyAuthenticationOptions", Methods: []string{http.MethodGet, http.MethodPost}, Path: "/passkey/generate-authenticate-options",
				Access:  betterauth.Public,
				Effects: true,
				Summary: "Options for navigator.credentials.get.",
			}, p.authenticateOptions),
			betterauth.Handle(betterauth.Operation{
				ID: "verifyPasskeyAuthentication", Method: http.MethodPost, Path: "/passkey/verify-authentication",
				Access: betterauth.Public, SignIn: betterauth.MakesSession, BodyLimit: bodyLimit,
				Summary: "Checks what navigator.credentials.get returned and signs in.",
				Errors:  []*betterauth.ErrorCode{ErrChallengeNotFound, ErrPasskeyNotFound, ErrInvalidResponse, ErrAuthenticationFailed, ErrVerificationDisabled},
			}, p.verifyAuthentication),
			betterauth.Handle(betterauth.Operation{
				ID: "generatePasskeyStepUpOptions", Methods: []string{http.MethodGet, http.MethodPost}, Path: "/passkey/generate-step-up-options",
				Access:  betterauth.WithStoredSession,
				Effects: true,
				Summary: "Options for navigator.credentials.get, to prove again who the session's user is.",
				Errors:  []*betterauth.ErrorCode{ErrPasskeyMissing},
			}, p.stepUpOptions),
			betterauth.Handle(betterauth.Operation{
				ID: "verifyPasskeyStepUp", Method: http.MethodPost, Path: "/passkey/verify-step-up",
				Access: betterauth.WithStoredSession, BodyLimit: bodyLimit,
				Summary: "Checks what navigator.credentials.get returned and makes the session fresh.",
				Errors:  []*betterauth.ErrorCode{ErrChallengeNotFound, ErrPasskeyNotFound, ErrInvalidResponse, ErrAuthenticationFailed, ErrVerificationDisabled},
			}, p.verifyStepUp),
			betterauth.Handle(betterauth.Operation{
				ID: "listPasskeys", Method: http.MethodGet, Path: "/passkey/list-user-passkeys",
				Access: betterauth.WithSession, Summary: "The user's passkeys.",
			}, p.list),
			betterauth.Handle(betterauth.Operation{
				ID: "deletePasskey", Method: http.MethodPost, Path: "/passkey/delete-passkey",
				Access: betterauth.WithStoredSession, Summary: "Deletes one of the user's passkeys.",
				Errors: []*betterauth.ErrorCode{ErrPasskeyMissing, ErrLastPasskey},
			}, p.delete),
			betterauth.Handle(betterauth.Operation{
				ID: "updatePasskey", Method: http.MethodPost, Path: "/passkey/update-passkey",
				Access: betterauth.WithStoredSession, Summary: "Renames one of the user's passkeys.",
				Errors: []*betterauth.ErrorCode{ErrPasskeyMissing},
			}, p.update),
		}, p.managementEndpoints()...),
		Emits:  events(),
		Errors: []*betterauth.ErrorCode{ErrStepUpRequired}, // of whatever asks RequireRecent
	}
}

// Init implements betterauth.Initializer.
func (p *Passkeys) Init(_ context.Context, h *betterauth.Host) (err error) {
	p.host = h
	p.tellWithout()
	p.users = h.UserStore()
	if p.cfg.Attestation.Metadata != nil {
		if p.metadata, err = newMetadataService(h, *p.cfg.Attestation.Metadata); err != nil {
			return err
		}
	}
	p.store, err = betterauth.StoreOf[Passkey](h)
	return err
}
