package apikey

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
)

func (k *Keys) createKey(c *betterauth.Ctx, in CreateInput) (*Answer, error) {
	if in.Prefix != nil && !prefixSyntax.MatchString(*in.Prefix) {
		return nil, betterauth.ErrValidation.Messagef("[body.prefix] Invalid prefix format, must be alphanumeric and contain only underscores and hyphens.")
	}
	conf, err := k.config(betterauth.OrZero(in.ConfigID))
	if err != nil {
		return nil, err
	}
	user, remote := caller(c), c.FromClient()
	if remote && in.serverOnly() {
		return nil, ErrServerOnly
	}
	if remote && in.UserID != nil {
		return nil, ErrUnauthorizedSession
	}
	if conf.Organizations && betterauth.OrZero(in.OrganizationID) == "" {
		return nil, ErrOrganizationRequired
	}
	owner := betterauth.OrZero(in.UserID)
	switch {
	case user == nil && owner == "", user != nil && owner != "" && owner != user.ID:
		return nil, ErrUnauthorizedSession
	case conf.Organizations:
		return nil, ErrNoOrganizations
	case user != nil:
		owner = user.ID
	}
	var key *Key
	var text string
	err = bySession(c, func(ctx context.Context) (err error) {
		key, text, err = k.create(ctx, conf, owner, in)
		return err
	})
	if err != nil {
		return nil, err
	}
	answer := key.Answer()
	answer.Key = text
	return answer, nil
}

// caller is who calls by their session; nil is the server itself.
func caller(c *betterauth.Ctx) *betterauth.User {
	if id := c.Identity(); id != nil {
		return id.User
	}
	return nil
}

// bySession runs f, which writes a key: for a caller who has a session with what
// that takes, for the server itself as it is.
func bySession(c *betterauth.Ctx, f func(ctx context.Context) error) error {
	if caller(c) == nil {
		return f(c)
	}
	return c.ChangeAccess(func(tx *betterauth.Ctx, _ *betterauth.User) error { return f(tx) })
}

// Create makes a key for a user, server-only members included, and returns its text,
// which is not stored. It does not check that the user exists; without the user the key
// is never valid.
func (k *Keys) Create(ctx context.Context, userID string, in CreateInput) (key *Key, text string, err error) {
	conf, err := k.config(betterauth.OrZero(in.ConfigID))
	if err != nil {
		return nil, "", err
	}
	if conf.Organizations {
		return nil, "", ErrNoOrganizations
	}
	if in.Prefix != nil && !prefixSyntax.MatchString(*in.Prefix) {
		return nil, "", ErrPrefixLength
	}
	return k.create(ctx, conf, userID, in)
}

func (k *Keys) create(ctx context.Context, conf *Config, owner string, in CreateInput) (*Key, string, error) {
	metadata, err := conf.metadata(in.Metadata)
	if err != nil {
		return nil, "", err
	}
	if err := in.check(conf); err != nil {
		return nil, "", err
	}
	k.sweep(ctx)
	prefix := conf.Prefix
	if in.Prefix != nil {
		prefix = *in.Prefix
	}
	text, err := k.generate(ctx, conf, prefix)
	if err != nil {
		return nil, "", err
	}
	permissions, err := conf.permissions(ctx, owner, in.Permissions)
	if err != nil {
		return nil, "", err
	}
	now := k.host.Now()
	key := &Key{
		ConfigID: conf.ConfigID, Name: in.Name, ReferenceID: owner, Hash: conf.hash(text), Enabled: ptr(true),
		Remaining: in.Remaining, RefillAmount: in.RefillAmount, RefillInterval: in.RefillInterval,
		RateLimitEnabled: ptr(!conf.RateLimit.Disabled), RateLimitMax: ptr(int64(conf.RateLimit.Max)),
		RateLimitTimeWindow: ptr(conf.RateLimit.Window.Milliseconds()), RequestCount: ptr(int64(0)),
		CreatedAt: now, UpdatedAt: now, Metadata: metadata,
	}
	if prefix != "" {
		key.Prefix = &prefix
	}
	if !conf.HideStart {
		key.Start = ptr(text[:min(conf.StartLength, len(text))])
	}
	switch {
	case in.ExpiresIn != nil:
		key.ExpiresAt = ptr(now.Add(seconds(*in.ExpiresIn)))
	case conf.Expiry.Default > 0:
		key.ExpiresAt = ptr(now.Add(conf.Expiry.Default))
	}
	override(&key.RateLimitEnabled, in.RateLimitEnabled)
	override(&key.RateLimitMax, in.RateLimitMax)
	override(&key.RateLimitTimeWindow, in.RateLimitTimeWindow)
	if key.Permissions, err = permissions.text(); err != nil {
		return nil, "", err
	}
	if err := k.store.Create(ctx, key); err != nil {
		return nil, "", err
	}
	betterauth.Emit(ctx, k.host, Created{UserID: owner, KeyID: key.ID})
	return key, text, nil
}

func (c *Config) permissions(ctx context.Context, owner string, given Permissions) (Permissions, error) {
	if given != nil {
		return given, nil
	}
	if c.PermissionsFor != nil {
		if permissions, err := c.PermissionsFor(ctx, owner); permissions != nil || err != nil {
			return permissions, err
		}
	}
	return c.Permissions, nil
}

func (k *Keys) generate(ctx context.Context, conf *Config, prefix string) (string, error) {
	if conf.Generate == nil {
		text, err := k.host.RandomString(conf.KeyLength, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
		return prefix + text, err
	}
	text, err := conf.Generate(ctx, conf.KeyLength, prefix)
	if err == nil && len(text) < conf.KeyLength {
		err = errors.New("apikey: Config.Generate made a key shorter than KeyLength; return one of at least the length that it is given")
	}
	return text, err
}

// hash is what a key is looked up by.
func (c *Config) hash(key string) string {
	if c.InsecurePlainKeys {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }

func ptr[T any](v T) *T { return &v }

func override[T any](field **T, value *T) {
	if value != nil {
		*field = value
	}
}
