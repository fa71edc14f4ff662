package passkey_test

import (
	"net/http"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/go-json-experiment/json/jsontext"
)

func TestContract(t *testing.T) {
	t.Parallel()
	registered := func(k *plugintest.Kit, c *plugintest.Client) (*passkeytest.Authenticator, row) {
		a := newAuthenticator()
		var made row
		response, err := a.Create(c.Get(registerOptions).Want(http.StatusOK).Body, passkeytest.CreateOptions{})
		if err != nil {
			t.Error(err)
		}
		c.Post(verifyRegistration, map[string]any{"response": jsontext.Value(response)}).Want(http.StatusOK).Into(&made)
		return a, made
	}
	registration := func(_ *plugintest.Kit, c *plugintest.Client) plugintest.Request {
		response, err := newAuthenticator().Create(c.Get(registerOptions).Want(http.StatusOK).Body, passkeytest.CreateOptions{})
		if err != nil {
			t.Error(err)
		}
		return plugintest.Request{Body: map[string]any{"response": jsontext.Value(response), "name": "A key"}}
	}
	assertion := func(k *plugintest.Kit, c *plugintest.Client) plugintest.Request {
		a, _ := registered(k, k.SignedIn("alice@example.com"))
		response, err := a.Get(c.Post(authenticateOptions, nil).Want(http.StatusOK).Body, passkeytest.GetOptions{})
		if err != nil {
			t.Error(err)
		}
		return plugintest.Request{Body: map[string]any{"response": jsontext.Value(response)}}
	}
	naming := func(id string) plugintest.Request {
		return plugintest.Request{Body: map[string]any{"id": id, "name": "Another name"}}
	}
	owned := func(k *plugintest.Kit, owner *plugintest.Client) plugintest.Ownership {
		_, made := registered(k, owner)
		return plugintest.Ownership{ID: made.ID, Request: naming}
	}
	named := func(k *plugintest.Kit, c *plugintest.Client) plugintest.Request {
		_, made := registered(k, c)
		return naming(made.ID)
	}
	plugintest.Run(t, func() betterauth.Plugin {
		return passkey.New(passkey.Config{MaxPerUser: 1000, AllowDeletingLast: true})
	},
		plugintest.Sample("verifyPasskeyRegistration", registration),
		plugintest.Sample("verifyPasskeyAuthentication", assertion),
		plugintest.Sample("deletePasskey", named),
		plugintest.Sample("updatePasskey", named),
		plugintest.Owned("deletePasskey", owned),
		plugintest.Owned("updatePasskey", owned),
		plugintest.SingleUse("verifyPasskeyRegistration", registration),
		plugintest.SingleUse("verifyPasskeyAuthentication", assertion),
		plugintest.SingleUse("deletePasskey", named),
		plugintest.Except("looks-again", "updatePasskey", "another name opens nothing"),
		plugintest.Except("fail-closed", "verifyPasskeyAuthentication", "the signature counter was used, whatever becomes of the sign-in: were it taken back, a clone could use it again"),
	)
}
