package plugins_test

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/apikey"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/go-json-experiment/json/jsontext"
)

// Sixty registrations are in flight when something ends what they add: none is
// left, whichever came first.
func TestNoWayInIsLeftByARace(t *testing.T) {
	t.Parallel()
	const many = 60
	for name, tt := range map[string]struct {
		// request is what each client sends, prepared before.
		request func(s *endingsSite, c *plugintest.Client) (path string, body map[string]any)
		end     func(s *endingsSite) error
		left    func(s *endingsSite) (int, error)
	}{
		"passkeys and the first proof of the address": {registration, func(s *endingsSite) error {
			_, _, err := s.Host.ProvenUser(s.t.Context(), s.ada.Email, nil)
			return err
		}, passkeysLeft},
		"passkeys and a revocation that takes them along": {registration, func(s *endingsSite) error {
			return s.Host.Transaction(s.t.Context(), func(ctx context.Context) error {
				if _, err := s.Host.Sessions().RevokeAll(ctx, s.ada.ID); err != nil {
					return err
				}
				_, err := plugintest.StoreOf[passkey.Passkey](s.Kit).Delete(ctx, database.Eq("userId", s.ada.ID))
				return err
			})
		}, passkeysLeft},
		"API keys and a ban": {func(*endingsSite, *plugintest.Client) (string, map[string]any) {
			return "/api-key/create", map[string]any{"name": "k", "configId": "default"}
		}, func(s *endingsSite) error {
			if a := s.admin().Post("/admin/ban-user", map[string]any{"userId": s.ada.ID}); a.Status != http.StatusOK {
				s.t.Errorf("banning answers %d %s", a.Status, a.Body)
			}
			return nil
		}, func(s *endingsSite) (int, error) {
			return plugintest.StoreOf[apikey.Key](s.Kit).Count(s.t.Context())
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			databasetest.Each(t, func(t *testing.T, db *database.DB) {
				s := newEndingsSite(t, db).with(t)
				s.setVerified(false)
				ada := s.SignedInAs(s.ada)
				type prepared struct {
					c    *plugintest.Client
					path string
					body map[string]any
				}
				all := make([]prepared, many)
				for i := range all {
					c := ada.Fork()
					path, body := tt.request(s, c)
					all[i] = prepared{c, path, body}
				}
				var added, refusals atomic.Int32
				var wg sync.WaitGroup
				for i, one := range all {
					wg.Go(func() {
						switch a := one.c.Post(one.path, one.body); a.Status {
						case http.StatusOK:
							added.Add(1)
						case http.StatusUnauthorized, http.StatusForbidden:
							refusals.Add(1)
						case http.StatusBadRequest:
							if a.Code() != passkey.ErrChallengeNotFound.Code {
								t.Errorf("%d %s", a.Status, a.Body)
							}
							refusals.Add(1)
						default:
							t.Errorf("%d %s", a.Status, a.Body)
						}
					})
					if i == many/3 {
						wg.Go(func() {
							if err := tt.end(s); err != nil {
								t.Error(err)
							}
						})
					}
				}
				wg.Wait()
				if n, err := tt.left(s); n != 0 || err != nil {
					t.Errorf("%d of %d are left, %d were refused, %v", n, added.Load(), refusals.Load(), err)
				}
				if n, err := plugintest.StoreOf[betterauth.Session](s.Kit).Count(t.Context(), database.Eq("userId", s.ada.ID)); n != 0 || err != nil {
					t.Errorf("%d sessions, %v", n, err)
				}
			})
		})
	}
}

func registration(s *endingsSite, c *plugintest.Client) (string, map[string]any) {
	s.t.Helper()
	response, err := s.authenticator().Create(c.Get("/passkey/generate-register-options").Want(http.StatusOK).Body, passkeytest.CreateOptions{})
	if err != nil {
		s.t.Fatal(err)
	}
	return "/passkey/verify-registration", map[string]any{"response": jsontext.Value(response)}
}

func passkeysLeft(s *endingsSite) (int, error) {
	return plugintest.StoreOf[passkey.Passkey](s.Kit).Count(s.t.Context())
}
