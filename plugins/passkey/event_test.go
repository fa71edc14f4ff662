package passkey_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

// Each decision is told once, with who and which passkey.
func TestEvents(t *testing.T) {
	t.Parallel()
	var heard []string
	kit := plugintest.New(t, passkey.New(passkey.Config{AllowDeletingLast: true}), betterauth.Inline{ID: "audit", Events: []betterauth.Subscriber{
		hear[passkey.Registered](&heard), hear[passkey.SignedIn](&heard), hear[passkey.Refused](&heard), hear[passkey.CloneSuspected](&heard),
		hear[passkey.BackupChanged](&heard), hear[passkey.Renamed](&heard), hear[passkey.Deleted](&heard),
	}})
	want := func(events ...string) {
		t.Helper()
		if got, want := strings.Join(heard, "\n"), strings.Join(events, "\n"); got != want {
			t.Errorf("heard\n%s\nwant\n%s", got, want)
		}
		heard = nil
	}
	alice, a := kit.SignedIn("alice@example.com"), newAuthenticator()
	single := passkeytest.UserPresent
	var made row
	register(t, alice, a, passkeytest.CreateOptions{Flags: &single}).Want(http.StatusOK).Into(&made)
	who := alice.User.ID + " " + made.ID
	want("passkey.Registered{" + who + "}")

	var id betterauth.Identity
	authenticate(t, kit.Client(), a, passkeytest.GetOptions{}).Want(http.StatusOK).Into(&id)
	want("passkey.SignedIn{" + who + " " + id.Session.ID + " false}")

	synced := passkeytest.Synced
	authenticate(t, kit.Client(), a, passkeytest.GetOptions{Flags: &synced}).Want(http.StatusOK).Into(&id)
	want("passkey.BackupChanged{"+who+" multiDevice true}", "passkey.SignedIn{"+who+" "+id.Session.ID+" true}")

	count := uint32(1)
	authenticate(t, kit.Client(), a, passkeytest.GetOptions{Flags: &synced, SignCount: &count}).Want(http.StatusBadRequest)
	want("passkey.CloneSuspected{"+who+" 2 1}", "passkey.Refused{authentication "+who+" AUTHENTICATION_FAILED}")

	kit.Client().Post(verifyAuthenticate, map[string]any{"response": map[string]any{}}).Want(http.StatusBadRequest)
	want("passkey.Refused{authentication   AUTHENTICATION_FAILED}")
	alice.Post(verifyRegistration, map[string]any{"response": map[string]any{}}).Want(http.StatusBadRequest)
	want("passkey.Refused{registration " + alice.User.ID + "  FAILED_TO_VERIFY_REGISTRATION}")

	stepUp(t, alice, a, passkeytest.GetOptions{Flags: &single}).WantError(passkey.ErrInvalidResponse)
	want("passkey.Refused{step-up " + who + " AUTHENTICATION_FAILED}")
	alice.Post(verifyStepUp, map[string]any{"response": map[string]any{}}).WantError(passkey.ErrInvalidResponse)
	want("passkey.Refused{step-up " + alice.User.ID + "  AUTHENTICATION_FAILED}")

	alice.Post("/passkey/update-passkey", map[string]any{"id": made.ID, "name": "x"}).Want(http.StatusOK)
	alice.Post("/passkey/delete-passkey", map[string]any{"id": made.ID}).Want(http.StatusOK)
	want("passkey.Renamed{"+who+"}", "passkey.Deleted{"+who+"}")
}

func hear[E any](heard *[]string) betterauth.Subscriber {
	return betterauth.On(func(_ context.Context, e E) error { *heard = append(*heard, fmt.Sprintf("%T%v", e, e)); return nil })
}
