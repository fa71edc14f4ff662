package plugins_test

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/go-json-experiment/json/jsontext"
)

// discreetRow is a question a stranger may put to an operation about somebody.
type discreetRow struct {
	op, what string
	only     string // the sites where it is asked, else at all
	signedIn bool   // the stranger has an account of their own
	before   func(s *discreetSite, c *plugintest.Client, p person)
	ask      func(s *discreetSite, c *plugintest.Client, p person) *plugintest.Answer
	// tells is why the operation tells whether p has an account, and works why
	// it answers alike and does not do the same for it.
	tells, works string
}

type asking = func(s *discreetSite, c *plugintest.Client, p person) *plugintest.Answer

// post asks with a body that is made for p.
func post(path string, body func(p person) map[string]any) asking {
	return func(_ *discreetSite, c *plugintest.Client, p person) *plugintest.Answer { return c.Post(path, body(p)) }
}

// about asks with one member, named so, that says whom it is about.
func about(path, member string, of func(p person) string, more ...any) asking {
	return post(path, func(p person) map[string]any {
		body := map[string]any{member: of(p)}
		for i := 0; i < len(more); i += 2 {
			body[more[i].(string)] = more[i+1]
		}
		return body
	})
}

func address(p person) string { return p.email }
func name(p person) string    { return p.username }
func id(p person) string      { return p.id }

// signingUp signs up with p's address and, unless "", a username.
func signingUp(username func(p person) string) asking {
	return post("/sign-up/email", func(p person) map[string]any {
		body := map[string]any{"name": "Stranger", "email": p.email, "password": "another-password"}
		if username != nil {
			body["username"] = username(p)
		}
		return body
	})
}

// mailed has a code of a type sent to p, which somebody else reads.
func mailed(kind string) func(s *discreetSite, c *plugintest.Client, p person) {
	return func(s *discreetSite, _ *plugintest.Client, p person) {
		s.Client().Post("/email-otp/send-verification-otp", map[string]any{"email": p.email, "type": kind}).Want(http.StatusOK)
	}
}

// claimed registers a passkey for whom a page claims to be.
func claimed(claim func(p person) string) asking {
	return func(s *discreetSite, c *plugintest.Client, p person) *plugintest.Answer {
		a := passkeytest.New(passkeytest.Options{Origin: plugintest.BaseURL, Flags: passkeytest.Synced})
		options := c.Get("/passkey/generate-register-options?context=" + url.QueryEscape(claim(p))).Want(http.StatusOK)
		response, err := a.Create(options.Body, passkeytest.CreateOptions{})
		if err != nil {
			s.t.Fatal(err)
		}
		return c.Post("/passkey/verify-registration", map[string]any{"response": jsontext.Value(response), "createSession": true})
	}
}

func optionsFor(claim func(p person) string) asking {
	return func(_ *discreetSite, c *plugintest.Client, p person) *plugintest.Answer {
		return c.Get("/passkey/generate-register-options?context=" + url.QueryEscape(claim(p)))
	}
}

func authenticationOptions(_ *discreetSite, c *plugintest.Client, p person) *plugintest.Answer {
	return c.Get("/passkey/generate-authenticate-options?email=" + url.QueryEscape(p.email) + "&userId=" + p.id)
}

func claimID(p person) string    { return "id " + p.id }
func claimEmail(p person) string { return "new " + p.email }

const (
	wrongCode      = "000000x"
	signUpSignsIn  = "signing up signs in, so it cannot pretend: 422"
	namesArePublic = "usernames are public: people must be told that one is taken"
)

