// Package magiclink signs users in with a mailed link. A link works once, and creates an
// account for a person who has none.
//
// It needs [betterauth.Config].Mailer; without one Build fails.
//
// Start with [New] and [Config]. Requests for a link are in request.go, following a link
// is in follow.go.
package magiclink

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// The names that other plugins refer to.
const (
	ID     = "magic-link"
	SignIn = "signInMagicLink"
	Verify = "magicLinkVerify"
)

// Kind is the kind of mail that this plugin sends. Its Data has "metadata", as JSON, if
// the request had some: the client chose it, so do not trust it.
const Kind = "magic-link"

// SHA256 is a Config.Hash: the SHA-256 in base64url without padding, as the TypeScript
// server hashes.
func SHA256(_ context.Context, token string) (string, error) {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:]), nil
}

// Config configures links. The zero value has the defaults of the TypeScript server.
type Config struct {
	// ExpiresIn is how long a link is valid. Default 5 minutes.
	ExpiresIn time.Duration
	// DisableSignUp lets only users who have an account sign in with a link. Other people
	// are mailed a link all the same, so that the answer does not reveal who has an
	// account; it leads to ?error=new_user_signup_disabled. Default false.
	DisableSignUp bool
	// Hash returns the text to store for a token, such as SHA256, and must return the same
	// text for the same token. Default nil: tokens are stored as they are, as on the
	// TypeScript server, and whoever reads the database can sign in with those that have
	// not expired.
	Hash func(ctx context.Context, token string) (string, error)
	// GenerateToken makes the token of a link to an address. Nobody must be able to guess
	// it: whoever knows it counts as the owner of the address. Default 32 letters.
	GenerateToken func(ctx context.Context, email string) (string, error)
	// RateLimit is how often a client may ask for, and follow, links. Default 5
	// in a minute.
	RateLimit betterauth.Rule
}

// MagicLink is the plugin. Make one with New for each Auth.
type MagicLink struct {
	cfg    Config
	host   *betterauth.Host
	values *database.Store[betterauth.Verification]
}

var (
	_ betterauth.Plugin      = (*MagicLink)(nil)
	_ betterauth.Checker     = (*MagicLink)(nil)
	_ betterauth.Initializer = (*MagicLink)(nil)
)

// New makes the plugin.
func New(cfg Config) *MagicLink {
	if cfg.ExpiresIn == 0 {
		cfg.ExpiresIn = 5 * time.Minute
	}
	if cfg.RateLimit.Window == 0 {
		cfg.RateLimit.Window = time.Minute
	}
	if cfg.RateLimit.Max == 0 {
		cfg.RateLimit.Max = 5
	}
	return &MagicLink{cfg: cfg}
}

// errCannotMail is a request for a link where the application has no Mailer; the
// reference cannot be configured so.
var errCannotMail = &betterauth.ErrorCode{Code: "MAGIC_LINK_NOT_ENABLED", Message: "Magic links are not enabled", Status: http.StatusBadRequest}

// Manifest implements betterauth.Plugin.
func (m *MagicLink) Manifest() betterauth.Manifest {
	limit := m.cfg.RateLimit
	return betterauth.Manifest{
		ID: ID,
		Endpoints: []betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{
				ID: SignIn, Method: http.MethodPost, Path: "/sign-in/magic-link",
				Access: betterauth.Public, SignIn: betterauth.BeginsSignIn, Limit: &limit,
				Summary: "Mails a link that signs in. The answer tells nothing about the address.",
			}, m.request),
			betterauth.Handle(betterauth.Operation{
				ID: Verify, Method: http.MethodGet, Path: "/magic-link/verify",
				Access: betterauth.Public, SignIn: betterauth.MakesSession, CheckTargets: true, Limit: &limit,
				Summary: "Follows a mailed link: signs in, and up where there is no account.",
			}, m.follow),
		},
		Credentials: []betterauth.Credentials{{Name: ID, CanSignIn: m.isWay}},
		Pending: []betterauth.Pending{{
			Name: "link to sign in",
			Ends: betterauth.AddressChanged | betterauth.PasswordReset | betterauth.PasswordChanged,
			Of: func(u *betterauth.User) database.Cond {
				email := strings.ToLower(u.Email) + `"`
				return database.Or(database.StartsWith("value", valuePrefix+email), database.StartsWith("value", formerPrefix+email))
			},
		}},
		ProvesAddresses: betterauth.ProvenByMail,
	}
}

// isWay reports whether a link would sign the user in.
func (m *MagicLink) isWay(ctx context.Context, userID string) (bool, error) {
	return m.host.MailReaches(ctx, userID)
}

// Check implements betterauth.Checker.
func (m *MagicLink) Check(s betterauth.Site) error {
	var problems []error
	if !s.CanMail {
		problems = append(problems, errors.New("links are mailed, and there is no Config.Mailer; set one, or leave the plugin out"))
	}
	// A link in a mail must lead to this server, and not to whatever host the
	// request for it named: whoever asks for somebody else's could name a host of
	// their own, and be sent the token by whoever follows it.
	if s.AnyHost && s.CanMail {
		problems = append(problems, errors.New("links in mails would lead to any host that a request names, since there is no Config.BaseURL; set it, or Config.DynamicBaseURL"))
	}
	if m.cfg.ExpiresIn < 0 {
		problems = append(problems, errors.New("ExpiresIn is negative; leave it at 0 for the default"))
	}
	return errors.Join(problems...)
}

// Init implements betterauth.Initializer.
func (m *MagicLink) Init(_ context.Context, h *betterauth.Host) error {
	m.host = h
	m.values = h.VerificationStore()
	return nil
}
