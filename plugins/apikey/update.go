package apikey

import (
	"context"
	"errors"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// UpdateInput is the input of updateApiKey. Missing members stay unchanged. Server-only
// members are refused if a client may have sent them.
type UpdateInput struct {
	ConfigID *string `json:"configId"`
	KeyID    string  `json:"keyId"`
	// UserID is the owner where there is no session. Server-only.
	UserID  *string `json:"userId" check:"coerce"`
	Name    *string `json:"name"`
	Enabled *bool   `json:"enabled"`
	// Remaining and the members up to Metadata are server-only; see CreateInput.
	Remaining      *int64         `json:"remaining" check:"min=1,max=2147483647"`
	RefillAmount   *int64         `json:"refillAmount" check:"min=0,max=2147483647"`
	RefillInterval *int64         `json:"refillInterval" check:"min=0,max=2147483647"`
	Metadata       jsontext.Value `json:"metadata"`
	// ExpiresIn is a number of seconds from now; with null the key lasts for ever.
	// Neither exceeds Expiry.Max; see Update.
	ExpiresIn jsontext.Value `json:"expiresIn"`
	// The rest is server-only.
	RateLimitEnabled    *bool  `json:"rateLimitEnabled"`
	RateLimitTimeWindow *int64 `json:"rateLimitTimeWindow" check:"min=0,max=2147483647"`
	RateLimitMax        *int64 `json:"rateLimitMax" check:"min=0,max=2147483647"`
	// Permissions is an object of lists; null removes all permissions.
	Permissions jsontext.Value `json:"permissions"`
}

func (in *UpdateInput) serverOnly() bool {
	return in.Remaining != nil || in.RefillAmount != nil || in.RefillInterval != nil || in.RateLimitTimeWindow != nil ||
		in.RateLimitMax != nil || in.RateLimitEnabled != nil || in.Permissions != nil
}

func (k *Keys) updateKey(c *betterauth.Ctx, in UpdateInput) (*Answer, error) {
	// Demanded here, since the types of these members cannot be.
	if _, err := in.life(); err != nil {
		return nil, err
	}
	if _, err := in.permissions(); err != nil {
		return nil, err
	}
	user, remote, owner := caller(c), c.FromClient(), betterauth.OrZero(in.UserID)
	switch {
	case user == nil && owner == "", user != nil && owner != "" && owner != user.ID:
		return nil, ErrUnauthorizedSession
	case remote && in.serverOnly():
		return nil, ErrServerOnly
	case user != nil:
		owner = user.ID
	}
	var key *Key
	err := bySession(c, func(ctx context.Context) (err error) {
		key, err = k.Update(ctx, owner, in)
		return err
	})
	if err != nil {
		return nil, err
	}
	return key.Answer(), nil
}

// Update changes a key of a user, server-only members included. Another user's key is
// ErrKeyNotFound, like a key that does not exist.
//
// No number of updates lets a key outlast Expiry.Max, counted from when it was made. A
// later end is ErrExpiresTooLate, unless it is no later than the key's present end. So is
// null, unless keys that are made without a life last for ever. Both rules also apply in
// process.
func (k *Keys) Update(ctx context.Context, userID string, in UpdateInput) (*Key, error) {
	conf, where, err := k.find(ctx, userID, in.ConfigID, in.KeyID)
	if err != nil {
		return nil, err
	}
	if _, err := k.one(ctx, where); err != nil {
		return nil, err
	}
	set, err := in.set(conf, k.host)
	if err != nil {
		return nil, err
	}
	if len(set) == 0 {
		return nil, ErrNoValues
	}
	set["updatedAt"] = k.host.Now()
	// In the statement, since others may shorten the key's life meanwhile.
	key, err := k.store.UpdateOne(ctx, set, append(where, conf.withinLife(set)...)...)
	if errors.Is(err, database.ErrNotFound) {
		if _, err := k.one(ctx, where); err != nil {
			return nil, err
		}
		return nil, ErrExpiresTooLate
	}
	if err != nil {
		return nil, err
	}
	betterauth.Emit(ctx, k.host, Updated{UserID: userID, KeyID: key.ID})
	k.sweep(ctx)
	k.repair(ctx, key)
	return key, nil
}

// withinLife are the keys whose end may be the one in set.
func (c *Config) withinLife(set database.Set) []database.Cond {
	end, ok := set["expiresAt"].(time.Time)
	if !ok {
		return nil
	}
	return []database.Cond{database.Or(
		database.Gte("createdAt", end.Add(-c.Expiry.Max)),
		database.IsNull("expiresAt"), database.Gte("expiresAt", end),
	)}
}

func (in *UpdateInput) set(conf *Config, host *betterauth.Host) (database.Set, error) {
	set := database.Set{}
	if in.Name != nil {
		if err := conf.checkName(*in.Name); err != nil {
			return nil, err
		}
		set["name"] = *in.Name
	}
	if in.ExpiresIn != nil {
		if conf.Expiry.DisableCustom {
			return nil, ErrExpiryDisabled
		}
		life, err := in.life()
		if err != nil {
			return nil, err
		}
		switch {
		case life != nil:
			if err := conf.checkLife(*life); err != nil {
				return nil, err
			}
			set["expiresAt"] = host.Now().Add(seconds(*life))
		case conf.Expiry.Default > 0:
			return nil, ErrExpiresTooLate
		default:
			set["expiresAt"] = nil
		}
	}
	if in.Metadata != nil && conf.EnableMetadata {
		if kind := in.Metadata.Kind(); kind != '{' && kind != '[' && kind != 'n' {
			return nil, ErrInvalidMetadata
		}
		text, err := compact(in.Metadata)
		if err != nil {
			return nil, err
		}
		set["metadata"] = *text
	}
	switch {
	case in.RefillAmount != nil && in.RefillInterval == nil:
		return nil, ErrNeedsRefillInterval
	case in.RefillInterval != nil && in.RefillAmount == nil:
		return nil, ErrNeedsRefillAmount
	}
	if err := counts(in.Remaining, in.RefillAmount, in.RefillInterval, in.RateLimitMax, in.RateLimitTimeWindow); err != nil {
		return nil, err
	}
	if in.Permissions != nil {
		permissions, err := in.permissions()
		if err != nil {
			return nil, err
		}
		text, err := permissions.text()
		if err != nil {
			return nil, err
		}
		set["permissions"] = text
	}
	put(set, "enabled", in.Enabled)
	put(set, "remaining", in.Remaining)
	put(set, "refillAmount", in.RefillAmount)
	put(set, "refillInterval", in.RefillInterval)
	put(set, "rateLimitEnabled", in.RateLimitEnabled)
	put(set, "rateLimitTimeWindow", in.RateLimitTimeWindow)
	put(set, "rateLimitMax", in.RateLimitMax)
	return set, nil
}

func put[T any](set database.Set, column string, value *T) {
	if value != nil {
		set[column] = *value
	}
}

// life reads ExpiresIn; nil for null.
func (in *UpdateInput) life() (*float64, error) {
	if in.ExpiresIn == nil || in.ExpiresIn.Kind() == 'n' {
		return nil, nil
	}
	var n float64
	if in.ExpiresIn.Kind() != '0' || json.Unmarshal(in.ExpiresIn, &n) != nil {
		return nil, betterauth.ErrValidation.Messagef("[body.expiresIn] Invalid input: expected number")
	}
	if n < 1 {
		return nil, betterauth.ErrValidation.Messagef("[body.expiresIn] Too small: expected number to be >=1")
	}
	return &n, nil
}

func (in *UpdateInput) permissions() (Permissions, error) {
	var p Permissions
	if in.Permissions != nil && (in.Permissions.Kind() != '{' && in.Permissions.Kind() != 'n' || json.Unmarshal(in.Permissions, &p) != nil) {
		return nil, betterauth.ErrValidation.Messagef("[body.permissions] Invalid input: expected record")
	}
	return p, nil
}
