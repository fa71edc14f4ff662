package social

import (
	"errors"
	"net/http"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// The codes of this plugin, with the reference's texts.
var (
	ErrProviderNotFound      = &betterauth.ErrorCode{Code: "PROVIDER_NOT_FOUND", Message: "Provider not found", Status: http.StatusNotFound}
	ErrIDTokenNotSupported   = &betterauth.ErrorCode{Code: "ID_TOKEN_NOT_SUPPORTED", Message: "id_token not supported", Status: http.StatusNotFound}
	ErrInvalidToken          = &betterauth.ErrorCode{Code: "INVALID_TOKEN", Message: "Invalid token", Status: http.StatusUnauthorized}
	ErrNoUserInfo            = &betterauth.ErrorCode{Code: "FAILED_TO_GET_USER_INFO", Message: "Failed to get user info", Status: http.StatusUnauthorized}
	ErrNoEmail               = &betterauth.ErrorCode{Code: "USER_EMAIL_NOT_FOUND", Message: "User email not found", Status: http.StatusUnauthorized}
	ErrNotLinked             = &betterauth.ErrorCode{Code: "OAUTH_LINK_ERROR", Message: "account not linked", Status: http.StatusUnauthorized}
	ErrEmailNotVerified      = &betterauth.ErrorCode{Code: "EMAIL_NOT_VERIFIED", Message: "Email not verified", Status: http.StatusForbidden}
	ErrAlreadyLinked         = &betterauth.ErrorCode{Code: "SOCIAL_ACCOUNT_ALREADY_LINKED", Message: "Social account already linked", Status: http.StatusConflict}
	ErrLinkingNotAllowed     = &betterauth.ErrorCode{Code: "LINKING_NOT_ALLOWED", Message: "Account not linked - linking not allowed", Status: http.StatusUnauthorized}
	ErrDifferentEmails       = &betterauth.ErrorCode{Code: "LINKING_DIFFERENT_EMAILS_NOT_ALLOWED", Message: "Account not linked - different emails not allowed", Status: http.StatusUnauthorized}
	ErrLinkingFailed         = &betterauth.ErrorCode{Code: "LINKING_FAILED", Message: "Account not linked - unable to create account", Status: http.StatusExpectationFailed}
	ErrAccountNotFound       = &betterauth.ErrorCode{Code: "ACCOUNT_NOT_FOUND", Message: "Account not found", Status: http.StatusBadRequest}
	ErrProviderNotSupported  = &betterauth.ErrorCode{Code: "PROVIDER_NOT_SUPPORTED", Message: "Provider is not supported.", Status: http.StatusBadRequest}
	ErrProviderNotConfigured = &betterauth.ErrorCode{Code: "PROVIDER_NOT_CONFIGURED", Message: "Account is not associated with a configured social provider.", Status: http.StatusBadRequest}
	ErrNotRefreshable        = &betterauth.ErrorCode{Code: "TOKEN_REFRESH_NOT_SUPPORTED", Message: "Provider does not support token refreshing.", Status: http.StatusBadRequest}
	ErrNoRefreshToken        = &betterauth.ErrorCode{Code: "REFRESH_TOKEN_NOT_FOUND", Message: "Refresh token not found", Status: http.StatusBadRequest}
	ErrNoAccessToken         = &betterauth.ErrorCode{Code: "FAILED_TO_GET_ACCESS_TOKEN", Message: "Failed to get a valid access token", Status: http.StatusBadRequest}
	ErrNotRefreshed          = &betterauth.ErrorCode{Code: "FAILED_TO_REFRESH_ACCESS_TOKEN", Message: "Failed to refresh access token", Status: http.StatusBadRequest}
	ErrTokenNotFound         = &betterauth.ErrorCode{Code: "ACCESS_TOKEN_NOT_FOUND", Message: "Access token not found", Status: http.StatusBadRequest}
	ErrNoUserGiven           = &betterauth.ErrorCode{Code: "USER_ID_OR_SESSION_REQUIRED", Message: "Either userId or session is required", Status: http.StatusBadRequest}
	ErrInvalidClass          = &betterauth.ErrorCode{Code: "INVALID_ACR_VALUES", Message: "acrValues must be at most 10 texts without spaces", Status: http.StatusBadRequest}
	ErrProviderDown          = &betterauth.ErrorCode{Code: "PROVIDER_UNAVAILABLE", Message: "The identity provider cannot be reached", Status: http.StatusServiceUnavailable}
)

// ErrReauthenticationNotSupported says that a provider's ID tokens cannot tell when a user
// signed in there.
var ErrReauthenticationNotSupported = &betterauth.ErrorCode{Code: "REAUTHENTICATION_NOT_SUPPORTED", Message: "Provider does not support reauthentication.", Status: http.StatusBadRequest}

// failure is why a flow ends without a session, as the parameter "error" of where the
// browser is led.
type failure struct {
	code, description string
	err               error     // for the log
	asked             *Provider // who failed, for the log; nil if only the flow says so
}

func (f failure) Error() string { return "social: " + f.code }

func (f failure) Unwrap() error { return f.err }

// RefusalCode is for oauth.RefusalCode.
func (f failure) RefusalCode() string { return f.code }

func fail(code string, err error) error { return failure{code: code, err: err} }

// What a callback can fail with; see docs/social.md.
const (
	failInvalidRequest   = "invalid_callback_request"
	failStateNotFound    = "state_not_found"
	failStateMismatch    = "state_mismatch"
	failStateInvalid     = "state_invalid"
	failInternal         = "internal_server_error"
	failNoCode           = "no_code"
	failProviderNotFound = "oauth_provider_not_found"
	failIssuer           = "issuer_mismatch"
	failIssuerMissing    = "issuer_missing"
	failNonce            = "nonce_binding_missing"
	failCode             = "invalid_code"
	failUserInfo         = "unable_to_get_user_info"
	failNoEmail          = "email_not_found"
	failNotLinked        = "account_not_linked"
	failLink             = "unable_to_link_account"
	failSignUpDisabled   = "signup_disabled"
	failNotVerified      = "email_not_verified"
	failDifferentEmail   = "email_does_not_match"
	failOtherUser        = "account_already_linked_to_different_user"
	failTarget           = "invalid_callback_url"
	failProviderDown     = "temporarily_unavailable"
	failSignedOut        = "signed_out_at_provider"
	failStepUp           = "reauthentication_failed"
)

// What providers answer where the client, not the person, is at fault (RFC 6749, section
// 4.1.2.1); the last is GitHub's.
const (
	failClient       = "unauthorized_client"
	failScope        = "invalid_scope"
	failRequest      = "invalid_request"
	failResponseType = "unsupported_response_type"
	failRedirectURI  = "redirect_uri_mismatch"
)

// configures says what a developer should look at where a failure is more often one of the
// configuration than of a person.
var configures = map[string]string{
	failCode:             "check Client.ID and Client.Secret, how the client authenticates, and that the provider knows this redirect URI",
	failUserInfo:         "check the scopes, and that the provider's description fits what it answers",
	failNoEmail:          "ask for the scope with the address, or set Client.MapUser",
	failIssuer:           "check the provider's Issuer",
	failIssuerMissing:    "set IssuerRequired only for a provider that always sends iss",
	failProviderDown:     "check that this server reaches the provider",
	failProviderNotFound: "add the provider to social.Config.Providers, with the ID that the path of the redirect URI has",
	failTarget:           "if the flow's origin is yours, add it to Config.TrustedOrigins",
	failClient:           "switch on the authorization code grant for this client at the provider's console",
	failScope:            "check Scopes and Client.Scopes, and that the provider's console allows them to this client",
	failRequest:          "check what Client changes of the request, such as Params and Prompt, and whether the provider wants PKCE",
	failResponseType:     "check ResponseType, and what the provider's console allows to this client",
	failRedirectURI:      "enter this redirect URI at the provider's console, letter by letter",
}

// asFailure is the failure that tells a person why they are not signed in: one of ours,
// or a refusal by a hook or a gate. Anything else is no answer for a page.
func asFailure(err error) (failure, bool) {
	if f, ok := errors.AsType[failure](err); ok {
		return f, true
	}
	if errors.Is(err, database.ErrInvalidValue) {
		return failure{code: failUserInfo, err: err}, true // the provider said something that cannot be stored
	}
	if code, ok := errors.AsType[*betterauth.ErrorCode](err); ok && code.Code != "" && code.Status < 500 {
		return failure{code: code.Code, description: code.Message, err: err}, true
	}
	return failure{}, false
}
