package betterauth_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
)

// endings is a plugin that writes down what it hears.
func endings(heard *[]betterauth.Ending) betterauth.Inline {
	return betterauth.Inline{ID: "audit", Events: []betterauth.Subscriber{betterauth.On(func(_ context.Context, e betterauth.EndingHappened) error {
		*heard = append(*heard, e.Ending)
		return nil
	})}}
}

// Every ending is told once, and AddressProven whenever an address comes to be
// verified, whoever writes the row.
func TestEndingsAreTold(t *testing.T) {
	t.Parallel()
	var heard []betterauth.Ending
	kit := plugintest.New(t, endings(&heard))
	user := kit.CreateUser("ann@example.com", false)
	update := func(set database.Set) func() error {
		return func() error {
			_, err := kit.Users().Update(t.Context(), set, database.Eq("id", user.ID))
			return err
		}
	}
	end := func(why betterauth.Ending) func() error {
		return func() error { return kit.Host.End(t.Context(), user.ID, why) }
	}
	for _, step := range []struct {
		name string
		do   func() error
		want []betterauth.Ending
	}{
		{"another name", update(database.Set{"name": "Ann"}), nil},
		{"verified", update(database.Set{"emailVerified": true}), []betterauth.Ending{betterauth.AddressProven}},
		{"verified again", update(database.Set{"emailVerified": true}), nil},
		{"verified again, with the same address", update(database.Set{"emailVerified": true, "email": "ann@example.com"}), nil},
		{"another address, verified", update(database.Set{"emailVerified": true, "email": "anna@example.com"}), []betterauth.Ending{betterauth.AddressProven, betterauth.AddressChanged}},
		{"not verified any more", update(database.Set{"emailVerified": false}), nil},
		{"another address, not verified", update(database.Set{"emailVerified": false, "email": "ann@example.com"}), []betterauth.Ending{betterauth.AddressChanged}},
		{"by a proof", func() error { _, _, err := kit.Host.ProvenUser(t.Context(), "ann@example.com", nil); return err }, []betterauth.Ending{betterauth.AddressProven}},
		{"what a proof ends, once more", end(betterauth.AddressProven), nil},
		{"a reset", end(betterauth.PasswordReset), []betterauth.Ending{betterauth.PasswordReset}},
		{"a ban", end(betterauth.UserBanned), []betterauth.Ending{betterauth.UserBanned}},
		{"a ban that is undone", func() error {
			err := kit.Host.Transaction(t.Context(), func(ctx context.Context) error {
				if err := kit.Host.End(ctx, user.ID, betterauth.UserBanned); err != nil {
					return err
				}
				return errTeapot
			})
			if !errors.Is(err, errTeapot) {
				return err
			}
			return nil
		}, nil},
		{"a deletion", func() error {
			_, err := kit.Users().Delete(t.Context(), database.Eq("id", user.ID))
			return err
		}, []betterauth.Ending{betterauth.UserDeleted}},
	} {
		heard = nil
		if err := step.do(); err != nil || !slices.Equal(heard, step.want) {
			t.Errorf("%s: heard %v, want %v; %v", step.name, heard, step.want, err)
		}
	}
}

// strangers signs up without a session, or is refused.
func strangers(users func() *database.Store[betterauth.User]) betterauth.Inline {
	type in struct {
		Email string `json:"email"`
	}
	return betterauth.Inline{ID: "strangers", Endpoints: []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{ID: "refused", Method: http.MethodPost, Path: "/refused", Access: betterauth.Public}, func(c *betterauth.Ctx, in in) (bool, error) {
			return true, c.SignUpRefused(in.Email)
		}),
		betterauth.Handle(betterauth.Operation{ID: "joined", Method: http.MethodPost, Path: "/joined", Access: betterauth.Public}, func(c *betterauth.Ctx, in in) (string, error) {
			user := &betterauth.User{Name: "A", Email: in.Email}
			err := c.Transaction(func(tx *betterauth.Ctx) error {
				if err := users().Create(tx, user); err != nil {
					return err
				}
				return tx.SignedUp(user)
			})
			return user.ID, err
		}),
	}}
}

// What is known of sign-ups with an address ends when the address comes to be
// verified, be it the user's or one that they get with it. Where that cannot be
// ended nothing is verified.
func TestVerifyingEndsWhatSignUpsLeft(t *testing.T) {
	t.Parallel()
	var failing atomic.Bool
	fault := betterauth.Inline{ID: "fault", RowHooks: []database.Hooks{database.RowHooks[betterauth.Verification]{
		BeforeDelete: func(context.Context, *betterauth.Verification) error {
			if failing.Load() {
				return errors.New("it stays")
			}
			return nil
		}}}}
	var kit *plugintest.Kit
	kit = plugintest.New(t, strangers(func() *database.Store[betterauth.User] { return kit.Users() }), fault)
	left := func() (n int) {
		t.Helper()
		for _, row := range kit.Rows()["verification"] {
			n += strings.Count(row, "sign-up-refused-") + strings.Count(row, "sign-up-unused-")
		}
		return n
	}
	join := func(email string) (id string) {
		t.Helper()
		kit.Client().Post("/joined", map[string]string{"email": email}).Want(http.StatusOK).Into(&id)
		return id
	}
	refuse := func(email string) {
		t.Helper()
		kit.Client().Post("/refused", map[string]string{"email": email}).Want(http.StatusOK)
	}

	ann := join("ann@example.com")
	refuse("ann@example.com")
	if left() != 2 {
		t.Fatalf("%d marks are made", left())
	}
	failing.Store(true)
	if _, err := kit.Users().Update(t.Context(), database.Set{"emailVerified": true}, database.Eq("id", ann)); err == nil {
		t.Error("an address is verified though something of sign-ups stays")
	}
	if user := kit.User("ann@example.com"); user.EmailVerified || left() != 2 {
		t.Errorf("%+v, %d marks are left", user, left())
	}
	failing.Store(false)
	if _, err := kit.Users().Update(t.Context(), database.Set{"emailVerified": true}, database.Eq("id", ann)); err != nil || left() != 0 {
		t.Errorf("%v, %d marks are left", err, left())
	}

	// Bob leaves an address that somebody was refused with, and Ann proves it.
	bob := join("bob@example.com")
	refuse("bob@example.com")
	if _, err := kit.Users().Update(t.Context(), database.Set{"email": "bobby@example.com"}, database.Eq("id", bob)); err != nil || left() != 1 {
		t.Fatalf("%v, %d marks are left", err, left())
	}
	if _, err := kit.Users().Update(t.Context(), database.Set{"email": "bob@example.com", "emailVerified": true}, database.Eq("id", ann)); err != nil || left() != 0 {
		t.Errorf("%v, %d marks are left", err, left())
	}
}
