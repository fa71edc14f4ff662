package betterauth_test

import (
	"context"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database/sqlite"
)

// exampleAuth builds what the examples need and the example of the package shows
// in full: an Auth with some plugins, on an empty database in memory. done closes
// both.
func exampleAuth(cfg betterauth.Config, plugins ...betterauth.Plugin) (auth *betterauth.Auth, done func()) {
	db, err := sqlite.Open(":memory:")
	if err != nil {
		panic(err)
	}
	cfg.BaseURL = "http://localhost:3000"
	cfg.Secret = "an example secret of 32 letters or more"
	cfg.Schema = betterauth.SchemaMigrate
	cfg.Password.Hasher = plugintest.FastHasher{} // for examples and tests only
	auth, err = betterauth.New(cfg).Database(db).Plugin(plugins...).Build(context.Background())
	if err != nil {
		panic(err)
	}
	return auth, func() {
		if err := auth.Close(context.Background()); err != nil {
			panic(err)
		}
		if err := db.Close(); err != nil {
			panic(err)
		}
	}
}
