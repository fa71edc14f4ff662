// Package passkeytest is a WebAuthn client and authenticator in software, for
// tests of servers that accept passkeys.
//
// Start with [New], hand [Authenticator.Create] the options your server
// answers a registration with, and send what it returns back to the server;
// [Authenticator.Get] does the same for a sign-in. Both take and return the
// JSON of WebAuthn Level 3, sections 5.1.8 to 5.1.10
// (PublicKeyCredentialCreationOptionsJSON, RegistrationResponseJSON and so
// on), so nothing of a browser is needed.
//
// By default the authenticator does what a well-made one does. [Tamper] bends
// it, one layer at a time: client data, authenticator data, public key,
// attestation, signature, final JSON. The signature is made over the bent
// bytes, so that a refusal shows that the server checked the layer and not
// only the signature; Tamper.SignOriginal asks for the opposite.
//
// Keys can be taken from one authenticator to another, or from a recorded
// test vector, with [Authenticator.Credentials] and [Authenticator.Import].
//
// With a deterministic Options.Rand, ES256 and EdDSA ceremonies produce the
// same bytes every time: ECDSA signatures use the nonce of RFC 6979. RSA keys
// come from crypto/rsa, which ignores custom randomness since Go 1.26; import
// a key where an RS256 ceremony has to be repeatable.
//
// The private keys are in the clear and the user is never asked. This is not
// an authenticator to sign in with.
package passkeytest
