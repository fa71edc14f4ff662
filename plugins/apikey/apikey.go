// Package apikey gives users keys for programs: random text that is stored as its hash,
// with a name, permissions, an expiry, a rate limit and a number of uses. The limits are
// exact under any number of concurrent requests.
//
// A program's own handlers check a key with [Keys.Verify]. With [Config].EnableSessions a
// key also stands for its owner wherever a session is enough: in
// [betterauth.Auth.Session], [betterauth.Auth.RequireSession] and operations declared
// [betterauth.WithSession]. But a key is not a session, since nobody signed in. So
// operations that require a stored or a fresh session answer a key with 401: listing and
// ending sessions, changing the password, the address or the profile, adding passkeys,
// deleting the account, and making, changing or deleting keys.
//
// Start with [New] and [Config]. A key is made in create.go, checked in verify.go and
// counted in use.go; session.go lets it stand for its owner.
package apikey

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync/atomic"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// The names that other plugins refer to.
const (
	ID                      = "api-key"
	CreateAPIKey            = "createApiKey"
	VerifyAPIKey            = "verifyApiKey"
	GetAPIKey               = "getApiKey"
	UpdateAPIKey            = "updateApiKey"
	DeleteAPIKey            = "deleteApiKey"
	ListAPIKeys             = "listApiKeys"
	DeleteAllExpiredAPIKeys = "deleteAllExpiredApiKeys"
	// Source is the Identity.Source of an identity from a key.
	Source = "api-key"
)

// Keys is the plugin. Make one with New for each Auth. Its methods are safe for
// concurrent use once the Auth is built.
type Keys struct {
	configs []*Config
	unnamed []bool
	host    *betterauth.Host
	store   *database.Store[Key]
	users   *database.Store[betterauth.User]
	swept   atomic.Int64 // when, in milliseconds
}

var (
	_ betterauth.Plugin      = (*Keys)(nil)
	_ betterauth.Checker     = (*Keys)(nil)
	_ betterauth.Initializer = (*Keys)(nil)
)

// New makes the plugin with one configuration or several; none is the zero
// Config.
func New(configs ...Config) *Keys {
	if len(configs) == 0 {
		configs = []Config{{}}
	}
	k := &Keys{}
	for _, c := range configs {
		k.unnamed = append(k.unnamed, c.ConfigID == "")
		k.configs = append(k.configs, c.withDefaults())
	}
	return k
}

