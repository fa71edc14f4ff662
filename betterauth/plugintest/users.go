package plugintest

import (
	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// Users is the store of users.
func (k *Kit) Users() *database.Store[betterauth.User] { return StoreOf[betterauth.User](k) }

// User reads the user who has an address. Where nobody has it the test fails.
func (k *Kit) User(email string) *betterauth.User {
	k.t.Helper()
	user, err := k.Users().Get(k.t.Context(), database.Eq("email", email))
	if err != nil {
		k.t.Fatalf("plugintest: the user %s: %v", email, err)
	}
	return user
}

// CreateUser makes a user without a session, by the store: no sign-up runs and
// nothing is mailed. Kit.SignedIn makes one with a session.
func (k *Kit) CreateUser(email string, verified bool) *betterauth.User {
	k.t.Helper()
	user := &betterauth.User{Name: "A", Email: email, EmailVerified: verified}
	if err := k.Users().Create(k.t.Context(), user); err != nil {
		k.t.Fatalf("plugintest: the user %s: %v", email, err)
	}
	return user
}
