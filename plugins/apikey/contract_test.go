package apikey_test

import (
	"net/url"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/apikey"
)

func TestContract(t *testing.T) {
	t.Parallel()
	made := func(c *plugintest.Client) string {
		var key apikey.Answer
		c.Post("/api-key/create", body{"name": "key"}).Want(200).Into(&key)
		return key.ID
	}
	requests := map[string]func(id string) plugintest.Request{
		apikey.GetAPIKey: func(id string) plugintest.Request { return plugintest.Request{Query: url.Values{"id": {id}}} },
		apikey.UpdateAPIKey: func(id string) plugintest.Request {
			return plugintest.Request{Body: body{"keyId": id, "name": "other"}}
		},
		apikey.DeleteAPIKey: func(id string) plugintest.Request { return plugintest.Request{Body: body{"keyId": id}} },
	}
	options := []plugintest.Option{
		// Whose columns say who is banned.
		plugintest.Companions(func() []betterauth.Plugin { return []betterauth.Plugin{admin.New(admin.Config{})} }),
		plugintest.Sample(apikey.CreateAPIKey, func(*plugintest.Kit, *plugintest.Client) plugintest.Request {
			return plugintest.Request{Body: body{"name": "key", "prefix": "pre_"}}
		}),
		plugintest.Sample(apikey.ListAPIKeys, func(*plugintest.Kit, *plugintest.Client) plugintest.Request {
			return plugintest.Request{Query: url.Values{"limit": {"5"}}}
		}),
	}
	for id, request := range requests {
		options = append(options, plugintest.Owned(id, func(_ *plugintest.Kit, owner *plugintest.Client) plugintest.Ownership {
			return plugintest.Ownership{ID: made(owner), Request: request}
		}))
	}
	options = append(options, plugintest.SingleUse(apikey.DeleteAPIKey, func(_ *plugintest.Kit, c *plugintest.Client) plugintest.Request {
		return requests[apikey.DeleteAPIKey](made(c))
	}))
	options = append(options, plugintest.WayIn("an API key", func(_ *plugintest.Kit, owner *plugintest.Client) func(c *plugintest.Client) {
		var key apikey.Answer
		owner.Post("/api-key/create", body{"name": "key"}).Want(200).Into(&key)
		return func(c *plugintest.Client) { c.Header.Set("X-API-Key", key.Key) }
	}))
	plugintest.Run(t, func() betterauth.Plugin { return apikey.New(apikey.Config{EnableSessions: true}) }, options...)
}
