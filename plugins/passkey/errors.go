package passkey

import (
	"net/http"

	"github.com/better-auth-go/better-auth/betterauth"
)

// The codes of this plugin, with the reference's texts. The status says who is
// at fault: 400 for a response or challenge that is no good, 401 for one that
// proves nothing, 404 for a passkey that is not the user's.
var (
	// ErrChallengeNotFound: no challenge was asked for by this client, or it
	// has expired, was used, or was made for something else.
	ErrChallengeNotFound = &betterauth.ErrorCode{Code: "CHALLENGE_NOT_FOUND", Message: "Challenge not found", Status: http.StatusBadRequest}
	// ErrRegistrationFailed: the authenticator's response does not hold.
	ErrRegistrationFailed = &betterauth.ErrorCode{Code: "FAILED_TO_VERIFY_REGISTRATION", Message: "Failed to verify registration", Status: http.StatusBadRequest}
	// ErrNotYours: the challenge was made for another user.
	ErrNotYours = &betterauth.ErrorCode{Code: "YOU_ARE_NOT_ALLOWED_TO_REGISTER_THIS_PASSKEY", Message: "You are not allowed to register this passkey", Status: http.StatusUnauthorized}
	// ErrPasskeyNotFound: nobody has a passkey with this credential id.
	ErrPasskeyNotFound = &betterauth.ErrorCode{Code: "PASSKEY_NOT_FOUND", Message: "Passkey not found", Status: http.StatusUnauthorized}
	// ErrPasskeyMissing: the user has no passkey with this id.
	ErrPasskeyMissing = &betterauth.ErrorCode{Code: "PASSKEY_NOT_FOUND", Message: "Passkey not found", Status: http.StatusNotFound}
	// ErrAuthenticationFailed: the signature is wrong.
	ErrAuthenticationFailed = &betterauth.ErrorCode{Code: "AUTHENTICATION_FAILED", Message: "Authentication failed", Status: http.StatusUnauthorized}
	// ErrInvalidResponse: the response cannot be read, was made elsewhere, or its
	// counter says that the authenticator may have been cloned. The status is the
	// reference's.
	ErrInvalidResponse = &betterauth.ErrorCode{Code: "AUTHENTICATION_FAILED", Message: "Authentication failed", Status: http.StatusBadRequest}
	// ErrTooMany: the user has Config.MaxPerUser passkeys.
	ErrTooMany = &betterauth.ErrorCode{Code: "TOO_MANY_PASSKEYS", Message: "Too many passkeys", Status: http.StatusBadRequest}
	// ErrPreviouslyRegistered: the credential id is taken.
	ErrPreviouslyRegistered = &betterauth.ErrorCode{Code: "PREVIOUSLY_REGISTERED", Message: "Previously registered", Status: http.StatusBadRequest}
	// ErrAuthenticatorRefused: Config.Attestation does not accept the
	// authenticator.
	ErrAuthenticatorRefused = &betterauth.ErrorCode{Code: "AUTHENTICATOR_NOT_ALLOWED", Message: "This authenticator is not allowed here", Status: http.StatusBadRequest}
	// ErrMetadataUnavailable: what is known of authenticators could not be
	// fetched.
	ErrMetadataUnavailable = &betterauth.ErrorCode{Code: "METADATA_UNAVAILABLE", Message: "Authenticators cannot be checked at present. Please try again later", Status: http.StatusServiceUnavailable}
	// ErrLastPasskey: the user could not sign in without the passkey.
	ErrLastPasskey = &betterauth.ErrorCode{Code: "LAST_SIGN_IN_METHOD", Message: "You can't delete your last way to sign in. Add another passkey, a password or a linked account first", Status: http.StatusBadRequest}
	// ErrVerificationDisabled: Config.DisableVerification is set.
	ErrVerificationDisabled = &betterauth.ErrorCode{Code: "VERIFICATION_NOT_ENABLED", Message: "Full WebAuthn verification is not enabled", Status: http.StatusNotImplemented}
	// ErrSessionRequired: a passkey for a user, who may exist or not, without a
	// session and without the resolver vouching for the visitor.
	ErrSessionRequired = &betterauth.ErrorCode{Code: "SESSION_REQUIRED", Message: "Passkey registration requires an authenticated session", Status: http.StatusUnauthorized}
	// ErrResolveUserRequired: no session, and no Registration.ResolveUser.
	ErrResolveUserRequired = &betterauth.ErrorCode{Code: "RESOLVE_USER_REQUIRED", Message: "Passkey registration requires either an authenticated session or a resolveUser callback when requireSession is false", Status: http.StatusBadRequest}
	// ErrResolvedUserInvalid: ResolveUser or AfterVerification named nobody, or a
	// new user who cannot be.
	ErrResolvedUserInvalid = &betterauth.ErrorCode{Code: "RESOLVED_USER_INVALID", Message: "Resolved user is invalid", Status: http.StatusBadRequest}
	// ErrUserExists: the new user's e-mail address is somebody's.
	ErrUserExists = &betterauth.ErrorCode{Code: "USER_ALREADY_EXISTS", Message: "User already exists.", Status: http.StatusUnprocessableEntity}
	// ErrStepUpRequired: the session was not proven with a passkey recently. A page
	// steps up and sends its request again.
	ErrStepUpRequired = &betterauth.ErrorCode{Code: "STEP_UP_REQUIRED", Message: "Confirm with a passkey that it is you", Status: http.StatusForbidden}
)
