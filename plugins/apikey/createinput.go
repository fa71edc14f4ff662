package apikey

import (
	"math"
	"regexp"
	"unicode/utf16"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/go-json-experiment/json/jsontext"
)

// CreateInput is the input of createApiKey. Server-only members are refused if a client
// may have sent them (betterauth.Ctx.FromClient).
type CreateInput struct {
	// ConfigID is the configuration. Default: the default one.
	ConfigID *string `json:"configId"`
	Name     *string `json:"name"`
	// ExpiresIn is in seconds. Default Expiry.Default.
	ExpiresIn *float64 `json:"expiresIn" check:"nullable,min=1"`
	Prefix    *string  `json:"prefix"`
	// Remaining is how many uses the key has, nil for any number. Server-only.
	Remaining *int64         `json:"remaining" check:"nullable,min=0,max=2147483647"`
	Metadata  jsontext.Value `json:"metadata"`
	// RefillAmount is the value to which Remaining is reset every RefillInterval, in
	// milliseconds. Server-only.
	RefillAmount   *int64 `json:"refillAmount" check:"min=1,max=2147483647"`
	RefillInterval *int64 `json:"refillInterval" check:"min=0,max=2147483647"`
	// RateLimitTimeWindow is in milliseconds. Server-only, as the next two.
	RateLimitTimeWindow *int64 `json:"rateLimitTimeWindow" check:"min=0,max=2147483647"`
	RateLimitMax        *int64 `json:"rateLimitMax" check:"min=0,max=2147483647"`
	RateLimitEnabled    *bool  `json:"rateLimitEnabled"`
	// Permissions are server-only.
	Permissions Permissions `json:"permissions,omitzero"`
	// UserID is the owner where there is no session. Server-only.
	UserID         *string `json:"userId" check:"coerce"`
	OrganizationID *string `json:"organizationId" check:"coerce"`
}

var prefixSyntax = regexp.MustCompile(`^[a-zA-Z0-9_-]+$`)

func (in *CreateInput) serverOnly() bool {
	return in.Remaining != nil || in.RefillAmount != nil || in.RefillInterval != nil || in.RateLimitTimeWindow != nil ||
		in.RateLimitMax != nil || in.RateLimitEnabled != nil || in.Permissions != nil
}

// check looks at what a key is to be like.
func (in *CreateInput) check(conf *Config) error {
	amount, interval := in.RefillAmount != nil && *in.RefillAmount != 0, in.RefillInterval != nil && *in.RefillInterval != 0
	switch {
	case amount && !interval:
		return ErrNeedsRefillInterval
	case interval && !amount:
		return ErrNeedsRefillAmount
	}
	if err := counts(in.Remaining, in.RefillAmount, in.RefillInterval, in.RateLimitMax, in.RateLimitTimeWindow); err != nil {
		return err
	}
	if in.ExpiresIn != nil {
		if err := conf.checkLife(*in.ExpiresIn); err != nil {
			return err
		}
	}
	if in.Prefix != nil && (len(*in.Prefix) < conf.MinPrefixLength || len(*in.Prefix) > conf.MaxPrefixLength) {
		return ErrPrefixLength
	}
	if betterauth.OrZero(in.Name) != "" {
		return conf.checkName(*in.Name)
	}
	if conf.RequireName {
		return ErrNameRequired
	}
	return nil
}

// counts refuses numbers that fit into no column; over HTTP they get no
// further than the input's own checks.
func counts(numbers ...*int64) error {
	for _, n := range numbers {
		if n != nil && (*n < 0 || *n > math.MaxInt32) {
			return betterauth.ErrValidation.Messagef("%d is negative or does not fit into 32 bits", *n)
		}
	}
	return nil
}

func (c *Config) checkName(name string) error {
	if n := len(utf16.Encode([]rune(name))); n < c.MinNameLength || n > c.MaxNameLength {
		return ErrNameLength
	}
	return nil
}

func (c *Config) checkLife(expiresIn float64) error {
	switch {
	case c.Expiry.DisableCustom:
		return ErrExpiryDisabled
	case !(expiresIn >= c.Expiry.Min.Seconds()):
		return ErrExpiresTooSoon
	case expiresIn > c.Expiry.Max.Seconds():
		return ErrExpiresTooLate
	}
	return nil
}

// metadata checks an object that a client wants to keep; what is false in
// JavaScript counts as none.
func (c *Config) metadata(raw jsontext.Value) (*string, error) {
	switch {
	case len(raw) == 0, raw.Kind() == 'n', raw.Kind() == 'f', string(raw) == `""`, string(raw) == "0":
		return asText(null), nil
	case !c.EnableMetadata:
		return nil, ErrMetadataDisabled
	case raw.Kind() != '{' && raw.Kind() != '[':
		return nil, ErrInvalidMetadata
	}
	return compact(raw)
}

func compact(raw jsontext.Value) (*string, error) {
	value := raw.Clone()
	if value.Compact() != nil {
		return nil, ErrInvalidMetadata
	}
	return asText(value), nil
}
