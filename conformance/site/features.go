package site

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/access"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/apikey"
	"github.com/better-auth-go/better-auth/plugins/emailotp"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
	"github.com/better-auth-go/better-auth/plugins/expo"
	"github.com/better-auth-go/better-auth/plugins/haveibeenpwned"
	"github.com/better-auth-go/better-auth/plugins/lastlogin"
	"github.com/better-auth-go/better-auth/plugins/magiclink"
	"github.com/better-auth-go/better-auth/plugins/oauthpopup"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
	"github.com/better-auth-go/better-auth/plugins/username"
)

// setup is what a feature may change before the Auth is built.
type setup struct {
	config  betterauth.Config
	plugins pluginConfigs
	// more are plugins that only tests have.
	more []betterauth.Plugin
	// stateless is without a database: sessions are in cookies alone.
	stateless bool
	// rangeAPI stands in for the service that knows compromised passwords.
	rangeAPI string
}

// features are the names --with takes, the reference server's.
var features = map[string]func(*setup){
	"fields":                   addFields,
	"rate-limit":               limitRates,
	"insecure-cheap-passwords": func(s *setup) { s.config.Password.Hasher = cheapHasher{} },
	"deferred-refresh":         func(s *setup) { s.config.Session.DeferRefresh = true },
	"no-mail": func(s *setup) {
		// What needs mail does not build without a Mailer.
		s.config.Mailer = nil
		s.plugins.second.OTP.Enabled, s.plugins.account.ChangeEmail.Enabled, s.plugins.withoutLinks = false, false, true
	},
	"no-auto-sign-in": func(s *setup) { s.plugins.password.DisableAutoSignIn = true },
	"no-sign-up":      func(s *setup) { s.plugins.password.DisableSignUp = true },
	"expo": func(s *setup) {
		s.more = append(s.more, expo.New(expo.Config{Schemes: []string{"myapp"}, AuthorizationOrigins: []string{"https://accounts.example.org"}}))
	},
	"stateless": func(s *setup) {
		s.stateless = true
		// As the TypeScript server does by itself then.
		s.plugins.social.StateInCookie, s.plugins.social.AccountCookie = true, true
	},
	"last-login":         func(s *setup) { s.more = append(s.more, lastlogin.New(lastlogin.Config{StoreInDatabase: true})) },
	"popup":              func(s *setup) { s.more = append(s.more, oauthpopup.New(oauthpopup.Config{})) },
	"revoke-on-reset":    func(s *setup) { s.plugins.password.RevokeSessionsOnReset = true },
	"no-changes":         func(s *setup) { s.plugins.account = account.Config{} },
	"delete-mail":        func(s *setup) { s.plugins.account.DeleteUser.MailToken = true },
	"passkey-first":      admitVisitors,
	"passkey-unresolved": func(s *setup) { s.plugins.passkey.Registration.AllowWithoutSession = true },
	"unverified-change":  func(s *setup) { s.plugins.account.ChangeEmail.UpdateWithoutVerification = true },
	"strict-usernames":   strictUsernames,
	"custom-roles":       customRoles,
	"mixed-usernames": func(s *setup) {
		s.plugins.username = username.Config{DisableNormalization: true, DisableDisplayUsername: true}
	},
	"key-sessions": func(s *setup) {
		s.plugins.keys = []apikey.Config{{EnableSessions: true, EnableMetadata: true, Prefix: "ba_", RateLimit: apikey.RateLimit{Max: 3}}}
	},
	"strict-keys": func(s *setup) {
		s.plugins.keys = []apikey.Config{{RequireName: true, MinPrefixLength: 2, MaxPrefixLength: 5, MinNameLength: 2, MaxNameLength: 5, HideStart: true,
			KeyLength: 32, Expiry: apikey.Expiry{DisableCustom: true, Default: 48 * time.Hour}, RateLimit: apikey.RateLimit{Disabled: true},
			Permissions: apikey.Permissions{"files": {"read"}}}}
	},
	"several-keys": func(s *setup) {
		s.plugins.keys = []apikey.Config{{ConfigID: "service", EnableMetadata: true}, {ConfigID: "plain", InsecurePlainKeys: true}, {ConfigID: "team", Organizations: true}}
	},
	"pwned": func(s *setup) {
		s.plugins.pwned = haveibeenpwned.Config{URL: s.rangeAPI, Message: "Too many people know that one"}
	},
	"codes": func(s *setup) {
		s.plugins.magiclink = magiclink.Config{Hash: magiclink.SHA256, DisableSignUp: true}
		s.plugins.emailotp = emailotp.Config{
			Storage: betterauth.CodesEncrypted(), Resend: emailotp.ResendReuse, DisableSignUp: true, SendVerificationOnSignUp: true,
			ChangeEmail: emailotp.ChangeEmailConfig{Enabled: true, VerifyCurrentEmail: true},
		}
	},
	"change-by-code": func(s *setup) {
		s.plugins.emailotp = emailotp.Config{ChangeEmail: emailotp.ChangeEmailConfig{Enabled: true, VerifyCurrentEmail: true}}
	},
	"codes-replace-links": func(s *setup) {
		s.plugins.emailotp = emailotp.Config{
			Storage: betterauth.CodesHashed(), OverrideDefaultEmailVerification: true, ChangeEmail: emailotp.ChangeEmailConfig{Enabled: true},
		}
	},
	"second-step": func(s *setup) { s.plugins.second = secondStep },
	"no-codes": func(s *setup) {
		s.plugins.second = twofactor.Config{TOTP: twofactor.TOTPConfig{Disabled: true}, Lockout: twofactor.LockoutConfig{Disabled: true}}
	},
	"required-verification": func(s *setup) {
		s.plugins.password.RequireVerifiedEmail = true
		s.plugins.verification = emailverification.Config{OnSignUp: emailverification.MailEverybody, SendOnSignIn: true, AutoSignInAfterVerification: true}
	},
}

