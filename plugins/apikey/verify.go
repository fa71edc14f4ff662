package apikey

import (
	"context"
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// VerifyInput is the input of verifyApiKey.
type VerifyInput struct {
	Key string `json:"key"`
	// Permissions are what the key must allow. Default none.
	Permissions Permissions `json:"permissions,omitzero"`
	// ConfigID is the configuration that the key must belong to. Default: any.
	ConfigID *string `json:"configId"`
}

// VerifyAnswer is the answer of verifyApiKey. If the database does not answer, the call
// returns an error; the key is not reported as invalid.
type VerifyAnswer struct {
	Valid bool         `json:"valid"`
	Error *VerifyError `json:"error"`
	Key   *Answer      `json:"key"`
}

// VerifyError says why a key is not valid.
type VerifyError struct {
	Message string          `json:"message"`
	Code    string          `json:"code"`
	Details *RateLimitError `json:"details,omitzero"`
}

func (k *Keys) verifyKey(c *betterauth.Ctx, in VerifyInput) (VerifyAnswer, error) {
	key, err := k.Verify(c, in)
	if err == nil {
		return VerifyAnswer{Valid: true, Key: key.Answer()}, nil
	}
	code, refused := refusal(err)
	if !refused {
		return VerifyAnswer{}, err
	}
	answer := VerifyAnswer{Error: &VerifyError{Message: code.Message, Code: code.Code}}
	var limited *RateLimitError
	if errors.As(err, &limited) {
		answer.Error.Details = limited
	}
	return answer, nil
}

// Verify checks a key and counts its use, in one statement: of concurrent calls no more
// succeed than the key's limits allow. The result is the key after this use. A refused
// use does not count.
//
// The errors are ErrInvalidKey, ErrKeyDisabled, ErrKeyExpired, ErrUsageExceeded,
// ErrRateLimited with a *RateLimitError, ErrKeyNotFound for a key that lacks a permission
// or that Config.Validate refuses, ErrUserBanned if the plugin admin has banned the
// owner, and ErrInvalidReference if the owner no longer exists; the last two roll back a
// transaction that ctx carries. Any other error means that Verify could not find out
// whether the key is valid. Verify does not check organizations that own keys, and the
// caller must check what else the owner may do.
func (k *Keys) Verify(ctx context.Context, in VerifyInput) (*Key, error) {
	lookup, err := k.config(betterauth.OrZero(in.ConfigID))
	if err != nil {
		return nil, err
	}
	if in.ConfigID != nil {
		if err := lookup.validate(ctx, in.Key); err != nil {
			return nil, err
		}
	}
	key, conf, err := k.lookUp(ctx, lookup, in.Key, in.ConfigID)
	if err != nil {
		return nil, err
	}
	if in.ConfigID == nil {
		if err := conf.validate(ctx, in.Key); err != nil {
			return nil, err
		}
	}
	key, _, err = k.use(ctx, conf, key, in.Permissions)
	if err != nil {
		return nil, err
	}
	k.sweep(ctx)
	k.repair(ctx, key)
	return key, nil
}

// lookUp finds a key by its text, and its configuration. of is the one it must
// be of; nil for any.
func (k *Keys) lookUp(ctx context.Context, lookup *Config, text string, of *string) (*Key, *Config, error) {
	key, err := k.store.Get(ctx, database.Eq("key", lookup.hash(text)))
	if errors.Is(err, database.ErrNotFound) {
		return nil, nil, ErrInvalidKey
	}
	if err != nil {
		return nil, nil, err
	}
	if of != nil {
		expected := Config{ConfigID: *of}
		if expected.ConfigID == "" {
			expected.ConfigID = defaultConfigID
		}
		if !expected.owns(key.ConfigID) {
			return nil, nil, ErrInvalidKey
		}
	}
	conf, err := k.config(key.ConfigID)
	if err != nil {
		return nil, nil, err
	}
	// Where one configuration stores keys plainly, the hash of another one's
	// would be a key.
	if conf.InsecurePlainKeys != lookup.InsecurePlainKeys {
		return nil, nil, ErrInvalidKey
	}
	return key, conf, nil
}

func (c *Config) validate(ctx context.Context, key string) error {
	if c.Validate == nil {
		return nil
	}
	ok, err := c.Validate(ctx, key)
	if err == nil && !ok {
		err = asCode(errMissesPermission, ErrKeyNotFound)
	}
	return err
}
