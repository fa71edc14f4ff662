package username_test

import (
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/username"
)

// The columns are the recorded ones of the reference, in its order, and the
// routes those its client's calls lead to.
func TestAsRecorded(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		plan, err := betterauth.New(betterauth.Config{BaseURL: plugintest.BaseURL, Secret: plugintest.Secret}).Database(db).
			Plugin(emailpassword.New(emailpassword.Config{}), username.New(username.Config{})).Migrations(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if sql := plan.String(); !strings.Contains(sql, `not null, "username" text unique, "displayUsername" text)`) {
			t.Errorf("the plan is\n%s", sql)
		}
	})
	routes := map[string]string{}
	for _, e := range username.New(username.Config{}).Manifest().Endpoints {
		op := e.Operation()
		routes[op.ID] = op.Method + " " + op.Path
	}
	if len(routes) != 2 || routes["isUsernameAvailable"] != "POST /is-username-available" || routes["signInUsername"] != "POST /sign-in/username" {
		t.Errorf("routes %v", routes)
	}
}
