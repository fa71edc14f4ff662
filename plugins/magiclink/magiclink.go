// Package magiclink signs people in with a link that is mailed to them. A link
// works once, and whoever has no account yet gets one by following it.
//
// It needs [betterauth.Config].Mailer, and does not build without one.
//
// Start with [New] and [Config]. A link is asked for in request.go and followed
// in follow.go.
package magiclink

import (
	"context"
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

// Kind is the kind of message this plugin sends. Its Data has "metadata", as
// JSON, where the request had some: it is the client's word, not to be trusted.
const Kind = "magic-link"

// Storage is how a token is kept.
type Storage string

const (
	// StorePlain keeps tokens as they are: who reads the database can sign in
	// with those that are still good. The reference's default.
	StorePlain Storage = "plain"
	// StoreHashed keeps SHA-256 in base64url without padding.
	StoreHashed Storage = "hashed"
)

// Config says what links are like. The zero value is the reference's.
type Config struct {
	// ExpiresIn is how long a link is good. Default 5 minutes.
	ExpiresIn time.Duration
	// DisableSignUp lets only those follow a link who have an account. A link is
	// mailed to others all the same, which tells nobody who has one; it then
	// leads to ?error=new_user_signup_disabled. Default false.
	DisableSignUp bool
	// Storage is how tokens are kept. Default StorePlain.
	Storage Storage
	// Hash keeps tokens in a form of the application's own instead of Storage.
	// It must be deterministic. Default nil.
	Hash func(ctx context.Context, token string) (string, error)
	// GenerateToken makes the token for a link to an address. It must not be
	// guessed: whoever knows it is the owner of the address. Default 32 letters.
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
	if cfg.Storage == "" {
		cfg.Storage = StorePlain
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
				Access: betterauth.Public, BeginsSignIn: true, Limit: &limit,
				Summary: "Mails a link that signs in. The answer tells nothing about the address.",
			}, m.request),
			betterauth.Handle(betterauth.Operation{
				ID: Verify, Method: http.MethodGet, Path: "/magic-link/verify",
				Access: betterauth.Public, SignsIn: true, CheckTargets: true, Limit: &limit,
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
		problems = append(problems, errors.New("links in mails would lead to any host a request names; set Config.BaseURL or Config.DynamicBaseURL"))
	}
	if m.cfg.ExpiresIn < 0 {
		problems = append(problems, errors.New("ExpiresIn is negative"))
	}
	if m.cfg.Storage != StorePlain && m.cfg.Storage != StoreHashed {
		problems = append(problems, errors.New(`Storage is neither "plain" nor "hashed"`))
	}
	return errors.Join(problems...)
}

// Init implements betterauth.Initializer.
func (m *MagicLink) Init(_ context.Context, h *betterauth.Host) error {
	m.host = h
	m.values = h.VerificationStore()
	return nil
}
