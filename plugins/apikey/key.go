package apikey

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Key is a key as stored; row hooks get it. It does not hold the key's text, only the
// hash by which it is looked up.
type Key struct {
	ConfigID string  `json:"configId" db:"configId,index,default=default"`
	Name     *string `json:"name"`
	// Start is the beginning of the key's text, by which its owner recognizes it.
	Start *string `json:"start"`
	// ReferenceID is the owner: a user's id, or an organization's.
	ReferenceID string  `json:"referenceId" db:"referenceId,index"`
	Prefix      *string `json:"prefix"`
	// Hash is the SHA-256 of the key's text in base64url, or the text itself with
	// Config.InsecurePlainKeys.
	Hash string `json:"-" db:"key,index,hidden"`
	// RefillInterval is how often Remaining is reset to RefillAmount, in milliseconds.
	RefillInterval *int64     `json:"refillInterval"`
	RefillAmount   *int64     `json:"refillAmount"`
	LastRefillAt   *time.Time `json:"lastRefillAt"`
	Enabled        *bool      `json:"enabled" db:"enabled,default=true"`
	// RateLimitEnabled, RateLimitTimeWindow in milliseconds and RateLimitMax are
	// the key's own limit; RequestCount is how many uses its window has seen.
	RateLimitEnabled    *bool  `json:"rateLimitEnabled" db:"rateLimitEnabled,default=true"`
	RateLimitTimeWindow *int64 `json:"rateLimitTimeWindow"`
	RateLimitMax        *int64 `json:"rateLimitMax"`
	RequestCount        *int64 `json:"requestCount" db:"requestCount,default=0"`
	// Remaining is how many uses are left, nil for any number.
	Remaining   *int64     `json:"remaining"`
	LastRequest *time.Time `json:"lastRequest"`
	ExpiresAt   *time.Time `json:"expiresAt"`
	CreatedAt   time.Time  `json:"createdAt"`
	UpdatedAt   time.Time  `json:"updatedAt"`
	// Permissions and Metadata are JSON; see PermissionSet and MetadataValue.
	Permissions *string `json:"permissions"`
	Metadata    *string `json:"metadata"`
	ID          string  `json:"id"`
}

// Permissions are the actions allowed on each resource.
type Permissions map[string][]string

func (p Permissions) clone() Permissions {
	out := maps.Clone(p)
	for resource, actions := range out {
		out[resource] = slices.Clone(actions)
	}
	return out
}

// Allow reports whether p has every action in asked. It is false if asked is empty or has
// a resource without an action.
func (p Permissions) Allow(asked Permissions) bool {
	for resource, actions := range asked {
		if len(actions) == 0 {
			return false
		}
		for _, action := range actions {
			if !slices.Contains(p[resource], action) {
				return false
			}
		}
	}
	return len(asked) > 0
}

func (p Permissions) text() (*string, error) {
	if p == nil {
		return nil, nil
	}
	out := Permissions{}
	for resource, actions := range p {
		out[resource] = append([]string{}, actions...) // null would be no list
	}
	raw, err := json.Marshal(out, json.Deterministic(true))
	text := string(raw)
	return &text, err
}

// PermissionSet returns the key's permissions; nil for none, and if the stored text
// cannot be read.
func (k *Key) PermissionSet() Permissions {
	var p Permissions
	if k.Permissions == nil || json.Unmarshal([]byte(*k.Permissions), &p) != nil {
		return nil
	}
	return p
}

// MetadataValue returns the key's metadata; null for none.
func (k *Key) MetadataValue() jsontext.Value {
	value, _ := readMetadata(k.Metadata)
	return value
}

var null = jsontext.Value("null")

// readMetadata reads the column metadata. legacy says that what is there is
// JSON within a JSON string, as older releases of the reference left it.
func readMetadata(stored *string) (value jsontext.Value, legacy bool) {
	if stored == nil || *stored == "" {
		return null, false
	}
	value = jsontext.Value(*stored)
	if value.Compact() != nil {
		return null, false
	}
	if value.Kind() != '"' {
		return value, false
	}
	var inner string
	if json.Unmarshal(value, &inner) != nil {
		return null, false
	}
	if value = jsontext.Value(inner); value.Compact() != nil {
		return null, false
	}
	return value, true
}

// repair rewrites metadata of the legacy form, in the rows and in the table.
// Nothing depends on it: a failure is logged.
func (k *Keys) repair(ctx context.Context, keys ...*Key) {
	for _, key := range keys {
		value, legacy := readMetadata(key.Metadata)
		if !legacy {
			continue
		}
		text, before := string(value), *key.Metadata
		key.Metadata = &text
		if _, err := k.store.Update(ctx, database.Set{"metadata": text}, database.Eq("id", key.ID), database.Eq("metadata", before)); err != nil {
			k.host.Logger().Warn("metadata of the legacy form could not be repaired", "id", key.ID, "error", err)
		}
	}
}

// Answer is a key as clients see it.
type Answer struct {
	ConfigID    string  `json:"configId"`
	Name        *string `json:"name"`
	Start       *string `json:"start"`
	ReferenceID string  `json:"referenceId"`
	Prefix      *string `json:"prefix"`
	// Key is the text of the key. It is set only in the answer to its creation.
	Key                 string         `json:"key,omitzero"`
	RefillInterval      *int64         `json:"refillInterval"`
	RefillAmount        *int64         `json:"refillAmount"`
	LastRefillAt        *time.Time     `json:"lastRefillAt"`
	Enabled             *bool          `json:"enabled"`
	RateLimitEnabled    *bool          `json:"rateLimitEnabled"`
	RateLimitTimeWindow *int64         `json:"rateLimitTimeWindow"`
	RateLimitMax        *int64         `json:"rateLimitMax"`
	RequestCount        *int64         `json:"requestCount"`
	Remaining           *int64         `json:"remaining"`
	LastRequest         *time.Time     `json:"lastRequest"`
	ExpiresAt           *time.Time     `json:"expiresAt"`
	CreatedAt           time.Time      `json:"createdAt"`
	UpdatedAt           time.Time      `json:"updatedAt"`
	Permissions         jsontext.Value `json:"permissions"`
	Metadata            jsontext.Value `json:"metadata"`
	ID                  string         `json:"id"`
}

// Answer returns the key as clients see it.
func (k *Key) Answer() *Answer {
	permissions := null
	if k.Permissions != nil {
		if value := jsontext.Value(*k.Permissions); value.Compact() == nil {
			permissions = value
		}
	}
	return &Answer{
		ConfigID: k.ConfigID, Name: k.Name, Start: k.Start, ReferenceID: k.ReferenceID, Prefix: k.Prefix,
		RefillInterval: k.RefillInterval, RefillAmount: k.RefillAmount, LastRefillAt: k.LastRefillAt, Enabled: k.Enabled,
		RateLimitEnabled: k.RateLimitEnabled, RateLimitTimeWindow: k.RateLimitTimeWindow, RateLimitMax: k.RateLimitMax,
		RequestCount: k.RequestCount, Remaining: k.Remaining, LastRequest: k.LastRequest, ExpiresAt: k.ExpiresAt,
		CreatedAt: k.CreatedAt, UpdatedAt: k.UpdatedAt, Permissions: permissions, Metadata: k.MetadataValue(), ID: k.ID,
	}
}

// asText is raw JSON for a text column.
func asText(raw jsontext.Value) *string {
	text := strings.Clone(string(raw))
	return &text
}
