// Package haveibeenpwned refuses new passwords that are known from data breaches,
// according to the Pwned Passwords range API
// (https://haveibeenpwned.com/API/v3#PwnedPasswords). It wraps the password hasher, so it
// covers every plugin that sets passwords. Only five characters of the password's SHA-1
// leave the server.
//
// Start with [New] and [Config]; lookup.go queries the service.
package haveibeenpwned

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
)

// ID is the plugin's id.
const ID = "have-i-been-pwned"

// RangeURL is the URL of the service.
const RangeURL = "https://api.pwnedpasswords.com/range"

// Config says what is checked. The zero value has the defaults of the TypeScript server.
type Config struct {
	// Disabled turns the check off, for an environment without the service. Default
	// false.
	Disabled bool
	// Paths are the routes, without the base path, whose new passwords are checked.
	// Default: DefaultPaths. Do not add a route on which users sign in: the hash that is
	// replaced there is of a password that they already have.
	Paths []string
	// Message is the message for a password that is known. Default: that of the
	// TypeScript server.
	Message string
	// AllowUnchecked accepts passwords that could not be checked because the service did
	// not answer in time; the log says so. Default false: the request fails with 500, and
	// no password is set.
	AllowUnchecked bool
	// Timeout is how long the service may take for one answer. Default 5 seconds.
	Timeout time.Duration
	// URL is the URL of the range API, without a slash at the end: https, or http for a
	// loopback host. Default RangeURL; set it for a copy of your own.
	URL string
}

// DefaultPaths returns the routes that set passwords: those of this project's plugins,
// and others by their names on the TypeScript server.
func DefaultPaths() []string {
	return []string{
		"/sign-up/email", "/change-password", "/reset-password", "/email-otp/reset-password",
		"/phone-number/reset-password", "/admin/create-user", "/admin/set-user-password",
	}
}

// ErrCompromised refuses a password that is known from data breaches.
var ErrCompromised = &betterauth.ErrorCode{
	Code: "PASSWORD_COMPROMISED", Status: http.StatusBadRequest,
	Message: "The password you entered has been compromised. Please choose a different password.",
}

// ErrNotChecked says that the service did not answer. It has no Code, as on the
// TypeScript server.
var ErrNotChecked = &betterauth.ErrorCode{Message: "Failed to check password. Please try again later.", Status: http.StatusInternalServerError}

// HaveIBeenPwned is the plugin. Make one with New for each Auth. Its methods
// are safe for concurrent use.
type HaveIBeenPwned struct {
	cfg  Config
	host *betterauth.Host
}

var (
	_ betterauth.Plugin      = (*HaveIBeenPwned)(nil)
	_ betterauth.Checker     = (*HaveIBeenPwned)(nil)
	_ betterauth.Initializer = (*HaveIBeenPwned)(nil)
)

// New makes the plugin.
func New(cfg Config) *HaveIBeenPwned {
	if cfg.Paths == nil {
		cfg.Paths = DefaultPaths()
	}
	if cfg.Message == "" {
		cfg.Message = ErrCompromised.Message
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 5 * time.Second
	}
	if cfg.URL == "" {
		cfg.URL = RangeURL
	}
	return &HaveIBeenPwned{cfg: cfg}
}

// Manifest implements betterauth.Plugin.
func (p *HaveIBeenPwned) Manifest() betterauth.Manifest {
	m := betterauth.Manifest{ID: ID, Errors: []*betterauth.ErrorCode{ErrCompromised}}
	if !p.cfg.Disabled {
		m.Hasher = func(inner betterauth.Hasher) betterauth.Hasher { return checked{inner, p} }
	}
	return m
}

// Check implements betterauth.Checker.
func (p *HaveIBeenPwned) Check(betterauth.Site) error {
	var problems []error
	if p.cfg.Timeout < 0 {
		problems = append(problems, errors.New("the Timeout is negative; leave it at 0 for the default"))
	}
	for _, path := range p.cfg.Paths {
		if !strings.HasPrefix(path, "/") {
			problems = append(problems, fmt.Errorf("path %q of Paths does not begin with a slash, so it is no route; write it like /sign-up/email", path))
		}
	}
	u, err := url.Parse(p.cfg.URL)
	switch {
	case err != nil:
		problems = append(problems, errors.New("URL cannot be read; write it like https://api.pwnedpasswords.com/range"))
	case u.Scheme == "https" && u.Host != "", u.Scheme == "http" && slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, u.Hostname()):
	default:
		problems = append(problems, errors.New("URL is neither https nor http on this machine, so an eavesdropper learns something of new passwords, and can answer as they like; use https"))
	}
	return errors.Join(problems...)
}

// Init implements betterauth.Initializer.
func (p *HaveIBeenPwned) Init(_ context.Context, h *betterauth.Host) error {
	p.host = h
	return nil
}

// checked is the password hasher with the plugin in front.
type checked struct {
	betterauth.Hasher
	plugin *HaveIBeenPwned
}

// Unwrap lets betterauth.Decoy and betterauth.NeedsRehash reach the wrapped hasher, since
// neither concerns a new password.
func (c checked) Unwrap() betterauth.Hasher { return c.Hasher }

// Hash implements betterauth.Hasher.
func (c checked) Hash(ctx context.Context, password string) (string, error) {
	if call, ok := betterauth.CtxFrom(ctx); ok && slices.Contains(c.plugin.cfg.Paths, call.Operation().Path) {
		if err := c.plugin.accept(ctx, password); err != nil {
			return "", err
		}
	}
	return c.Hasher.Hash(ctx, password)
}

// accept refuses a password that is known.
func (p *HaveIBeenPwned) accept(ctx context.Context, password string) error {
	known, err := p.Compromised(ctx, password)
	switch {
	case err != nil && p.cfg.AllowUnchecked && ctx.Err() == nil:
		p.host.Logger().Warn("a new password could not be checked and was accepted", "error", err)
		return nil
	case err != nil:
		return err
	case known && p.cfg.Message != ErrCompromised.Message:
		return ErrCompromised.Messagef("%s", p.cfg.Message)
	case known:
		return ErrCompromised
	}
	return nil
}
