package site

import (
	"net/http"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/apikey"
)

// makeKey makes a key for a user with what only a server may say.
func (s *Site) makeKey(r *http.Request) (any, error) {
	var in struct {
		apikey.CreateInput
		Email string `json:"email"`
	}
	if err := read(r, &in); err != nil {
		return nil, err
	}
	user, err := s.user(r.Context(), in.Email)
	if err != nil {
		return nil, err
	}
	in.UserID = &user.ID
	return betterauth.Call[*apikey.Answer](r.Context(), s.auth, apikey.CreateAPIKey, in.CreateInput, betterauth.CallOptions{})
}

// changeKey writes columns of a key, as time or an older release leaves them.
func (s *Site) changeKey(r *http.Request) (any, error) {
	var in map[string]any
	if err := read(r, &in); err != nil {
		return nil, err
	}
	id := in["id"]
	delete(in, "id")
	if at, ok := moment(in["expiresAt"]); ok {
		in["expiresAt"] = at
	}
	for column, value := range in {
		if n, ok := value.(float64); ok {
			in[column] = int64(n)
		}
	}
	if text, ok := in["metadata"].(string); ok {
		in["metadata"] = string(database.AppendString(nil, text)) // the column is JSON
	}
	keys, err := betterauth.StoreOf[apikey.Key](s.auth)
	if err != nil {
		return nil, err
	}
	_, err = keys.Update(r.Context(), in, database.Eq("id", id))
	return succeeded{true}, err
}

func (s *Site) verifyKey(r *http.Request) (any, error) {
	var in apikey.VerifyInput
	if err := read(r, &in); err != nil {
		return nil, err
	}
	return betterauth.Call[apikey.VerifyAnswer](r.Context(), s.auth, apikey.VerifyAPIKey, in, betterauth.CallOptions{})
}

func (s *Site) sweepKeys(r *http.Request) (any, error) {
	return betterauth.Call[apikey.SweepAnswer](r.Context(), s.auth, apikey.DeleteAllExpiredAPIKeys, nil, betterauth.CallOptions{})
}
