package social_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/social"
)

// However many accounts there are, a sign-in finds its own by an index.
func TestAccountIsFoundByIndex(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, social.New(social.Config{Providers: []social.Provider{tiny(t)}}))
	rows, err := kit.DB.Bun().QueryContext(t.Context(), `explain query plan select * from "account" where "accountId" = 'ada' and "providerId" = 'tiny'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var plan []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, detail)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if len(plan) != 1 || !strings.Contains(plan[0], "(accountId=? AND providerId=?)") {
		t.Errorf("the plan is %v", plan)
	}
}

// An account that is unlinked while its user signs in opens nothing any more, also where
// its tokens are not stored.
func TestUnlinkedWhileSigningIn(t *testing.T) {
	t.Parallel()
	for name, keep := range map[string]bool{"stores tokens": false, "keeps tokens": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			databasetest.Each(t, func(t *testing.T, db *database.DB) {
				kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{
					social.New(social.Config{KeepTokens: keep, Linking: social.Linking{DisableImplicit: true}, Providers: []social.Provider{tiny(t)}})}})
				first := kit.Client()
				if to := comeBack(first, "ada", begin(t, first)); to != "/home" {
					t.Fatal(to)
				}
				ada, err := kit.Users().Get(t.Context(), database.Eq("email", "ada@example.com"))
				if err != nil {
					t.Fatal(err)
				}
				c, led := kit.Client(), make(chan string, 1)
				state := begin(t, c)
				err = kit.Host.Transaction(t.Context(), func(ctx context.Context) error {
					if _, err := kit.Users().GetLocked(ctx, database.Eq("id", ada.ID)); err != nil {
						return err
					}
					go func() { led <- comeBack(c, "ada", state) }()
					select {
					case to := <-led:
						t.Errorf("the sign-in did not wait; it leads to %s", to)
					case <-time.After(300 * time.Millisecond): // it waits for the user, or for the one writer
					}
					_, err := plugintest.StoreOf[betterauth.Account](kit).Delete(ctx, database.Eq("userId", ada.ID))
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				if to := <-led; to != "/failed?error=account_not_linked" {
					t.Error(to)
				}
			})
		})
	}
}
