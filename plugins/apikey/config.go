package apikey

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
)

// Config says what one kind of keys is like. The zero value is the
// reference's. Its functions are called concurrently.
type Config struct {
	// ConfigID names this configuration where there are several, which all need
	// one then; keys belong to the configuration they were made with. Default
	// "default", the one that counts where a request names none.
	ConfigID string

	// KeyLength is how many letters a key has after its prefix. Default 64; at
	// least 20, which is 114 bits.
	KeyLength int
	// Prefix begins a key that is made without a prefix of its own. Default none.
	Prefix string
	// Generate makes the text of a key, prefix included. Default: letters from
	// the application's source of randomness.
	Generate func(ctx context.Context, length int, prefix string) (string, error)
	// Validate says whether a key can be one at all, before it is looked up for a
	// session and after that for Verify. Default: any can.
	Validate func(ctx context.Context, key string) (bool, error)
	// InsecurePlainKeys stores keys as they are and not their SHA-256: whoever
	// reads the table can use them. Default false.
	InsecurePlainKeys bool
	// HideStart does not store the first characters of a key, by which its owner
	// tells it from others. Default false.
	HideStart bool
	// StartLength is how many characters that are, prefix included. Default 6.
	StartLength int

	// MinPrefixLength and MaxPrefixLength bound a prefix. Default 1 and 32.
	MinPrefixLength, MaxPrefixLength int
	// MinNameLength and MaxNameLength bound a name in UTF-16 code units. Default
	// 1 and 32.
	MinNameLength, MaxNameLength int
	// RequireName refuses keys without a name. Default false.
	RequireName bool
	// EnableMetadata lets clients keep an object with a key. Default false.
	EnableMetadata bool

	// RateLimit is what new keys are limited to.
	RateLimit RateLimit
	// Expiry says how long keys last.
	Expiry Expiry
	// Permissions are those of keys made without any. Default none.
	Permissions Permissions
	// PermissionsFor gives such keys the permissions that it returns, nil for
	// those of Permissions. owner is the user's id.
	PermissionsFor func(ctx context.Context, owner string) (Permissions, error)

	// EnableSessions lets a key stand for its owner: a request with one is from
	// them, without a session. See the package comment for what it may do. Every
	// request under the base path with a key then counts as a use of it.
	EnableSessions bool
	// Headers carry the key, the first that is set. Default X-API-Key.
	Headers []string
	// KeyFrom finds the key of a request instead, "" for none.
	KeyFrom func(c *betterauth.Ctx) (string, error)

	// EndOnPasswordReset deletes a user's keys of this configuration when their
	// password is reset, by a link, a code or an administrator. The first proof of
	// their address, a ban and their deletion end all keys anyway. Default false.
	EndOnPasswordReset bool

	// Organizations are the owners, not users. The plugin that knows them is not
	// part of this project: requests about such keys answer 500
	// ORGANIZATION_PLUGIN_REQUIRED, and they stand for nobody; Verify alone works.
	Organizations bool
}

// RateLimit bounds how often a key is used. It is copied into each key, where
// the server can change it.
type RateLimit struct {
	// Disabled limits no key of this configuration. Default false.
	Disabled bool
	// Window begins with the first use; a use more than this after the last one
	// begins another. Default 24 hours; at most 24 days.
	Window time.Duration
	// Max is how many uses a window has. Default 10.
	Max int
}

// Expiry says how long keys last.
type Expiry struct {
	// Default is the life of a key made without one. Default 0: for ever.
	Default time.Duration
	// DisableCustom refuses lives that clients choose. Default false.
	DisableCustom bool
	// Min and Max bound them, Max from when the key was made, however often it is
	// updated. Default 1 day and 365 days.
	Min, Max time.Duration
}

const defaultConfigID = "default"

func (c Config) withDefaults() *Config {
	setDefault(&c.ConfigID, defaultConfigID)
	setDefault(&c.KeyLength, 64)
	setDefault(&c.StartLength, 6)
	setDefault(&c.MinPrefixLength, 1)
	setDefault(&c.MaxPrefixLength, 32)
	setDefault(&c.MinNameLength, 1)
	setDefault(&c.MaxNameLength, 32)
	setDefault(&c.RateLimit.Window, 24*time.Hour)
	setDefault(&c.RateLimit.Max, 10)
	setDefault(&c.Expiry.Min, 24*time.Hour)
	setDefault(&c.Expiry.Max, 365*24*time.Hour)
	if len(c.Headers) == 0 {
		c.Headers = []string{"X-API-Key"}
	}
	c.Permissions = c.Permissions.clone()
	return &c
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func (c *Config) check() error {
	var problems []error
	add := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("configuration %q: "+format, append([]any{c.ConfigID}, args...)...))
	}
	if c.KeyLength < 20 {
		add("KeyLength %d is less than 20: such keys can be guessed", c.KeyLength)
	}
	if c.MinPrefixLength < 0 || c.MaxPrefixLength < c.MinPrefixLength {
		add("MinPrefixLength and MaxPrefixLength leave no prefix")
	}
	if c.MinNameLength < 0 || c.MaxNameLength < c.MinNameLength {
		add("MinNameLength and MaxNameLength leave no name")
	}
	if c.Prefix != "" && !prefixSyntax.MatchString(c.Prefix) {
		add("Prefix %q has more than letters, digits, _ and -", c.Prefix)
	}
	if c.StartLength < 0 || c.StartLength > len(c.Prefix)+c.KeyLength/2 {
		add("StartLength %d gives away too much of a key", c.StartLength)
	}
	if c.RateLimit.Window < 0 || c.RateLimit.Window.Milliseconds() > math.MaxInt32 || c.RateLimit.Max < 0 || c.RateLimit.Max > math.MaxInt32 {
		add("RateLimit has a Window of more than 24 days, or a negative or enormous number")
	}
	if c.Expiry.Default < 0 || c.Expiry.Min < 0 || c.Expiry.Max < c.Expiry.Min {
		add("Expiry.Min and Expiry.Max leave no life")
	}
	return errors.Join(problems...)
}

// ids are the values of the column configId that belong to this configuration.
func (c *Config) ids() []any {
	if c.ConfigID == defaultConfigID {
		return []any{defaultConfigID, ""}
	}
	return []any{c.ConfigID}
}

func (c *Config) owns(configID string) bool { return slices.Contains(c.ids(), any(configID)) }

// Check implements betterauth.Checker.
func (k *Keys) Check(betterauth.Site) error {
	var problems []error
	seen := map[string]bool{}
	for i, c := range k.configs {
		if len(k.configs) > 1 && k.unnamed[i] {
			problems = append(problems, fmt.Errorf("configuration number %d of several needs a ConfigID", i+1))
		}
		if seen[c.ConfigID] {
			problems = append(problems, fmt.Errorf("two configurations are called %q", c.ConfigID))
		}
		seen[c.ConfigID] = true
		problems = append(problems, c.check())
	}
	return errors.Join(problems...)
}

// config finds a configuration by name. What is unknown is the default one, as
// in the reference.
func (k *Keys) config(id string) (*Config, error) {
	var standard *Config
	for _, c := range k.configs {
		if id != "" && c.ConfigID == id {
			return c, nil
		}
		if c.ConfigID == defaultConfigID {
			standard = c
		}
	}
	if standard == nil {
		return nil, ErrNoDefaultConfig
	}
	return standard, nil
}
