package passkey_test

import (
	"context"
	"slices"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/passkey"
)

// Whoever signed up with another's address loses the passkeys they added when
// its owner proves it; everybody else keeps theirs.
func TestProofOfAddressRevokesPasskeys(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		var heard []string
		audit := betterauth.Inline{ID: "audit", Events: []betterauth.Subscriber{
			betterauth.On(func(_ context.Context, e passkey.Deleted) error { heard = append(heard, e.PasskeyID); return nil })}}
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{passkey.New(passkey.Config{RPID: "localhost"}), audit}})
		keys := plugintest.StoreOf[passkey.Passkey](kit)
		var planted []string
		for _, email := range []string{"ann@example.com", "ann@example.com", "bob@example.com"} {
			key := &passkey.Passkey{UserID: kit.SignedIn(email).User.ID, CredentialID: email, DeviceType: "singleDevice"}
			if err := keys.Create(t.Context(), key); err != nil {
				t.Fatal(err)
			}
			if email == "ann@example.com" {
				planted = append(planted, key.ID)
			}
		}
		if _, _, err := kit.Host.ProvenUser(t.Context(), "ann@example.com", nil); err != nil {
			t.Fatal(err)
		}
		left, err := keys.List(t.Context(), database.Query{})
		if err != nil || len(left) != 1 || left[0].CredentialID != "bob@example.com" {
			t.Errorf("%d left, %v", len(left), err)
		}
		slices.Sort(planted)
		slices.Sort(heard)
		if !slices.Equal(heard, planted) {
			t.Errorf("told of %v, not %v", heard, planted)
		}
	})
}