// secondStep is every option of the second step.
var secondStep = twofactor.Config{
	Issuer: "Second: Step", SkipVerificationOnEnable: true, AllowPasswordless: true, ChallengeTTL: 2 * time.Minute, TrustTTL: time.Hour,
	TOTP:    twofactor.TOTPConfig{Digits: 8, Period: time.Minute},
	OTP:     twofactor.OTPConfig{Enabled: true, Digits: 4, TTL: time.Minute, Attempts: 2, Storage: betterauth.CodesEncrypted()},
	Backup:  twofactor.BackupConfig{Amount: 3, Length: 12, Storage: betterauth.CodesPlain()},
	Lockout: twofactor.LockoutConfig{Attempts: 3, Duration: time.Minute},
}

// feature returns what a name of --with changes, nil without one.
func feature(name string) func(*setup) {
	if change := features[name]; change != nil {
		return change
	}
	return socialFeatures[name]
}

// apply applies the features of a comma-separated list.
func (s *setup) apply(list string) error {
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		if name == "" {
			continue
		}
		change := feature(name)
		if change == nil {
			names := slices.AppendSeq(slices.Collect(maps.Keys(features)), maps.Keys(socialFeatures))
			slices.Sort(names)
			return fmt.Errorf("--with: no feature %s; there are %s", name, strings.Join(names, ", "))
		}
		change(s)
	}
	return nil
}

// addFields adds one column of each kind: required, read-only with a default,
// checked, never returned; and two on the session.
func addFields(s *setup) {
	s.config.AdditionalColumns = []betterauth.AddedColumn{
		betterauth.NewField[int64]("user", database.Column{Name: "birthYear", Required: true}),
		betterauth.NewField[string]("user", database.Column{Name: "plan", Default: "free", ReadOnly: true}),
		betterauth.NewField[string]("user", database.Column{Name: "nickname", Validate: atLeastTwo}),
		betterauth.NewField[string]("user", database.Column{Name: "note", Hidden: true}),
		betterauth.NewField[string]("session", database.Column{Name: "theme"}),
		betterauth.NewField[string]("session", database.Column{Name: "channel", Default: "web", ReadOnly: true}),
	}
}

func customRoles(s *setup) {
	all := admin.Control.Statements()
	all["project"] = []string{"create", "share"}
	control := access.New(all)
	// Whoever manages users may do what those may.
	manager := admin.AdminRole.Statements()
	manager["project"] = all["project"]
	s.plugins.admin = admin.Config{
		Roles: map[string]access.Role{
			"admin":  control.NewRole(manager),
			"user":   admin.UserRole,
			"editor": control.NewRole(access.Statements{"user": {"create", "update"}, "project": {"create"}}),
			"sharer": control.NewRole(access.Statements{"project": {"share"}}),
			"actor":  control.NewRole(all),
		},
		DefaultRole: "editor", AdminRoles: []string{"admin", "actor"}, DefaultBanReason: "Spam", DefaultBanDuration: time.Hour,
		BannedUserMessage: "Come back later.", ImpersonationDuration: 10 * time.Minute,
	}
}

func atLeastTwo(value any) error {
	if text, ok := value.(string); !ok || len(text) < 2 {
		return errors.New("needs two characters at least")
	}
	return nil
}

// strictUsernames sets every option that says what usernames look like, and
// keeps them for good.
func strictUsernames(s *setup) {
	lower := regexp.MustCompile(`^[a-z-]+$`)
	words := regexp.MustCompile(`^[A-Za-z -]+$`)
	s.plugins.username = username.Config{
		MinLength: 4, MaxLength: 12, Immutable: true,
		Validate: lower.MatchString, ValidateNormalized: true,
		Normalize:       func(name string) string { return strings.ReplaceAll(strings.ToLower(name), " ", "-") },
		ValidateDisplay: words.MatchString, ValidateDisplayNormalized: true, NormalizeDisplay: strings.TrimSpace,
	}
}

func limitRates(s *setup) {
	s.config.RateLimit = betterauth.RateLimitConfig{Rules: []betterauth.RateLimit{
		betterauth.Limit("/list-sessions", betterauth.Rule{Window: 10 * time.Second, Max: 2}),
		betterauth.Limit("/passkey/*", betterauth.Rule{Window: 20 * time.Second, Max: 1}),
		betterauth.AllowUnlimited("/sign-out"),
	}}
}
