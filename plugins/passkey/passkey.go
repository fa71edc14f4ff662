// Package passkey lets people register passkeys and sign in with them: the
// relying party of WebAuthn Level 3 (https://www.w3.org/TR/webauthn-3/), with
// full verification through go-webauthn.
//
// Start with [New] and [Config]. The two ceremonies are register.go and
// authenticate.go; a challenge's life is challenge.go; what a user does with
// their passkeys is manage.go. Endpoints, formats and the table are the
// reference's.
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
	// RPName is what authenticators show. Default: the application's name,
	// "Better Auth" without one.
	RPName string
	// Origins are where ceremonies may happen, each exact: "https://example.com".
	// Here and in the other lists of origins upper case, a slash at the end, a
	// default port and a Unicode host are rewritten as browsers write them.
	// Default: the base URL's origin, and what betterauth.Ctx.TrustedPage trusts on
	// the domain that is the RPID.
	Origins []string
	// ChallengeTTL is how long a person has for a ceremony. Default 5 minutes.
	ChallengeTTL time.Duration
	// UserVerification is "required", "preferred" or "discouraged" (section
	// 5.8.6). What is required is enforced. Default "preferred".
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
	// UserHandle says how the handle is made that authenticators keep for a
	// user. Default UserHandleRandom.
	UserHandle UserHandle
	// MaxPerUser is how many passkeys one user may have. Default 100.
	MaxPerUser int
	// Registration says who may register a passkey: by default whoever has a
	// fresh session.
	Registration Registration
	// Authentication is about signing in with one.
	Authentication Authentication
	// ProofTTL is how long it is remembered that a session was proven with a
	// passkey: the longest that RequireRecent can look back. Default 1 hour.
	ProofTTL time.Duration

	// AuthenticatorAttachment is "platform" or "cross-platform" (section 5.4.5):
	// where browsers look for an authenticator, unless the page says another.
	// Default: both.
	AuthenticatorAttachment string
	// Hints are "security-key", "client-device" and "hybrid", the likeliest
	// first (section 5.8.7): which way browsers offer. Default: none.
	Hints []string
	// Algorithms are the COSE algorithms of keys that may be registered, best
	// first: -8 (EdDSA), -7 (ES256), -35 (ES384), -36 (ES512), -257 (RS256).
	// Passkeys of others keep signing in. Default -8, -7, -257 (section 5.4).
	Algorithms []int64
	// MinRSABits is the shortest modulus of RSA keys, in bits, 2048 to 8192.
	// Default 2048.
	MinRSABits int
	// TopOrigins are pages that may have a ceremony happen in a frame of another
	// site, each exact: "https://partner.example". Default: none, and ceremonies
	// in such frames are refused.
	TopOrigins []string
	// AllowUnknownTopOrigin also lets ceremonies happen in frames when the browser
	// does not say whose page is around them, as some do not: any page then. It
	// counts only with TopOrigins. Default false.
	AllowUnknownTopOrigin bool
	// RelatedOrigins are origins on other domains than RPID where its passkeys
	// may be used (section 5.11). Serve WellKnown on RPID's domain for browsers
	// to agree. Default: none.
	RelatedOrigins []string
	// Pages are where people add and manage passkeys, for WellKnown.
	Pages Pages
	// Attestation says what authenticators must prove of their make. Default:
	// nothing.
	Attestation Attestation
	// Extensions are WebAuthn extensions to ask for. Default: credProps at
	// registration.
	Extensions Extensions
	// Providers names who keeps passkeys by their AAGUID in lower case, before
	// the table built in; one without Name hides an entry. Default: none.
	Providers map[string]ProviderInfo
	// TrackLastUse adds the column lastUsedAt to the table, which the reference
	// does not have, and to listed passkeys. Default false.
	TrackLastUse bool
	// AllowDeletingLast lets people delete a passkey although they have no other
	// way to sign in. Default false: ErrLastPasskey.
	AllowDeletingLast bool

	// AllowUnboundChallenges lets browsers, too, finish a ceremony without the
	// cookie that binds it to them. For pages that never send cookies. See
	// docs/passkeys.md. Default false.
	AllowUnboundChallenges bool
	// DisableVerification switches WebAuthn verification off; the verifying
	// endpoints then answer 501. Default false.
	DisableVerification bool
	// AllowInsecureUnverifiedAssertion accepts ceremonies whose challenge
	// matches, without checking any signature: anybody who knows a credential
	// id can sign in. It counts only with DisableVerification, and Build
	// refuses it unless the base URL and every origin are loopback. Default false.
	AllowInsecureUnverifiedAssertion bool
}

// BackupEligibility is the policy for an authenticator whose backup eligibility
// flag (section 6.1.3) differs from the one at registration.
type BackupEligibility string

const (
	// BackupUpgrade accepts a passkey that became eligible, as happens when a
	// platform starts to sync it, and remembers that; it refuses the way back.
	BackupUpgrade BackupEligibility = "upgrade"
	// BackupStrict refuses any change (section 7.2, step 19).
	BackupStrict BackupEligibility = "strict"
	// BackupIgnore accepts any change.
	BackupIgnore BackupEligibility = "ignore"
)

// CloneDetection is the policy for a signature counter that did not grow
// (section 6.1.1): two authenticators may hold the same key.
type CloneDetection string

const (
	// CloneFail refuses the sign-in and emits CloneSuspected.
	CloneFail CloneDetection = "fail"
	// CloneWarn emits CloneSuspected and signs in. The larger counter stays.
	CloneWarn CloneDetection = "warn"
	// CloneIgnore signs in and says nothing.
	CloneIgnore CloneDetection = "ignore"
)

// UserHandle is how the user handle (section 5.4.3) is made.
type UserHandle string

const (
	// UserHandleRandom is a new one for each registration, never stored, as the
	// reference does: authenticators learn nothing, and a page cannot tell them
	// later which passkeys of a user are still good.
	UserHandleRandom UserHandle = "random"
	// UserHandleStable is one for all passkeys of a user, derived from the
	// user's id with the application's secret: a provider then replaces a
	// passkey instead of adding a second, and the Signal API can name the user.
	// It changes when the current secret does.
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
	if cfg.Algorithms == nil {
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

// Passkey is a registered credential, as stored and as listed: section 4's
// credential record in the reference's columns.
type Passkey struct {
	// Name is what the user calls it.
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
	// BackedUp says that it is synced at present.
	BackedUp bool `json:"backedUp"`
	// Transports is how the authenticator can be reached, joined by commas.
	Transports *string    `json:"transports"`
	CreatedAt  *time.Time `json:"createdAt"`
	// AAGUID names the authenticator's model; without attestation it is only
	// what the authenticator says.
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
				Access: p.registrationAccess(), SignsIn: p.cfg.Registration.AllowWithoutSession, BodyLimit: bodyLimit, Limit: p.registrationLimit(),
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
				Access: betterauth.Public, SignsIn: true, BodyLimit: bodyLimit,
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
		Emits: events(),
		Errors: []*betterauth.ErrorCode{
			ErrChallengeNotFound, ErrNotYours, ErrRegistrationFailed, ErrPasskeyNotFound, ErrAuthenticationFailed,
			ErrTooMany, ErrVerificationDisabled, ErrPasskeyMissing, ErrInvalidResponse, ErrPreviouslyRegistered,
			ErrAuthenticatorRefused, ErrMetadataUnavailable, ErrLastPasskey,
			ErrSessionRequired, ErrResolveUserRequired, ErrResolvedUserInvalid, ErrUserExists, ErrStepUpRequired,
		},
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
