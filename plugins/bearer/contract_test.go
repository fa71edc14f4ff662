package bearer_test

import (
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/bearer"
)

func TestContract(t *testing.T) {
	t.Parallel()
	plugintest.Run(t, func() betterauth.Plugin { return bearer.New(bearer.Config{}) })
}
