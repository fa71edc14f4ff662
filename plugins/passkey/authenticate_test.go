package passkey_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

// Gates, the hook and subscribers are told whether the authenticator verified its
// user, and without the check of signatures that it did not.
func TestHowStrongASignInWas(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		config   passkey.Config
		flags    passkeytest.Flags
		verified bool
	}{
		"verified":     {flags: passkeytest.UserPresent | passkeytest.UserVerified, verified: true},
		"present":      {flags: passkeytest.UserPresent},
		"not believed": {config: passkey.Config{DisableVerification: true, AllowInsecureUnverifiedAssertion: true}, flags: passkeytest.UserPresent | passkeytest.UserVerified},
	} {
		var asked []betterauth.Assurance
		var hook, told []bool
		tt.config.Authentication.AfterVerification = func(_ *betterauth.Ctx, a passkey.VerifiedAuthentication) error {
			hook = append(hook, a.UserVerified)
			return nil
		}
		kit := plugintest.New(t, passkey.New(tt.config), betterauth.Inline{ID: "audit",
			Gates: []betterauth.SessionGate{{Name: "asking", Check: func(_ *betterauth.Ctx, a *betterauth.Attempt) error {
				if a.SignIn.Method == "passkey" {
					asked = append(asked, a.SignIn.Assurance)
				}
				return nil
			}}},
			Events: []betterauth.Subscriber{betterauth.On(func(_ context.Context, e passkey.SignedIn) error { told = append(told, e.UserVerified); return nil })}})
		alice, a := kit.SignedIn("alice@example.com"), newAuthenticator()
		register(t, alice, a, passkeytest.CreateOptions{Flags: &tt.flags}).Want(http.StatusOK)
		authenticate(t, kit.Client(), a, passkeytest.GetOptions{Flags: &tt.flags}).Want(http.StatusOK)
		want := betterauth.SingleFactor
		if tt.verified {
			want = betterauth.MultiFactor
		}
		if !slices.Equal(asked, []betterauth.Assurance{want}) || !slices.Equal(hook, []bool{tt.verified}) || !slices.Equal(told, []bool{tt.verified}) {
			t.Errorf("%s: gates are told %v, the hook %v, subscribers %v", name, asked, hook, told)
		}
	}
}

// deleting is an application that deletes all passkeys at a moment of a sign-in.
type deleting struct {
	kit           *plugintest.Kit
	inHook, gated bool
	suspected     int
}

func (d *deleting) now(ctx context.Context) error {
	_, err := plugintest.StoreOf[passkey.Passkey](d.kit).Delete(ctx, database.Ne("id", ""))
	return err
}

// A passkey that is deleted while it signs somebody in signs nobody in, however far
// the sign-in is, and is not taken for a clone.
func TestDeletedWhileItSignsIn(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		inHook, gated bool
		counts        []uint32 // of its making and of this use
		want          *betterauth.ErrorCode
	}{
		"before its use is stored":                    {inHook: true, counts: []uint32{7, 8}, want: passkey.ErrInvalidResponse},
		"before its use is stored, without a counter": {inHook: true, counts: []uint32{0, 0}, want: passkey.ErrInvalidResponse},
		"before the session is made":                  {gated: true, counts: []uint32{7, 8}, want: passkey.ErrPasskeyNotFound},
		"not at all":                                  {counts: []uint32{7, 8}},
	} {
		d := &deleting{}
		d.kit = plugintest.New(t,
			passkey.New(passkey.Config{Authentication: passkey.Authentication{AfterVerification: func(c *betterauth.Ctx, _ passkey.VerifiedAuthentication) error {
				if d.inHook {
					return d.now(c)
				}
				return nil
			}}}),
			betterauth.Inline{ID: "audit",
				Gates: []betterauth.SessionGate{{Name: "deleting", Check: func(c *betterauth.Ctx, _ *betterauth.Attempt) error {
					if d.gated {
						return d.now(c)
					}
					return nil
				}}},
				Events: []betterauth.Subscriber{betterauth.On(func(context.Context, passkey.CloneSuspected) error { d.suspected++; return nil })}})
		alice, a := d.kit.SignedIn("alice@example.com"), newAuthenticator()
		register(t, alice, a, passkeytest.CreateOptions{SignCount: tt.counts[0]}).Want(http.StatusOK)
		d.inHook, d.gated = tt.inHook, tt.gated
		visitor := d.kit.Client()
		answer := authenticate(t, visitor, a, passkeytest.GetOptions{SignCount: &tt.counts[1]})
		if tt.want == nil {
			answer.Want(http.StatusOK)
			continue
		}
		answer.WantError(tt.want)
		if body := string(visitor.Get("/get-session").Want(http.StatusOK).Body); body != "null" || d.suspected != 0 {
			t.Errorf("%s: %s, %d clones suspected", name, body, d.suspected)
		}
	}
}