// Manifest implements betterauth.Plugin.
func (k *Keys) Manifest() betterauth.Manifest {
	m := betterauth.Manifest{
		ID:     ID,
		Emits:  events(),
		Schema: betterauth.Schema{Tables: []database.Table{database.TableOf[Key]("apikey")}},
		Endpoints: []betterauth.Endpoint{
			// A key outlives the session that it is made with, so that one is fresh.
			betterauth.Handle(betterauth.Operation{
				ID: CreateAPIKey, Method: http.MethodPost, Path: "/api-key/create", Access: betterauth.WithFreshSessionOrInProcess,
				Summary: "Makes a key; its text is in this answer alone.",
				Errors: []*betterauth.ErrorCode{ErrUnauthorizedSession, ErrServerOnly, ErrNoDefaultConfig, ErrMetadataDisabled, ErrInvalidMetadata, ErrExpiryDisabled,
					ErrExpiresTooSoon, ErrExpiresTooLate, ErrPrefixLength, ErrNameLength, ErrNameRequired, ErrOrganizationRequired, ErrNoOrganizations, ErrNeedsRefillInterval, ErrNeedsRefillAmount},
			}, k.createKey),
			betterauth.Handle(betterauth.Operation{
				ID: VerifyAPIKey, Access: betterauth.ServerOnly, Summary: "Checks a key and counts its use.",
			}, k.verifyKey),
			betterauth.Handle(betterauth.Operation{
				ID: GetAPIKey, Method: http.MethodGet, Path: "/api-key/get", Access: betterauth.WithSession,
				Summary: "One of the user's keys.", Errors: []*betterauth.ErrorCode{ErrKeyNotFound, ErrNoDefaultConfig, ErrNoOrganizations},
			}, k.getKey),
			betterauth.Handle(betterauth.Operation{
				ID: UpdateAPIKey, Method: http.MethodPost, Path: "/api-key/update", Access: betterauth.WithStoredSessionOrInProcess,
				Summary: "Changes one of the user's keys.",
				Errors: []*betterauth.ErrorCode{ErrUnauthorizedSession, ErrServerOnly, ErrKeyNotFound, ErrNoValues, ErrNoDefaultConfig, ErrInvalidMetadata,
					ErrExpiryDisabled, ErrExpiresTooSoon, ErrExpiresTooLate, ErrNameLength, ErrNoOrganizations, ErrNeedsRefillInterval, ErrNeedsRefillAmount},
			}, k.updateKey),
			betterauth.Handle(betterauth.Operation{
				ID: DeleteAPIKey, Method: http.MethodPost, Path: "/api-key/delete", Access: betterauth.WithStoredSession,
				Summary: "Deletes one of the user's keys.", Errors: []*betterauth.ErrorCode{ErrKeyNotFound, ErrUserBanned, ErrNoDefaultConfig, ErrNoOrganizations},
			}, k.deleteKey),
			betterauth.Handle(betterauth.Operation{
				ID: ListAPIKeys, Method: http.MethodGet, Path: "/api-key/list", Access: betterauth.WithSession,
				Summary: "The user's keys.", Errors: []*betterauth.ErrorCode{ErrNoDefaultConfig, ErrNoOrganizations},
			}, k.listKeys),
			betterauth.Handle(betterauth.Operation{
				ID: DeleteAllExpiredAPIKeys, Access: betterauth.ServerOnly, Summary: "Deletes the keys that have expired.",
			}, k.deleteAllExpired),
		},
		After:       []betterauth.AfterHook{betterauth.AfterMatch(isOwnRefusal, refuseInOwnWords)},
		Credentials: []betterauth.Credentials{{Name: "API key", Tables: []string{"apikey"}, Ends: betterauth.UserBanned | betterauth.PasswordReset, Revoke: k.revoke}},
		Errors:      refused,
	}
	if k.sessions() {
		m.Errors = append(slices.Clip(m.Errors), errForbiddenKey)
		m.Sources = []betterauth.SessionSource{betterauth.IdentitySource(Source, k.vouch)}
		m.Before = []betterauth.BeforeHook{betterauth.BeforeMatch(betterauth.Every, k.beforeEvery)}
	}
	return m
}

// isOwnRefusal says where a client without a session meets a code of the
// plugin's own, as the reference's clients know it.
func isOwnRefusal(op betterauth.Operation) bool {
	return op.ID == CreateAPIKey || op.ID == UpdateAPIKey
}

func refuseInOwnWords(_ *betterauth.Ctx, r *betterauth.Result) error {
	if errors.Is(r.Err, betterauth.ErrUnauthorized) {
		r.Value, r.Err = nil, ErrUnauthorizedSession.Because(r.Err)
	}
	return nil
}

// Init implements betterauth.Initializer.
func (k *Keys) Init(_ context.Context, h *betterauth.Host) (err error) {
	k.host = h
	k.users = h.UserStore()
	k.store, err = betterauth.StoreOf[Key](h)
	return err
}

// revoke deletes a user's keys. After a reset of the password those stay whose
// configuration does not say otherwise: programs have no part in it.
func (k *Keys) revoke(ctx context.Context, r betterauth.Revocation) error {
	where := k.ofUser(r.User.ID)
	if r.Ending == betterauth.PasswordReset {
		var ending []any
		for _, c := range k.configs {
			if c.EndOnPasswordReset {
				ending = append(ending, c.ids()...)
			}
		}
		where = append(where, database.In("configId", ending...))
	}
	_, err := k.remove(ctx, where...)
	return err
}

// ofUser are the keys that a user owns.
func (k *Keys) ofUser(userID string) []database.Cond {
	where := []database.Cond{database.Eq("referenceId", userID)}
	var others []any
	for _, c := range k.configs {
		if c.Organizations {
			others = append(others, c.ids()...)
		}
	}
	if len(others) > 0 {
		where = append(where, database.NotIn("configId", others...))
	}
	return where
}
