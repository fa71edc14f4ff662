package passkey_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
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

// The table holds counters of 31 bits. A passkey that begins with the largest stays, and
// signs in no more, since its counter cannot grow.
func TestLargestCounter(t *testing.T) {
	t.Parallel()
	const largest = 1<<31 - 1
	kit := newKit(t, passkey.Config{})
	alice, a := kit.SignedIn("alice@example.com"), newAuthenticator()
	register(t, alice, a, passkeytest.CreateOptions{SignCount: largest}).Want(http.StatusOK)
	beyond := uint32(largest + 1)
	authenticate(t, kit.Client(), a, passkeytest.GetOptions{SignCount: &beyond}).WantError(passkey.ErrInvalidResponse)
	if rows := list(t, alice); rows[0].Counter != largest {
		t.Errorf("counter %d is stored", rows[0].Counter)
	}
}

// A client cannot fill the table with transports: the first eight are kept.
func TestManyTransports(t *testing.T) {
	t.Parallel()
	alice := newKit(t, passkey.Config{}).SignedIn("alice@example.com")
	register(t, alice, newAuthenticator(), passkeytest.CreateOptions{Transports: strings.Split("a,b,c,d,e,f,g,h,i,j", ",")}).Want(http.StatusOK)
	if rows := list(t, alice); rows[0].Transports != "a,b,c,d,e,f,g,h" {
		t.Errorf("stored %q", rows[0].Transports)
	}
}

// Browsers are told how a passkey is reached, where that is known: the TypeScript server
// stores none for an authenticator that names none.
func TestOptionsTellTransports(t *testing.T) {
	t.Parallel()
	kit := newKit(t, passkey.Config{})
	alice := kit.SignedIn("alice@example.com")
	register(t, alice, newAuthenticator(), passkeytest.CreateOptions{}).Want(http.StatusOK)
	for _, tt := range []struct {
		stored any
		want   string
	}{{"internal,hybrid", `"transports":["internal","hybrid"],"type":"public-key"}`}, {"", `","type":"public-key"}`}, {nil, `","type":"public-key"}`}} {
		if _, err := plugintest.StoreOf[passkey.Passkey](kit).Update(t.Context(), database.Set{"transports": tt.stored}, database.Eq("userId", alice.User.ID)); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{authenticateOptions, registerOptions} {
			if body := string(alice.Get(path).Want(http.StatusOK).Body); !strings.Contains(body, tt.want) {
				t.Errorf("%v: %s", tt.stored, body)
			}
		}
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