// A counter that stays the same is one of a clone, as one that falls.
func TestCounterThatDoesNotGrow(t *testing.T) {
	t.Parallel()
	suspected := 0
	kit := plugintest.New(t, passkey.New(passkey.Config{}), betterauth.Inline{ID: "audit", Events: []betterauth.Subscriber{
		betterauth.On(func(context.Context, passkey.CloneSuspected) error { suspected++; return nil })}})
	alice, a := kit.SignedIn("alice@example.com"), newAuthenticator()
	register(t, alice, a, passkeytest.CreateOptions{}).Want(http.StatusOK)
	for i, step := range []struct {
		count             uint32
		status, suspected int
	}{{7, http.StatusOK, 0}, {7, http.StatusBadRequest, 1}, {0, http.StatusBadRequest, 2}, {8, http.StatusOK, 2}} {
		authenticate(t, kit.Client(), a, passkeytest.GetOptions{SignCount: &step.count}).Want(step.status)
		if suspected != step.suspected {
			t.Errorf("use %d, counter %d: %d clones suspected, want %d", i, step.count, suspected, step.suspected)
		}
	}
}

// A user handle has 64 bytes at most; it is not signed, so whoever sends it may
// choose it.
func TestLengthOfTheUserHandle(t *testing.T) {
	t.Parallel()
	kit, a := newKit(t, passkey.Config{}), newAuthenticator()
	register(t, kit.SignedIn("alice@example.com"), a, passkeytest.CreateOptions{}).Want(http.StatusOK)
	for length, status := range map[int]int{1: http.StatusOK, 64: http.StatusOK, 65: http.StatusBadRequest, 0: http.StatusBadRequest} {
		c := kit.Client()
		var response map[string]any
		if err := json.Unmarshal(assert(t, c, a, passkeytest.GetOptions{}), &response); err != nil {
			t.Fatal(err)
		}
		response["response"].(map[string]any)["userHandle"] = base64.RawURLEncoding.EncodeToString(make([]byte, length))
		if answer := c.Post(verifyAuthenticate, map[string]any{"response": response}); answer.Status != status {
			t.Errorf("%d bytes: %d %s", length, answer.Status, answer.Body)
		}
	}
}

// What comes to be backed up, or ceases to be, is told, and a row without a model, such
// as another server may have written, signs in.
func TestBackupAndModelOfAPasskey(t *testing.T) {
	t.Parallel()
	var told []bool
	kit := plugintest.New(t, passkey.New(passkey.Config{}), betterauth.Inline{ID: "audit", Events: []betterauth.Subscriber{
		betterauth.On(func(_ context.Context, e passkey.BackupChanged) error { told = append(told, e.BackedUp); return nil })}})
	alice, a := kit.SignedIn("alice@example.com"), newAuthenticator()
	const eligible = passkeytest.UserPresent | passkeytest.UserVerified | passkeytest.BackupEligible
	flags := eligible
	register(t, alice, a, passkeytest.CreateOptions{Flags: &flags}).Want(http.StatusOK)
	for _, flags := range []passkeytest.Flags{eligible, eligible | passkeytest.BackedUp, eligible | passkeytest.BackedUp, eligible} {
		authenticate(t, kit.Client(), a, passkeytest.GetOptions{Flags: &flags}).Want(http.StatusOK)
	}
	if !slices.Equal(told, []bool{true, false}) {
		t.Errorf("told %v", told)
	}
	if n, err := plugintest.StoreOf[passkey.Passkey](kit).Update(t.Context(), database.Set{"aaguid": nil}, database.Eq("userId", alice.User.ID)); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	authenticate(t, kit.Client(), a, passkeytest.GetOptions{Flags: &flags}).Want(http.StatusOK)
}