// discreetRows are all operations that take an address, a username or an id.
var discreetRows = append([]discreetRow{
	{op: "signInEmail", what: "wrong password", ask: about("/sign-in/email", "email", address, "password", "wrong-password")},
	{op: "signInEmail", what: "no password", ask: about("/sign-in/email", "email", address, "password", "")},
	{op: "signInUsername", what: "wrong password", ask: about("/sign-in/username", "username", name, "password", "wrong-password")},
	{op: "signInUsername", what: "no password", ask: about("/sign-in/username", "username", name, "password", "")},
	{op: "signInMagicLink", what: "address", ask: about("/sign-in/magic-link", "email", address, "callbackURL", "/home")},
	{op: "requestPasswordReset", what: "address", ask: about("/request-password-reset", "email", address, "redirectTo", "/reset")},
	{op: "sendVerificationEmail", what: "address", ask: about("/send-verification-email", "email", address, "callbackURL", "/home")},
	{op: "sendVerificationEmail", what: "address, signed in", signedIn: true, ask: about("/send-verification-email", "email", address)},

	{op: "signUpEmail", what: "address", only: "plain", ask: signingUp(nil), tells: signUpSignsIn},
	{op: "signUpEmail", what: "address", only: "quiet strict", ask: signingUp(nil), works: discreetSignUpWorks},
	{op: "signUpEmail", what: "address and a free username", only: "quiet strict", works: discreetSignUpWorks,
		ask: signingUp(func(p person) string { return "Free_" + p.mark })},
	{op: "signUpEmail", what: "address and a username that is taken", only: "quiet strict",
		before: func(s *discreetSite, _ *plugintest.Client, p person) {
			c := s.SignedIn("taker" + p.mark + "@example.net")
			c.Post("/update-user", map[string]any{"username": "taken_" + p.mark}).Want(http.StatusOK)
		},
		ask: signingUp(func(p person) string { return "Taken_" + p.mark })},
	{op: "signUpEmail", what: "address and a username that is none", ask: signingUp(func(person) string { return "a b" })},
	{op: "signUpEmail", what: "address and a short password", ask: about("/sign-up/email", "email", address, "name", "A", "password", "short")},
	{op: "signUpEmail", what: "username", only: "plain", tells: namesArePublic,
		ask: post("/sign-up/email", func(p person) map[string]any {
			return map[string]any{"name": "A", "email": "other" + p.mark + "@example.net", "password": "another-password", "username": p.username}
		})},

	{op: "isUsernameAvailable", what: "username", ask: about("/is-username-available", "username", name), tells: namesArePublic},
	{op: "updateUser", what: "username, not signed in", ask: about("/update-user", "username", name)},
	{op: "updateUser", what: "username", signedIn: true, ask: about("/update-user", "username", name), tells: namesArePublic},

	{op: "changeEmail", what: "address", signedIn: true, only: "plain quiet", ask: about("/change-email", "newEmail", address)},
	{op: "changeEmail", what: "address", signedIn: true, only: "strict", ask: about("/change-email", "newEmail", address),
		works: "UpdateWithoutVerification changes the address, and Build warns of it"},
	{op: "changeEmail", what: "address, not signed in", ask: about("/change-email", "newEmail", address)},
	{op: "requestEmailChangeEmailOTP", what: "address", signedIn: true, ask: about("/email-otp/request-email-change", "newEmail", address)},
	{op: "requestEmailChangeEmailOTP", what: "address, not signed in", ask: about("/email-otp/request-email-change", "newEmail", address)},
	{op: "changeEmailEmailOTP", what: "address, wrong code", signedIn: true, ask: about("/email-otp/change-email", "newEmail", address, "otp", wrongCode)},
	{op: "changeEmailEmailOTP", what: "address, wrong code after a right one was mailed", signedIn: true,
		before: func(_ *discreetSite, c *plugintest.Client, p person) {
			c.Post("/email-otp/request-email-change", map[string]any{"newEmail": p.email}).Want(http.StatusOK)
		},
		ask: about("/email-otp/change-email", "newEmail", address, "otp", wrongCode)},

	{op: "requestPasswordResetEmailOTP", what: "address", ask: about("/email-otp/request-password-reset", "email", address)},
	{op: "forgetPasswordEmailOTP", what: "address", ask: about("/forget-password/email-otp", "email", address)},

	{op: "generatePasskeyRegistrationOptions", what: "claimed id", ask: optionsFor(claimID)},
	{op: "generatePasskeyRegistrationOptions", what: "claimed address", ask: optionsFor(claimEmail)},
	{op: "generatePasskeyRegistrationOptions", what: "claimed id, signed in", signedIn: true, ask: optionsFor(claimID)},
	{op: "generatePasskeyAuthenticationOptions", what: "address and id, which mean nothing", ask: authenticationOptions},
	{op: "generatePasskeyAuthenticationOptions", what: "address and id in a session, which lists its own passkeys", signedIn: true, ask: authenticationOptions},
	{op: "verifyPasskeyRegistration", what: "claimed id", ask: claimed(claimID)},
	{op: "verifyPasskeyRegistration", what: "claimed address", ask: claimed(claimEmail), tells: "signing up with a passkey signs in, so it cannot pretend: 422"},
	{op: "deletePasskey", what: "id of a passkey", signedIn: true, ask: about("/passkey/delete-passkey", "id", keyOf)},
	{op: "updatePasskey", what: "id of a passkey", signedIn: true, ask: about("/passkey/update-passkey", "id", keyOf, "name", "Mine")},

	{op: "createApiKey", what: "id, not signed in", ask: about("/api-key/create", "userId", id, "name", "key")},
	{op: "createApiKey", what: "id", signedIn: true, ask: about("/api-key/create", "userId", id, "name", "key")},
	{op: "updateApiKey", what: "id, not signed in", ask: about("/api-key/update", "userId", id, "keyId", "none", "name", "key")},
	{op: "updateApiKey", what: "id", signedIn: true, ask: about("/api-key/update", "userId", id, "keyId", "none", "name", "key")},

	{op: "unlinkAccount", what: "id of an account", signedIn: true, ask: about("/unlink-account", "accountId", id, "providerId", "credential")},
	{op: "createUser", what: "address", signedIn: true, ask: about("/admin/create-user", "email", address, "name", "A", "password", "another-password")},
	{op: "listUsers", what: "address", signedIn: true, ask: func(_ *discreetSite, c *plugintest.Client, p person) *plugintest.Answer {
		return c.Get("/admin/list-users?searchField=email&searchValue=" + url.QueryEscape(p.email))
	}},
	{op: "getUser", what: "id", signedIn: true, ask: func(_ *discreetSite, c *plugintest.Client, p person) *plugintest.Answer {
		return c.Get("/admin/get-user?id=" + p.id)
	}},
}, append(codeRows(), adminRows()...)...)

