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
	"sync/atomic"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
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
	last     atomic.Pointer[party]
	without  []string // trusted origins on other domains, where no passkey can be used
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
