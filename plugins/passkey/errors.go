package passkey

import (
	"net/http"

	"github.com/better-auth-go/better-auth/betterauth"
)

// The codes of this plugin, with the reference's texts. The status says who is
// at fault: 400 for a response or challenge that is no good, 401 for one that
// proves nothing, 404 for a passkey that is not the user's.
var (
	// ErrChallengeNotFound: this client asked for no challenge, or the challenge has
	// expired, was used, or was made for another purpose.
	ErrChallengeNotFound = &betterauth.ErrorCode{Code: "CHALLENGE_NOT_FOUND", Message: "Challenge not found", Status: http.StatusBadRequest}
	// ErrRegistrationFailed: the authenticator's response did not pass verification.
	ErrRegistrationFailed = &betterauth.ErrorCode{Code: "FAILED_TO_VERIFY_REGISTRATION", Message: "Failed to verify registration", Status: http.StatusBadRequest}
	// ErrNotYours: the challenge was made for another user.
	ErrNotYours = &betterauth.ErrorCode{Code: "YOU_ARE_NOT_ALLOWED_TO_REGISTER_THIS_PASSKEY", Message: "You are not allowed to register this passkey", Status: http.StatusUnauthorized}
	// ErrPasskeyNotFound: no user has a passkey with this credential id.
	ErrPasskeyNotFound = &betterauth.ErrorCode{Code: "PASSKEY_NOT_FOUND", Message: "Passkey not found", Status: http.StatusUnauthorized}
	// ErrPasskeyMissing: the user has no passkey with this id.
	ErrPasskeyMissing = &betterauth.ErrorCode{Code: "PASSKEY_NOT_FOUND", Message: "Passkey not found", Status: http.StatusNotFound}
	// ErrAuthenticationFailed: the signature is wrong.
	ErrAuthenticationFailed = &betterauth.ErrorCode{Code: "AUTHENTICATION_FAILED", Message: "Authentication failed", Status: http.StatusUnauthorized}
	// ErrInvalidResponse: the response cannot be read or was made for another site, or
	// its counter says that the authenticator may have been cloned. The status is that of
	// the TypeScript server.
	ErrInvalidResponse = &betterauth.ErrorCode{Code: "AUTHENTICATION_FAILED", Message: "Authentication failed", Status: http.StatusBadRequest}
	// ErrTooMany: the user already has Config.MaxPerUser passkeys.
	ErrTooMany = &betterauth.ErrorCode{Code: "TOO_MANY_PASSKEYS", Message: "Too many passkeys", Status: http.StatusBadRequest}
	// ErrPreviouslyRegistered: a passkey with this credential id is already registered.
	ErrPreviouslyRegistered = &betterauth.ErrorCode{Code: "PREVIOUSLY_REGISTERED", Message: "Previously registered", Status: http.StatusBadRequest}
	// ErrAuthenticatorRefused: Config.Attestation does not accept the
	// authenticator.
	ErrAuthenticatorRefused = &betterauth.ErrorCode{Code: "AUTHENTICATOR_NOT_ALLOWED", Message: "This authenticator is not allowed here", Status: http.StatusBadRequest}
	// ErrMetadataUnavailable: the metadata about authenticators could not be fetched.
	ErrMetadataUnavailable = &betterauth.ErrorCode{Code: "METADATA_UNAVAILABLE", Message: "Authenticators cannot be checked at present. Please try again later", Status: http.StatusServiceUnavailable}
	// ErrLastPasskey: without the passkey the user could not sign in.
	ErrLastPasskey = &betterauth.ErrorCode{Code: "LAST_SIGN_IN_METHOD", Message: "You can't delete your last way to sign in. Add another passkey, a password or a linked account first", Status: http.StatusBadRequest}
	// ErrVerificationDisabled: Config.DisableVerification is set.
	ErrVerificationDisabled = &betterauth.ErrorCode{Code: "VERIFICATION_NOT_ENABLED", Message: "Full WebAuthn verification is not enabled", Status: http.StatusNotImplemented}
	// ErrSessionRequired: a visitor without a session, for whom the resolver does not
	// vouch, registers a passkey for a user, who may exist or not.
	ErrSessionRequired = &betterauth.ErrorCode{Code: "SESSION_REQUIRED", Message: "Passkey registration requires an authenticated session", Status: http.StatusUnauthorized}
	// ErrResolveUserRequired: there is no session, and Registration.ResolveUser is not
	// set.
	ErrResolveUserRequired = &betterauth.ErrorCode{Code: "RESOLVE_USER_REQUIRED", Message: "Passkey registration requires either an authenticated session or a resolveUser callback when requireSession is false", Status: http.StatusBadRequest}
	// ErrResolvedUserInvalid: ResolveUser or AfterVerification returned no user, or a new
	// user who cannot be created.
	ErrResolvedUserInvalid = &betterauth.ErrorCode{Code: "RESOLVED_USER_INVALID", Message: "Resolved user is invalid", Status: http.StatusBadRequest}
	// ErrUserExists: another user has the new user's e-mail address.
	ErrUserExists = &betterauth.ErrorCode{Code: "USER_ALREADY_EXISTS", Message: "User already exists.", Status: http.StatusUnprocessableEntity}
	// ErrStepUpRequired: the session was not proven with a passkey recently. The page
	// steps up and sends its request again.
	ErrStepUpRequired = &betterauth.ErrorCode{Code: "STEP_UP_REQUIRED", Message: "Confirm with a passkey that it is you", Status: http.StatusForbidden}
)
