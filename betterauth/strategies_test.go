package betterauth_test

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/go-json-experiment/json/jsontext"
)

// The whole job works whatever tables, columns and ids are called.
func TestNamingAndIDStrategies(t *testing.T) {
	t.Parallel()
	configs := map[string]betterauth.Config{
		"snake case plural": {Naming: database.Naming{Style: database.SnakePlural}},
		"chosen names": {Naming: database.Naming{
			Tables:  map[string]string{"user": "people", "passkey": "keys"},
			Columns: map[string]map[string]string{"user": {"email": "mail"}, "passkey": {"credentialID": "cred"}},
		}},
		"UUID":            {IDs: database.UUID},
		"serial":          {IDs: database.Serial},
		"made by program": {NewID: func(table string) string { return table + "-" + unique() }},
	}
	for name, cfg := range configs {
		cfg.Password = fastPasswords
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			databasetest.Each(t, func(t *testing.T, db *database.DB) {
				wholeJob(t, plugintest.NewWith(t, plugintest.Options{
					Config: cfg, DB: db,
					Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{}), passkey.New(passkey.Config{})},
				}))
			})
		})
	}
}

var made atomic.Int64

func unique() string { return strconv.FormatInt(made.Add(1), 10) }

// wholeJob signs up, registers a passkey, signs out and signs in with it.
func wholeJob(t *testing.T, kit *plugintest.Kit) {
	t.Helper()
	c := kit.Client()
	c.Post("/sign-up/email", signUp).Want(http.StatusOK)
	kit.Client().Post("/sign-up/email", signUp).Want(http.StatusUnprocessableEntity)
	key := passkeytest.New(passkeytest.Options{Origin: plugintest.BaseURL, CountStep: 1})
	made, err := key.Create(c.Get("/passkey/generate-register-options").Want(http.StatusOK).Body, passkeytest.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var row struct {
		ID     string `json:"id"`
		UserID string `json:"userId"`
	}
	c.Post("/passkey/verify-registration", map[string]any{"response": jsontext.Value(made)}).Want(http.StatusOK).Into(&row)
	c.Post("/sign-out", map[string]any{}).Want(http.StatusOK)
	c.Get("/list-sessions").WantError(betterauth.ErrUnauthorized)
	proof, err := key.Get(c.Get("/passkey/generate-authenticate-options").Want(http.StatusOK).Body, passkeytest.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var id struct {
		User struct {
			ID    string `json:"id"`
			Email string `json:"email"`
		} `json:"user"`
	}
	c.Post("/passkey/verify-authentication", map[string]any{"response": jsontext.Value(proof)}).Want(http.StatusOK).Into(&id)
	if id.User.Email != "a@example.com" || id.User.ID == "" || id.User.ID != row.UserID {
		t.Errorf("signed in as %+v with passkey %+v", id, row)
	}
	c.Post("/passkey/update-passkey", map[string]any{"id": row.ID, "name": "Mine"}).Want(http.StatusOK)
	c.Post("/passkey/delete-passkey", map[string]any{"id": row.ID}).Want(http.StatusOK)
	c.Post("/passkey/delete-passkey", map[string]any{"id": "no such id"}).Want(http.StatusNotFound)
}
