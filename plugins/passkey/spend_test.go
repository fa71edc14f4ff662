package passkey_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/go-json-experiment/json/jsontext"
)

// An answer that a gate refuses uses up its challenge and stores its counter, though the
// transaction of the sign-in is rolled back; so does one for which a gate asks for more.
func TestRefusedAnswerIsUsedUp(t *testing.T) {
	t.Parallel()
	banned := &betterauth.ErrorCode{Code: "BANNED", Message: "No", Status: http.StatusForbidden}
	for name, tt := range map[string]struct {
		gate   error
		status int
	}{
		"refused":        {banned, http.StatusForbidden},
		"asked for more": {betterauth.StepUp(map[string]bool{"more": true}), http.StatusOK},
		"failed":         {errors.New("the gate is broken"), http.StatusInternalServerError},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			databasetest.Each(t, func(t *testing.T, db *database.DB) {
				var outcome error
				kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{passkey.New(passkey.Config{}), betterauth.Inline{ID: "gate",
					Gates: []betterauth.SessionGate{{Name: "gate", Check: func(*betterauth.Ctx, *betterauth.Attempt) error { return outcome }}}}}})
				alice, a := kit.SignedIn("alice@example.com"), newAuthenticator()
				register(t, alice, a, passkeytest.CreateOptions{}).Want(http.StatusOK)
				outcome = tt.gate
				c := kit.Client()
				nine := uint32(9)
				in := map[string]any{"response": jsontext.Value(assert(t, c, a, passkeytest.GetOptions{SignCount: &nine}))}
				again := c.Fork()
				c.Post(verifyAuthenticate, in).Want(tt.status)
				outcome = nil
				again.Post(verifyAuthenticate, in).WantError(passkey.ErrChallengeNotFound)
				if stored := list(t, alice)[0].Counter; stored != 9 {
					t.Errorf("the counter %d is stored", stored)
				}
			})
		})
	}
}

// A clone is told of although the sign-in that told it was rolled back, once.
func TestCloneIsToldOfOnce(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]passkey.Config{"fails": {}, "warns": {CloneDetection: passkey.CloneWarn}} {
		suspected := 0
		kit := plugintest.New(t, passkey.New(config), betterauth.Inline{ID: "audit", Events: []betterauth.Subscriber{
			betterauth.On(func(context.Context, passkey.CloneSuspected) error { suspected++; return nil })}})
		alice, a := kit.SignedIn("alice@example.com"), newAuthenticator()
		five := uint32(5)
		register(t, alice, a, passkeytest.CreateOptions{SignCount: five}).Want(http.StatusOK)
		zero := uint32(0)
		answer := authenticate(t, kit.Client(), a, passkeytest.GetOptions{SignCount: &zero})
		if passes := name == "warns"; (answer.Status == http.StatusOK) != passes || suspected != 1 {
			t.Errorf("%s: %d, %d clones suspected", name, answer.Status, suspected)
		}
		if stored := list(t, alice)[0].Counter; stored != 5 {
			t.Errorf("%s: the counter %d is stored", name, stored)
		}
	}
}
