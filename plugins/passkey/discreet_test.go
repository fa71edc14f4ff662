package passkey_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

var random = regexp.MustCompile(`"(challenge|id)":"[A-Za-z0-9_-]{32,}"`)

// claims resolves "id <id>", "owner <id>", "new <address>" and "proven
// <address>", as an application that believes what a page says, and one that
// has proof.
func claims(_ *betterauth.Ctx, context string) (passkey.ResolvedUser, error) {
	kind, value, _ := strings.Cut(context, " ")
	switch kind {
	case "id", "owner":
		return passkey.ResolvedUser{ID: value, Verified: kind == "owner", Name: "claimed", DisplayName: "Claimed"}, nil
	}
	return passkey.ResolvedUser{New: &passkey.NewUser{Name: "Claimed", Email: value, EmailVerified: kind == "proven"}}, nil
}

// Options tell a visitor nothing of who has an account: neither the answer nor
// the credentials of somebody they only claim to be.
func TestOptionsDoNotTellWhoHasAnAccount(t *testing.T) {
	t.Parallel()
	for _, handle := range []passkey.UserHandle{passkey.UserHandleRandom, passkey.UserHandleStable} {
		databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
			cfg := open(claims)
			cfg.UserHandle = handle
			kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{passkey.New(cfg)}})
			alice := kit.SignedIn("alice@example.com")
			var key row
			register(t, alice, newAuthenticator(), passkeytest.CreateOptions{}).Want(http.StatusOK).Into(&key)
			if len(key.CredentialID) < 16 {
				t.Fatalf("no credential: %+v", key)
			}
			told := func(context, asked string) (string, string) {
				answer := optionsFor(kit.Client(), strings.ReplaceAll(context, " ", "%20")).Want(http.StatusOK)
				names := ""
				for _, ck := range answer.Cookies {
					names += ck.Name + " "
				}
				return strings.ReplaceAll(random.ReplaceAllString(string(answer.Body), `"$1":"*"`), asked, "<asked>"), names
			}
			for kind, asked := range map[string][2]string{
				"id": {alice.User.ID, "nobody-has-this-id"}, "new": {"alice@example.com", "nobody@example.com"},
			} {
				taken, takenCookies := told(kind+" "+asked[0], asked[0])
				free, freeCookies := told(kind+" "+asked[1], asked[1])
				if taken != free || takenCookies != freeCookies {
					t.Errorf("%s: taken %s %s\nfree %s %s", kind, taken, takenCookies, free, freeCookies)
				}
				if strings.Contains(taken, key.CredentialID) {
					t.Errorf("%s: a visitor is told a credential id: %s", kind, taken)
				}
			}
			// Whoever is vouched for is kept from registering an authenticator twice.
			for _, answer := range []*plugintest.Answer{optionsFor(kit.Client(), "owner%20"+alice.User.ID), alice.Get(registerOptions)} {
				if answer.Want(http.StatusOK); !strings.Contains(string(answer.Body), key.CredentialID) {
					t.Errorf("the own credential is not excluded: %s", answer.Body)
				}
			}
			// Who has proven an address may know that it has an account.
			optionsFor(kit.Client(), "proven%20Alice@example.com").WantError(passkey.ErrUserExists)
			optionsFor(kit.Client(), "proven%20nobody@example.com").Want(http.StatusOK)
		})
	}
}

// The verdict comes with the passkey, and for somebody nobody vouches for it is
// one, whether they exist or not.
func TestVerdictComesWithThePasskey(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		var heard []string
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{passkey.New(open(claims)),
			betterauth.Inline{ID: "audit", Events: []betterauth.Subscriber{hear[passkey.Refused](&heard)}}}})
		alice := kit.SignedIn("alice@example.com")
		before := counts(t, kit)
		try := func(context string, tamper passkeytest.Tamper) *plugintest.Answer {
			visitor := kit.Client()
			return visitor.Post(verifyRegistration, madeFor(t, visitor, newAuthenticator(), strings.ReplaceAll(context, " ", "%20"), passkeytest.CreateOptions{Tamper: tamper}))
		}
		var honest passkeytest.Tamper
		existing, missing := try("id "+alice.User.ID, honest).WantError(passkey.ErrSessionRequired), try("id nobody", honest).WantError(passkey.ErrSessionRequired)
		if string(existing.Body) != string(missing.Body) {
			t.Errorf("somebody: %s, nobody: %s", existing.Body, missing.Body)
		}
		try("new Alice@example.com", honest).WantError(passkey.ErrUserExists)
		// Whose account it was is told of those who are vouched for, too.
		try("owner "+alice.User.ID, bentClient(func(m map[string]any) { m["origin"] = "https://evil.example" })).WantError(passkey.ErrRegistrationFailed)
		if after := counts(t, kit); after != before {
			t.Errorf("users, sessions, passkeys: %v, want %v", after, before)
		}
		want := []string{
			"passkey.Refused{registration " + alice.User.ID + "  SESSION_REQUIRED}", "passkey.Refused{registration nobody  SESSION_REQUIRED}",
			"passkey.Refused{registration   USER_ALREADY_EXISTS}", "passkey.Refused{registration " + alice.User.ID + "  FAILED_TO_VERIFY_REGISTRATION}",
		}
		if !slices.Equal(heard, want) {
			t.Errorf("heard %q, want %q", heard, want)
		}
	})
}