const discreetSignUpWorks = "a free address makes a user, a taken one is found by the index that refuses it"

func keyOf(p person) string { return "key-" + p.id }

// codeRows are the operations that take a mailed code, which a stranger guesses
// at: before one was asked for, and after.
func codeRows() (rows []discreetRow) {
	for _, kind := range []string{"sign-in", "email-verification", "forget-password"} {
		send := about("/email-otp/send-verification-otp", "email", address, "type", kind)
		rows = append(rows,
			discreetRow{op: "sendVerificationOTP", what: kind, ask: send},
			discreetRow{op: "sendVerificationOTP", what: kind + ", again", before: mailed(kind), ask: send})
		guesses := []discreetRow{{op: "checkVerificationOTP", ask: about("/email-otp/check-verification-otp", "email", address, "type", kind, "otp", wrongCode)}}
		switch kind {
		case "sign-in":
			guesses = append(guesses, discreetRow{op: "signInEmailOTP", ask: about("/sign-in/email-otp", "email", address, "otp", wrongCode)})
		case "email-verification":
			guesses = append(guesses, discreetRow{op: "verifyEmailOTP", ask: about("/email-otp/verify-email", "email", address, "otp", wrongCode)})
		default:
			guesses = append(guesses, discreetRow{op: "resetPasswordEmailOTP",
				ask: about("/email-otp/reset-password", "email", address, "otp", wrongCode, "password", "another-password")})
		}
		for _, guess := range guesses {
			guess.what = kind + ", nothing mailed"
			rows = append(rows, guess)
			guess.what, guess.before = kind+", wrong code", mailed(kind)
			rows = append(rows, guess)
			ask := guess.ask
			guess.what = kind + ", wrong code too often"
			guess.ask = func(s *discreetSite, c *plugintest.Client, p person) (last *plugintest.Answer) {
				for range 5 {
					last = ask(s, c, p)
				}
				return last
			}
			rows = append(rows, guess)
		}
	}
	return rows
}

