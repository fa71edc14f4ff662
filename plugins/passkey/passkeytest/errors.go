package passkeytest

import "errors"

// Errors of [Authenticator.Create] and [Authenticator.Get]. Each stands for
// the exception a browser throws at the same point; compare with errors.Is.
var (
	// ErrMalformed: the options are not what a browser can parse (TypeError,
	// EncodingError), for example because they are wrapped in "publicKey".
	ErrMalformed = errors.New("passkeytest: malformed options")

	// ErrExcluded: excludeCredentials names a credential held here
	// (InvalidStateError).
	ErrExcluded = errors.New("passkeytest: a credential of excludeCredentials is already here")

	// ErrNotAllowed: no credential answers the request, or the authenticator
	// cannot do what the options require (NotAllowedError).
	ErrNotAllowed = errors.New("passkeytest: not allowed")

	// ErrNotSupported: pubKeyCredParams has no algorithm the authenticator
	// knows (NotSupportedError).
	ErrNotSupported = errors.New("passkeytest: no supported algorithm offered")

	// ErrSecurity: the RP ID is not one the origin may use (SecurityError).
	ErrSecurity = errors.New("passkeytest: RP ID does not belong to the origin")

	// ErrKey: a private key is of no kind listed at [Algorithm].
	ErrKey = errors.New("passkeytest: unsupported private key")
)
