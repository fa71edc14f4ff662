package notes_test

import (
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/examples/customplugin/notes"
)

func TestContract(t *testing.T) {
	plugintest.Run(t, func() betterauth.Plugin { return new(notes.Notes) })
}