// adminRows are what administrators may do to users, asked by somebody who is
// none and by somebody who is not signed in.
func adminRows() (rows []discreetRow) {
	for _, op := range []struct{ id, path, more string }{
		{"setRole", "set-role", `"role":"admin"`}, {"adminUpdateUser", "update-user", `"data":{"name":"A"}`}, {"banUser", "ban-user", ""},
		{"unbanUser", "unban-user", ""}, {"removeUser", "remove-user", ""}, {"setUserPassword", "set-user-password", `"newPassword":"another-password"`},
		{"impersonateUser", "impersonate-user", ""}, {"listUserSessions", "list-user-sessions", ""}, {"revokeUserSessions", "revoke-user-sessions", ""},
		{"userHasPermission", "has-permission", `"permissions":{"user":["list"]}`},
	} {
		ask := func(_ *discreetSite, c *plugintest.Client, p person) *plugintest.Answer {
			body := fmt.Sprintf(`{"userId":%q,%s}`, p.id, op.more)
			if op.more == "" {
				body = fmt.Sprintf(`{"userId":%q}`, p.id)
			}
			return c.Post("/admin/"+op.path, body)
		}
		rows = append(rows, discreetRow{op: op.id, what: "id", signedIn: true, ask: ask}, discreetRow{op: op.id, what: "id, not signed in", ask: ask})
	}
	return rows
}

// takesNobody are the operations that take no address, username or user's id,
// and what they take.
var takesNobody = map[string]string{
	"ok": "nothing", "error": "a text to show", "getSession": "a session", "signOut": "a session", "updateSession": "a session",
	"listSessions": "a session", "revokeSession": "a session, and the token of one", "revokeSessions": "a session", "revokeOtherSessions": "a session",
	"listUserAccounts": "a session", "deleteUser": "a session", "deleteUserCallback": "a mailed token", "changePassword": "a session", "verifyPassword": "a session",
	"requestPasswordResetCallback": "a mailed token", "resetPassword": "a mailed token", "verifyEmail": "a signed token", "magicLinkVerify": "a mailed token", "expoAuthorizationProxy": "a provider's URL",
	"sendTwoFactorOTP": "a challenge", "verifyTOTP": "a challenge", "verifyTwoFactorOTP": "a challenge", "verifyBackupCode": "a challenge",
	"enableTwoFactor": "a session", "disableTwoFactor": "a session", "generateBackupCodes": "a session", "getTOTPURI": "a session",
	"verifyPasskeyAuthentication":  "a credential id, which is random and known to who has the authenticator",
	"generatePasskeyStepUpOptions": "a session", "verifyPasskeyStepUp": "a session", "listPasskeys": "a session", "describePasskeys": "a session",
	"passkeySignal": "a session", "stopImpersonating": "a session", "revokeUserSession": "a session's token",
	"signInSocial": "a provider's ID token", "callbackOAuth": "a state, which is random", "callbackOAuthForm": "the same, in a form", "linkSocialAccount": "a session",
	"reauthenticateSocial": "a session", "backChannelLogout": "a token that the provider signed",
	"getAccessToken": "a session, and the id of an account", "refreshToken": "a session, and the id of an account", "accountInfo": "a session, and the id of an account",
	"oneTapCallback":       "Google's ID token",
	"oauthPopupStart":      "a provider, which the page shows",
	"oauthProxyCompletion": "an encrypted profile", "oauthProxyCallback": "an encrypted profile",
	"getApiKey": "the id of a key, of which the rule ownership is", "deleteApiKey": "the id of a key, of which the rule ownership is", "listApiKeys": "a session",
}
