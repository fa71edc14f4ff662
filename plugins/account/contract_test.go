package account_test

import (
	"fmt"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
)

func TestContract(t *testing.T) {
	t.Parallel()
	var made atomic.Int32
	// linked gives a client's user two accounts and returns the row of one.
	linked := func(k *plugintest.Kit, c *plugintest.Client) string {
		id := ""
		for range 2 {
			row := &betterauth.Account{UserID: c.User.ID, ProviderID: "elsewhere", AccountID: fmt.Sprint(made.Add(1))}
			if err := plugintest.StoreOf[betterauth.Account](k).Create(t.Context(), row); err != nil {
				t.Error(err)
			}
			id = row.ID
		}
		return id
	}
	unlink := func(id string) plugintest.Request { return plugintest.Request{Body: map[string]any{"accountId": id}} }
	plugintest.Run(t,
		func() betterauth.Plugin {
			return account.New(account.Config{ChangeEmail: account.ChangeEmailConfig{Enabled: true}, DeleteUser: account.DeleteUserConfig{Enabled: true, MailToken: true}})
		},
		plugintest.Companions(func() []betterauth.Plugin {
			return []betterauth.Plugin{emailverification.New(emailverification.Config{})}
		}),
		plugintest.Sample("updateUser", func(*plugintest.Kit, *plugintest.Client) plugintest.Request {
			return plugintest.Request{Body: map[string]any{"name": fmt.Sprint("Name ", made.Add(1)), "image": "https://example.com/a.png"}}
		}),
		plugintest.Sample("changeEmail", func(*plugintest.Kit, *plugintest.Client) plugintest.Request {
			return plugintest.Request{Body: map[string]any{"newEmail": fmt.Sprintf("new%d@example.com", made.Add(1)), "callbackURL": "/home"}}
		}),
		plugintest.Sample("deleteUser", func(*plugintest.Kit, *plugintest.Client) plugintest.Request {
			return plugintest.Request{Body: map[string]any{"callbackURL": "/bye"}}
		}),
		plugintest.Sample("deleteUserCallback", func(k *plugintest.Kit, c *plugintest.Client) plugintest.Request {
			c.Post("/delete-user", map[string]any{"callbackURL": "/bye"}).Want(200)
			return plugintest.Request{Query: url.Values{"token": {k.Mail().Token}, "callbackURL": {"/bye"}}}
		}),
		plugintest.SingleUse("deleteUserCallback", func(k *plugintest.Kit, c *plugintest.Client) plugintest.Request {
			c.Post("/delete-user", map[string]any{}).Want(200)
			return plugintest.Request{Query: url.Values{"token": {k.Mail().Token}}}
		}),
		plugintest.Sample("unlinkAccount", func(k *plugintest.Kit, c *plugintest.Client) plugintest.Request {
			return unlink(linked(k, c))
		}),
		plugintest.Owned("unlinkAccount", func(k *plugintest.Kit, c *plugintest.Client) plugintest.Ownership {
			return plugintest.Ownership{ID: linked(k, c), Request: unlink}
		}),
		plugintest.SingleUse("unlinkAccount", func(k *plugintest.Kit, c *plugintest.Client) plugintest.Request {
			linked(k, c)
			return unlink(linked(k, c))
		}),
	)
}
