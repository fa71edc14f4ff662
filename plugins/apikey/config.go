package apikey

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
)

// Config describes one kind of keys. The zero value has the defaults of the TypeScript
// server. Its functions are called concurrently.
type Config struct {
	// ConfigID names this configuration. It is required if there are several. Each key
	// belongs to the configuration that made it. Default "default", which is used for
	// requests that name none.
	ConfigID string

	// KeyLength is the number of letters after the prefix, at least 20, which is 114
	// bits. Default 64.
	KeyLength int
	// Prefix is the prefix of keys that are made without one. Default none.
	Prefix string
	// Generate makes the text of a key, prefix included. Default: letters from
	// the application's source of randomness.
	Generate func(ctx context.Context, length int, prefix string) (string, error)
	// Validate reports whether a text can be a key at all. It is called before the lookup
	// for a session, and after the lookup for Verify. Default: every text can.
	Validate func(ctx context.Context, key string) (bool, error)
	// InsecurePlainKeys stores keys as they are instead of their SHA-256: whoever reads
	// the table can use them. Default false.
	InsecurePlainKeys bool
	// HideStart does not store the first characters of a key, by which its owner
	// recognizes it. Default false.
	HideStart bool
	// StartLength is how many first characters are stored, prefix included. Default 6.
	StartLength int

	// MinPrefixLength and MaxPrefixLength limit the length of a prefix. Default 1 and 32.
	MinPrefixLength, MaxPrefixLength int
	// MinNameLength and MaxNameLength limit the length of a name in UTF-16 code units.
	// Default 1 and 32.
	MinNameLength, MaxNameLength int
	// RequireName refuses keys without a name. Default false.
	RequireName bool
	// EnableMetadata lets clients store a JSON object with a key. Default false.
	EnableMetadata bool

	// RateLimit is the limit of new keys.
	RateLimit RateLimit
	// Expiry says how long keys last.
	Expiry Expiry
	// Permissions are those of keys that are made without any. Default none.
	Permissions Permissions
	// PermissionsFor returns the permissions of such keys, or nil for those of
	// Permissions. owner is the user's id. Default nil.
	PermissionsFor func(ctx context.Context, owner string) (Permissions, error)

	// EnableSessions lets a key stand for its owner: a request with a key counts as a
	// request of the owner, without a session. The package comment says what it may do.
	// Every request with a key under the base path then counts as a use of the key.
	// Default false.
	EnableSessions bool
	// Headers are the headers that may carry the key; the first one that is set counts.
	// Default X-API-Key.
	Headers []string
	// KeyFrom returns the key of a request, "" for none, in place of Headers. Default
	// nil.
	KeyFrom func(c *betterauth.Ctx) (string, error)

	// EndOnPasswordReset deletes a user's keys of this configuration when their password
	// is reset, by a link, a code or an administrator. The first proof of their address,
	// a ban and their deletion delete all keys in any case. Default false.
	EndOnPasswordReset bool

	// Organizations says that organizations own the keys, not users. This project has no
	// plugin for organizations: operations on such keys answer 500
	// ORGANIZATION_PLUGIN_REQUIRED, and the keys stand for nobody; only Verify works.
	// Default false.
	Organizations bool
}

// RateLimit limits how often a key is used. It is copied into each key, where the server
// can change it.
type RateLimit struct {
	// Disabled limits no key of this configuration. Default false.
	Disabled bool
	// Window is how long uses are counted together. It starts with the first use; a use
	// that is more than a Window after the last one starts a new one. Default 24 hours;
	// at most 24 days.
	Window time.Duration
	// Max is how many uses a Window allows. Default 10.
	Max int
}

// Expiry says how long keys last.
type Expiry struct {
	// Default is the life of a key that is made without one. Default 0: for ever.
	Default time.Duration
	// DisableCustom refuses a life that a client chooses. Default false.
	DisableCustom bool
	// Min and Max limit the life that a client chooses. Max counts from when the key was
	// made, however often it is updated. Default 1 day and 365 days.
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
	c.Headers = slices.Clone(c.Headers)
	for i, name := range c.Headers {
		c.Headers[i] = http.CanonicalHeaderKey(name) // once, and not for each request
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
		add("KeyLength %d is less than 20, and such keys can be guessed; raise it, or leave it at 0 for the default", c.KeyLength)
	}
	if c.MinPrefixLength < 0 || c.MaxPrefixLength < c.MinPrefixLength {
		add("MinPrefixLength and MaxPrefixLength leave no prefix; set 0 <= MinPrefixLength <= MaxPrefixLength")
	}
	if c.MinNameLength < 0 || c.MaxNameLength < c.MinNameLength {
		add("MinNameLength and MaxNameLength leave no name; set 0 <= MinNameLength <= MaxNameLength")
	}
	if c.Prefix != "" && !prefixSyntax.MatchString(c.Prefix) {
		add("Prefix %q has more than letters, digits, _ and -; use these alone", c.Prefix)
	}
	if c.StartLength < 0 || c.StartLength > len(c.Prefix)+c.KeyLength/2 {
		add("StartLength %d is negative or gives away too much of a key; use at most %d, the Prefix and half of KeyLength", c.StartLength, len(c.Prefix)+c.KeyLength/2)
	}
	if c.RateLimit.Window < 0 || c.RateLimit.Window.Milliseconds() > math.MaxInt32 || c.RateLimit.Max < 0 || c.RateLimit.Max > math.MaxInt32 {
		add("RateLimit has a Window over 24 days, a Max over %d, or a negative number; lower it, or leave it at 0 for the default", math.MaxInt32)
	}
	if c.Expiry.Default < 0 || c.Expiry.Min < 0 || c.Expiry.Max < c.Expiry.Min {
		add("Expiry.Min and Expiry.Max leave no life, or Expiry.Default is negative; set 0 <= Min <= Max, and Default to at least 0")
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
			problems = append(problems, fmt.Errorf("configuration number %d of several has no ConfigID; give it one", i+1))
		}
		if seen[c.ConfigID] {
			problems = append(problems, fmt.Errorf("two configurations have the ConfigID %q; rename one of them", c.ConfigID))
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
