package account_test

import (
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/account"
)

var tenant = betterauth.NewField[string]("account", database.Column{Name: "tenant"})

func TestListAccounts(t *testing.T) {
	t.Parallel()
	s := newSite(t, account.Config{}, plugintest.Options{Config: betterauth.Config{AdditionalColumns: []betterauth.AddedColumn{tenant}}})
	c := s.SignedIn("a@example.com")
	c.Get("/list-accounts").WantBody(http.StatusOK, `[]`)
	first := s.link(c.User, "credential")
	s.Clock.Advance(time.Second)
	second := s.link(c.User, "github")
	s.link(s.SignedIn("b@example.com").User, "github")
	row := func(a *betterauth.Account, at, scopes string) string {
		return fmt.Sprintf(`{"accountId":%q,"providerId":%q,"userId":%q,"createdAt":%q,"updatedAt":%q,"tenant":null,"id":%q,"scopes":%s}`,
			a.AccountID, a.ProviderID, c.User.ID, at, at, a.ID, scopes)
	}
	c.Get("/list-accounts").WantBody(http.StatusOK,
		"["+row(first, "2026-01-02T03:04:05.000Z", "[]")+","+row(second, "2026-01-02T03:04:06.000Z", `["openid","email"]`)+"]")
	s.Client().Get("/list-accounts").WantBody(http.StatusUnauthorized, `{"message":"Unauthorized","code":"UNAUTHORIZED"}`)
}

func unlink(id string) map[string]any { return map[string]any{"accountId": id} }

func TestUnlink(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, account.Config{}, plugintest.Options{DB: db})
		c, other := s.SignedIn("a@example.com"), s.SignedIn("b@example.com")
		mine, foreign := s.link(c.User, "credential"), s.link(other.User, "github")
		s.link(other.User, "google")
		// The last one first, whatever is named.
		for _, id := range []string{mine.ID, foreign.ID, "1", ""} {
			c.Post("/unlink-account", unlink(id)).WantBody(http.StatusBadRequest,
				`{"message":"You can't unlink your last account","code":"FAILED_TO_UNLINK_LAST_ACCOUNT"}`)
		}
		added := s.link(c.User, "github")
		for _, id := range []string{foreign.ID, added.AccountID, "github", ""} {
			c.Post("/unlink-account", unlink(id)).WantBody(http.StatusBadRequest, `{"message":"Account not found","code":"ACCOUNT_NOT_FOUND"}`)
		}
		c.Post("/unlink-account", unlink(mine.ID)).WantBody(http.StatusOK, changed)
		left, err := s.accounts.List(t.Context(), database.Query{Where: []database.Cond{database.Eq("userId", c.User.ID)}})
		if err != nil || len(left) != 1 || left[0].ID != added.ID {
			t.Errorf("left %v, %v", left, err)
		}
		if n, err := s.accounts.Count(t.Context()); n != 3 || err != nil {
			t.Errorf("%d accounts in all, %v", n, err)
		}
		c.Post("/unlink-account", map[string]any{}).WantError(betterauth.ErrValidation)
		s.Client().Post("/unlink-account", unlink(added.ID)).WantError(betterauth.ErrUnauthorized)
		s.Clock.Advance(25 * time.Hour)
		c.Post("/unlink-account", unlink(added.ID)).WantError(betterauth.ErrSessionNotFresh)
	})
}

func TestUnlinkAll(t *testing.T) {
	t.Parallel()
	s := newSite(t, account.Config{AllowUnlinkingAll: true}, plugintest.Options{})
	c := s.SignedIn("a@example.com")
	last := s.link(c.User, "credential")
	c.Post("/unlink-account", unlink(last.ID)).WantBody(http.StatusOK, changed)
	c.Post("/unlink-account", unlink(last.ID)).WantBody(http.StatusBadRequest, `{"message":"Account not found","code":"ACCOUNT_NOT_FOUND"}`)
}

// Unlinkings at the same time never leave none.
func TestUnlinkingsAtOnce(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, account.Config{}, plugintest.Options{DB: db})
		c := s.SignedIn("a@example.com")
		const linked = 8
		var won atomic.Int32
		var rows []*betterauth.Account
		var forks []*plugintest.Client
		for i := range linked {
			rows, forks = append(rows, s.link(c.User, fmt.Sprint("provider-", i))), append(forks, c.Fork())
		}
		plugintest.AtOnce(linked, func(i int) {
			switch answer := forks[i].Post("/unlink-account", unlink(rows[i].ID)); {
			case answer.Status == http.StatusOK:
				won.Add(1)
			case answer.Code() != account.ErrLastAccount.Code:
				t.Errorf("%d %s", answer.Status, answer.Body)
			}
		})
		n, err := s.accounts.Count(t.Context(), database.Eq("userId", c.User.ID))
		if n != 1 || int(won.Load())+n != linked || err != nil {
			t.Errorf("%d unlinked, %d left, %v", won.Load(), n, err)
		}
	})
}

func TestUnlinkService(t *testing.T) {
	t.Parallel()
	p := account.New(account.Config{})
	kit := plugintest.New(t, p)
	if err := p.Unlink(t.Context(), "nobody", "x"); !errors.Is(err, account.ErrAccountNotFound) {
		t.Errorf("a missing user: %v", err)
	}
	user := kit.SignedIn("a@example.com").User
	if list, err := p.List(t.Context(), user.ID); len(list) != 0 || err != nil {
		t.Errorf("%v, %v", list, err)
	}
}

// A credential account that lost its password is no way to sign in.
func TestUnlinkKeepsAWay(t *testing.T) {
	t.Parallel()
	s := newSite(t, account.Config{}, plugintest.Options{})
	c := s.SignedIn("a@example.com")
	s.link(c.User, "credential")
	github := s.link(c.User, "github")
	if _, err := s.accounts.Update(t.Context(), database.Set{"password": nil}, database.Eq("providerId", "credential")); err != nil {
		t.Fatal(err)
	}
	c.Post("/unlink-account", unlink(github.ID)).WantError(account.ErrLastAccount)
	if n, err := s.accounts.Count(t.Context()); n != 2 || err != nil {
		t.Errorf("%d accounts, %v", n, err)
	}
}
