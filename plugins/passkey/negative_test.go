package passkey_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

func TestCloneDetection(t *testing.T) {
	t.Parallel()
	at := func(n uint32) passkeytest.GetOptions { return passkeytest.GetOptions{SignCount: &n} }
	for policy, want := range map[passkey.CloneDetection]struct{ status, suspected int }{
		passkey.CloneFail:   {http.StatusBadRequest, 1},
		passkey.CloneWarn:   {http.StatusOK, 1},
		passkey.CloneIgnore: {http.StatusOK, 0},
	} {
		var suspected int
		kit := plugintest.New(t, passkey.New(passkey.Config{CloneDetection: policy, AllowDeletingLast: true}), betterauth.Inline{ID: "audit", Events: []betterauth.Subscriber{
			betterauth.On(func(context.Context, passkey.CloneSuspected) error { suspected++; return nil })}})
		alice, a := kit.SignedIn("alice@example.com"), newAuthenticator()
		register(t, alice, a, passkeytest.CreateOptions{}).Want(http.StatusOK)
		authenticate(t, kit.Client(), a, at(7)).Want(http.StatusOK)
		authenticate(t, kit.Client(), a, at(3)).Want(want.status)
		if rows := list(t, alice); suspected != want.suspected || rows[0].Counter != 7 {
			t.Errorf("%s: %d suspected, counter %d", policy, suspected, rows[0].Counter)
		}
		alice.Post("/passkey/delete-passkey", map[string]any{"id": list(t, alice)[0].ID}).Want(http.StatusOK)
		authenticate(t, kit.Client(), a, at(8)).WantError(passkey.ErrPasskeyNotFound)
	}
}

func TestUserHandles(t *testing.T) {
	t.Parallel()
	handle := func(c *plugintest.Client) string {
		var options struct {
			User struct {
				ID string `json:"id"`
			} `json:"user"`
		}
		c.Get(registerOptions).Want(http.StatusOK).Into(&options)
		if raw, err := base64.RawURLEncoding.DecodeString(options.User.ID); err != nil || len(raw) != 32 || strings.Contains(string(raw), c.User.ID) {
			t.Errorf("handle %q, %v", raw, err)
		}
		return options.User.ID
	}
	for policy, same := range map[passkey.UserHandle]bool{passkey.UserHandleRandom: false, passkey.UserHandleStable: true} {
		kit := newKit(t, passkey.Config{UserHandle: policy})
		alice, bob := kit.SignedIn("alice@example.com"), kit.SignedIn("bob@example.com")
		if first := handle(alice); (first == handle(alice)) != same || first == handle(bob) {
			t.Errorf("%s: handles are the same: %v, want %v; or bob's is alice's", policy, !same, same)
		}
	}
}

func TestBackupEligibility(t *testing.T) {
	t.Parallel()
	plain := passkeytest.UserPresent | passkeytest.UserVerified
	synced := passkeytest.Synced
	tests := []struct {
		policy    passkey.BackupEligibility
		from, to  passkeytest.Flags
		ok        bool
		afterward string
	}{
		{passkey.BackupUpgrade, plain, synced, true, "multiDevice"},
		{passkey.BackupUpgrade, synced, plain, false, "multiDevice"},
		{passkey.BackupStrict, plain, synced, false, "singleDevice"},
		{passkey.BackupStrict, synced, plain, false, "multiDevice"},
		{passkey.BackupIgnore, synced, plain, true, "multiDevice"},
		{passkey.BackupIgnore, plain, synced, true, "multiDevice"},
	}
	for _, tt := range tests {
		kit := newKit(t, passkey.Config{BackupEligibility: tt.policy})
		alice, a := kit.SignedIn("alice@example.com"), newAuthenticator()
		register(t, alice, a, passkeytest.CreateOptions{Flags: &tt.from}).Want(http.StatusOK)
		answer := authenticate(t, kit.Client(), a, passkeytest.GetOptions{Flags: &tt.to})
		if (answer.Status == http.StatusOK) != tt.ok || answer.Status >= 500 {
			t.Errorf("%s %v to %v: %d", tt.policy, tt.from, tt.to, answer.Status)
		}
		if rows := list(t, alice); rows[0].DeviceType != tt.afterward {
			t.Errorf("%s %v to %v: device type %s, want %s", tt.policy, tt.from, tt.to, rows[0].DeviceType, tt.afterward)
		}
	}
}
