package plugintest

import (
	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

// signsIn finds a gate that lets nobody in whom Run signs in: every other rule would
// fail for that one reason.
func signsIn(p *probe) {
	if p.signedIn != nil {
		return
	}
	k, err := Build(p.T, p.options(databasetest.SQLiteMemory(p.T)))
	if err != nil {
		return // the rule builds says so
	}
	user := &betterauth.User{Name: "Alice", Email: "alice@example.com"}
	if err := k.Users().Create(p.Context(), user); err != nil {
		return // others say what that takes
	}
	if _, err := k.Auth.CreateSession(p.Context(), user.ID, betterauth.SignIn{Method: "plugintest"}); err != nil {
		p.broken("no other rule can be checked: %v; say with plugintest.SignedInBy how somebody is let in, such as by a user with the column that the gate looks at", err)
	}
}
