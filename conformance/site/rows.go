package site

import (
	"context"
	"net/http"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// These controls make rows what no client could wait for or bring about.

// removeCredential takes the password of a user away.
func (s *Site) removeCredential(r *http.Request) (any, error) {
	var in struct {
		Email string `json:"email"`
	}
	if err := read(r, &in); err != nil {
		return nil, err
	}
	user, err := s.user(r.Context(), in.Email)
	if err != nil {
		return nil, err
	}
	accounts, err := betterauth.StoreOf[betterauth.Account](s.auth)
	if err != nil {
		return nil, err
	}
	_, err = accounts.Delete(r.Context(), database.Eq("userId", user.ID), database.Eq("providerId", betterauth.ProviderCredential))
	return succeeded{true}, err
}

// addAccount gives a user a second way in, as a social sign-in would leave it.
func (s *Site) addAccount(r *http.Request) (any, error) {
	var in struct {
		Email      string `json:"email"`
		ProviderID string `json:"providerId"`
		AccountID  string `json:"accountId"`
	}
	if err := read(r, &in); err != nil {
		return nil, err
	}
	user, err := s.user(r.Context(), in.Email)
	if err != nil {
		return nil, err
	}
	accounts, err := betterauth.StoreOf[betterauth.Account](s.auth)
	if err != nil {
		return nil, err
	}
	scope, token := "read,write", "an access token"
	return succeeded{true}, accounts.Create(r.Context(), &betterauth.Account{
		UserID: user.ID, ProviderID: in.ProviderID, AccountID: in.AccountID, Scope: &scope, AccessToken: &token,
	})
}

// ageSessions lets time pass for all sessions.
func (s *Site) ageSessions(r *http.Request) (any, error) {
	var in struct {
		Seconds int `json:"seconds"`
	}
	if err := read(r, &in); err != nil {
		return nil, err
	}
	sessions, err := betterauth.StoreOf[betterauth.Session](s.auth)
	if err != nil {
		return nil, err
	}
	age := -time.Duration(in.Seconds) * time.Second
	return succeeded{true}, s.db.Transaction(r.Context(), func(ctx context.Context) error {
		all, err := sessions.List(ctx, database.Query{})
		if err != nil {
			return err
		}
		for _, row := range all {
			_, err := sessions.Update(ctx, database.Set{
				"createdAt": row.CreatedAt.Add(age), "updatedAt": row.UpdatedAt.Add(age), "expiresAt": row.ExpiresAt.Add(age),
			}, database.Eq("id", row.ID))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// expireVerifications lets everything that is short-lived expire.
func (s *Site) expireVerifications(r *http.Request) (any, error) {
	values, err := betterauth.StoreOf[betterauth.Verification](s.auth)
	if err != nil {
		return nil, err
	}
	past := s.now().Add(-time.Second)
	_, err = values.Update(r.Context(), database.Set{"expiresAt": past}, database.Gt("expiresAt", past))
	return succeeded{true}, err
}
