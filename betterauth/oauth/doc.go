// Package oauth speaks OAuth 2.0 (RFC 6749) and OpenID Connect to identity providers: it
// builds authorization URLs, exchanges and refreshes tokens, verifies ID tokens and asks
// who the user is. It knows nothing of accounts and sessions; plugins/social does, and
// any other plugin may use this package.
//
// Start with [Provider], which describes one provider as data, and [Client], which is
// what its console gave the application. [Provider.Authorize], [Provider.Exchange],
// [Provider.Refresh] and [Provider.VerifyIDToken] are the steps of a flow. A provider's
// own code is one function, [Provider.User], which makes a [Profile] of a [Grant].
//
// A client proves who it is by an [Authentication]: [SecretPost], [SecretBasic],
// [SecretJWT], [PrivateKeyJWT] or [MutualTLS].
//
// Requests to providers are limited in time and size and follow no redirect; see
// [NewCaller]. Everything here is safe for concurrent use, once it is set up.
package oauth
