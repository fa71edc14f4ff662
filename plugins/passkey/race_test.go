package passkey_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/go-json-experiment/json/jsontext"
)

// atOnce runs all at the same time and returns their statuses.
func atOnce(all []func() int) []int {
	statuses := make([]int, len(all))
	plugintest.AtOnce(len(all), func(i int) { statuses[i] = all[i]() })
	return statuses
}

func count(statuses []int, status int) int {
	n := 0
	for _, s := range statuses {
		if s == status {
			n++
		}
	}
	return n
}

// Of 64 answers to one challenge at once, one signs in and 63 are refused, which
// the sessions and the counter bear out.
func TestOneWinnerAmongMany(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{passkey.New(passkey.Config{})}})
		a := passkeytest.New(passkeytest.Options{Origin: plugintest.BaseURL}) // its counter stays 0, so that only the challenge decides
		alice := kit.SignedIn("alice@example.com")
		register(t, alice, a, passkeytest.CreateOptions{}).Want(http.StatusOK)
		sessions := plugintest.StoreOf[betterauth.Session](kit)
		before, err := sessions.Count(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		c := kit.Client()
		in := map[string]any{"response": jsontext.Value(assert(t, c, a, passkeytest.GetOptions{}))}
		all := make([]func() int, 64)
		for i := range all {
			fork := c.Fork()
			all[i] = func() int { return fork.Post(verifyAuthenticate, in).Status }
		}
		statuses := atOnce(all)
		if won, refused := count(statuses, http.StatusOK), count(statuses, http.StatusBadRequest); won != 1 || refused != 63 {
			t.Errorf("%d accepted, %d refused: %v", won, refused, statuses)
		}
		if after, err := sessions.Count(t.Context()); err != nil || after != before+1 {
			t.Errorf("%d sessions became %d, %v", before, after, err)
		}
	})
}

// Sign-ins that race one counter: of equal values one is taken, of different
// ones the largest stays.
func TestCounterIsNotLost(t *testing.T) {
	t.Parallel()
	for name, values := range map[string][]uint32{
		"equal":     {7, 7, 7, 7, 7, 7, 7, 7},
		"different": {1, 2, 3, 4, 5, 6, 7, 8},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			databasetest.Each(t, func(t *testing.T, db *database.DB) {
				kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{passkey.New(passkey.Config{})}})
				alice, a := kit.SignedIn("alice@example.com"), newAuthenticator()
				register(t, alice, a, passkeytest.CreateOptions{}).Want(http.StatusOK)
				all := make([]func() int, len(values))
				for i, value := range values {
					c := kit.Client()
					in := map[string]any{"response": jsontext.Value(assert(t, c, a, passkeytest.GetOptions{SignCount: &value}))}
					all[i] = func() int { return c.Post(verifyAuthenticate, in).Status }
				}
				statuses := atOnce(all)
				won := count(statuses, http.StatusOK)
				if won+count(statuses, http.StatusBadRequest) != len(values) || won == 0 {
					t.Fatalf("statuses %v", statuses)
				}
				if name == "equal" && won != 1 {
					t.Errorf("%d sign-ins with one counter value", won)
				}
				var highest uint32
				for i, status := range statuses {
					if status == http.StatusOK {
						highest = max(highest, values[i])
					}
				}
				// Nothing can have stood in the way of the largest of all.
				if highest != slices.Max(values) {
					t.Errorf("the largest counter was refused: %v", statuses)
				}
				if stored := list(t, alice)[0].Counter; stored != int64(highest) {
					t.Errorf("counter %d is stored, %d was accepted", stored, highest)
				}
			})
		})
	}
}

// The same new credential from many clients at once is stored once, although
// the table has no unique index: from different users, and from one.
func TestCredentialIDsAreUnique(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]func(int) string{
		"many users": func(i int) string { return string(rune('a'+i)) + "@example.com" },
		"one user":   func(int) string { return "alice@example.com" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			databasetest.Each(t, func(t *testing.T, db *database.DB) {
				kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{passkey.New(passkey.Config{})}})
				id := []byte("0123456789abcdef")
				all := make([]func() int, 8)
				for i := range all {
					c := kit.SignedIn(address(i))
					response, err := newAuthenticator().Create(c.Get(registerOptions).Want(http.StatusOK).Body, passkeytest.CreateOptions{CredentialID: id})
					if err != nil {
						t.Fatal(err)
					}
					all[i] = func() int {
						return c.Post(verifyRegistration, map[string]any{"response": jsontext.Value(response)}).Status
					}
				}
				statuses := atOnce(all)
				if won := count(statuses, http.StatusOK); won != 1 || count(statuses, http.StatusBadRequest) != len(all)-1 {
					t.Errorf("statuses %v", statuses)
				}
				if n, err := plugintest.StoreOf[passkey.Passkey](kit).Count(t.Context()); n != 1 || err != nil {
					t.Errorf("%d rows, %v", n, err)
				}
			})
		})
	}
}
