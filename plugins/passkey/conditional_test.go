package passkey_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/go-json-experiment/json/jsontext"
)

// Two ways to ask for a passkey that the browser makes by itself.
var unasked = map[string]string{
	"mediation": registerOptions + "?mediation=conditional",
	"context":   registerOptions + "?context=" + url.QueryEscape(passkey.ContextConditional),
}

// made answers the options at path with flags.
func made(t *testing.T, c *plugintest.Client, a *passkeytest.Authenticator, path string, flags passkeytest.Flags) map[string]any {
	t.Helper()
	response, err := a.Create(c.Get(path).Want(http.StatusOK).Body, passkeytest.CreateOptions{Flags: &flags})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{"response": jsontext.Value(response)}
}

func TestPasskeyMadeWithoutAsking(t *testing.T) {
	t.Parallel()
	nobody := passkeytest.Synced &^ (passkeytest.UserPresent | passkeytest.UserVerified)
	for name, path := range unasked {
		for _, verification := range []string{"required", "preferred"} {
			kit := newKit(t, passkey.Config{UserVerification: verification})
			alice, a := kit.SignedIn("alice@example.com"), newAuthenticator()
			options := string(alice.Get(path).Want(http.StatusOK).Body)
			if !strings.Contains(options, `"userVerification":"preferred"`) {
				t.Errorf("%s, %s: %s", name, verification, options)
			}
			alice.Post(verifyRegistration, made(t, alice, a, path, nobody)).Want(http.StatusOK)
			// It signs in as any other, its user present, and verified where that is required.
			present := passkeytest.Synced
			authenticate(t, kit.Client(), a, passkeytest.GetOptions{Flags: &present}).Want(http.StatusOK)
			authenticate(t, kit.Client(), a, passkeytest.GetOptions{Flags: &nobody}).WantError(passkey.ErrInvalidResponse)
			// One whose user was there is good as well.
			alice.Post(verifyRegistration, made(t, alice, newAuthenticator(), path, passkeytest.Synced)).Want(http.StatusOK)
		}
	}
}

// The mode is what options were made for, not what the answer says.
func TestPresenceIsDemandedOtherwise(t *testing.T) {
	t.Parallel()
	nobody := passkeytest.Synced &^ (passkeytest.UserPresent | passkeytest.UserVerified)
	kit := newKit(t, passkey.Config{})
	alice := kit.SignedIn("alice@example.com")
	for _, path := range []string{registerOptions, registerOptions + "?context=other", registerOptions + "?context="} {
		alice.Post(verifyRegistration, made(t, alice, newAuthenticator(), path, nobody)).WantError(passkey.ErrRegistrationFailed)
	}
	in := made(t, alice, newAuthenticator(), registerOptions, nobody)
	in["mediation"], in["context"] = "conditional", passkey.ContextConditional
	alice.Post(verifyRegistration, in).WantError(passkey.ErrRegistrationFailed)
	alice.Get(registerOptions + "?mediation=silent").WantError(betterauth.ErrValidation)
	if rows := list(t, alice); len(rows) != 0 {
		t.Errorf("stored %+v", rows)
	}
}

// Nobody signs up, or in, with a passkey they were not asked about.
func TestNobodySignsUpUnasked(t *testing.T) {
	t.Parallel()
	kit := newKit(t, open(nil))
	alice := kit.SignedIn("alice@example.com")
	for _, path := range unasked {
		kit.Client().Get(path).WantError(passkey.ErrSessionRequired)
		in := made(t, alice, newAuthenticator(), path, passkeytest.Synced)
		in["createSession"] = true
		alice.Post(verifyRegistration, in).WantError(betterauth.ErrValidation)
	}
	if got := counts(t, kit); got != [3]int{1, 1, 0} {
		t.Errorf("users, sessions, passkeys: %v", got)
	}
}
