package twofactor

import (
	"errors"
	"fmt"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
)

// Config says when a second step is required and what passes it. The zero value has the
// defaults of the TypeScript server: authenticator apps and backup codes, after sign-ins
// with a password.
type Config struct {
	// Issuer is the name that authenticator apps show beside the address. Default: the
	// application's name.
	Issuer string
	// SkipVerificationOnEnable requires the second step as soon as it is set up, before a
	// first code has shown that the app has the secret. Default false.
	SkipVerificationOnEnable bool
	// AllowPasswordless lets users without a password set up and disable the second step
	// with their session alone. Default false: they cannot.
	AllowPasswordless bool
	// AllowRecoveryByMail removes a user's second step when their address is proven for
	// the first time, even if the second step was verified. It is for applications in
	// which people sign in before they prove their address, so that somebody else may
	// have set one up. Whoever reads the mail of such a user then needs no second step.
	// Default false: the second step stays, and is recovered by a backup code, or by an
	// administrator or the application with Remove.
	AllowRecoveryByMail bool
	// ChallengeTTL is how long a user may take for the second step. Default 10 minutes.
	ChallengeTTL time.Duration
	// TrustTTL is how long a device is trusted after the last sign-in on it.
	// Default 30 days.
	TrustTTL time.Duration

	// Methods are the SignIn.Method values that require the second step. Default "email",
	// "username" and "phone-number", which take a password, and all sign-ins by
	// betterauth.Auth.SignIn whose Assurance is not MultiFactor, since the plugin does
	// not know what the application's handler checked.
	Methods []string
	// EveryMethod requires the second step after every sign-in that was not already
	// multi-factor: links, mailed codes, social sign-in, a passkey whose authenticator
	// did not verify its user. Do not set it together with Methods. Default false.
	EveryMethod bool
	// Page is the page of the application to which a sign-in by a link, a GET, redirects
	// when the second step is required. It gets the parameter twoFactorMethods. Default
	// "": such a request is answered with JSON like any other.
	Page string

	// TOTP configures authenticator apps.
	TOTP TOTPConfig
	// OTP configures mailed codes.
	OTP OTPConfig
	// Backup configures backup codes.
	Backup BackupConfig
	// Lockout configures the lock of accounts with many wrong codes.
	Lockout LockoutConfig
}

// TOTPConfig configures authenticator apps.
type TOTPConfig struct {
	// Disabled turns authenticator apps off. Default false.
	Disabled bool
	// Digits is the length of codes, 1 to 8. Default 6.
	Digits int
	// Period is how long each code is valid, in whole seconds; the code before and the
	// code after are accepted too. Default 30 seconds.
	Period time.Duration
}

// OTPConfig configures mailed codes.
type OTPConfig struct {
	// Enabled offers mailed codes to every user with a second step. Whoever reads a
	// user's mail then passes the second step, and with a password reset the first one
	// too. Requires a Mailer. Default false.
	Enabled bool
	// TTL is how long a code is valid. Default 3 minutes.
	TTL time.Duration
	// Digits is the length of codes, 1 to 10. Default 6.
	Digits int
	// Attempts is how many wrong attempts a code allows. Default 5.
	Attempts int
	// Storage says how codes are stored. Default betterauth.CodesPlain, as on the
	// TypeScript server, since codes are valid for minutes only.
	Storage betterauth.CodeStorage
}

// BackupConfig configures backup codes.
type BackupConfig struct {
	// Amount is how many codes a user gets. Default 10.
	Amount int
	// Length is how many characters a code has, 10 to 64; a dash follows the fifth.
	// Default 10.
	Length int
	// Storage says how codes are stored, which must be readable again. What is encrypted
	// is a JSON array of codes, as on the TypeScript server. Default
	// betterauth.CodesEncrypted.
	Storage betterauth.CodeStorage
	// Generate makes the codes, in place of Amount and Length. Default nil.
	Generate func() ([]string, error)
}

// LockoutConfig configures the lock of accounts with many wrong codes, counted over all
// challenges and kinds of code (NIST SP 800-63B, section 5.2.2).
type LockoutConfig struct {
	// Disabled locks no account. Default false.
	Disabled bool
	// Attempts is how many wrong codes in a row lock an account. Default 10.
	Attempts int
	// Duration is how long the account stays locked. Default 15 minutes.
	Duration time.Duration
}

// New makes the plugin.
func New(cfg Config) *TwoFactor {
	def(&cfg.ChallengeTTL, 10*time.Minute)
	def(&cfg.TrustTTL, 30*24*time.Hour)
	def(&cfg.TOTP.Digits, 6)
	def(&cfg.TOTP.Period, 30*time.Second)
	def(&cfg.OTP.TTL, 3*time.Minute)
	def(&cfg.OTP.Digits, 6)
	def(&cfg.OTP.Attempts, 5)
	def(&cfg.Backup.Amount, 10)
	def(&cfg.Backup.Length, 10)
	cfg.Backup.Storage = cfg.Backup.Storage.Or(betterauth.CodesEncrypted())
	def(&cfg.Lockout.Attempts, 10)
	def(&cfg.Lockout.Duration, 15*time.Minute)
	p := &TwoFactor{cfg: cfg}
	if cfg.Methods == nil && !cfg.EveryMethod {
		p.cfg.Methods, p.ownHandlers = []string{"email", "username", "phone-number"}, true
	}
	return p
}

func def[T comparable](value *T, or T) {
	var zero T
	if *value == zero {
		*value = or
	}
}

// Check implements betterauth.Checker.
func (p *TwoFactor) Check(s betterauth.Site) error {
	cfg := p.cfg
	var problems []error
	demand := func(holds bool, format string, args ...any) {
		if !holds {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	demand(!cfg.EveryMethod || len(cfg.Methods) == 0, "Methods has no effect with EveryMethod; remove one of them")
	demand(cfg.EveryMethod || len(cfg.Methods) > 0, "Methods is empty, so no sign-in would need the second step; leave it nil for the default")
	demand(cfg.ChallengeTTL >= time.Second, "ChallengeTTL is less than a second; raise it, or leave it at 0 for the default")
	demand(cfg.TrustTTL >= time.Second, "TrustTTL is less than a second; raise it, or leave it at 0 for the default")
	demand(cfg.TOTP.Digits >= 1 && cfg.TOTP.Digits <= 8, "TOTP.Digits %d is not between 1 and 8; leave it at 0 for the default", cfg.TOTP.Digits)
	demand(cfg.TOTP.Period >= time.Second && cfg.TOTP.Period%time.Second == 0, "TOTP.Period %v is not a number of whole seconds; leave it at 0 for the default", cfg.TOTP.Period)
	demand(cfg.OTP.TTL > 0, "OTP.TTL is negative; leave it at 0 for the default")
	demand(cfg.OTP.Digits >= 1 && cfg.OTP.Digits <= 10, "OTP.Digits %d is not between 1 and 10; leave it at 0 for the default", cfg.OTP.Digits)
	demand(cfg.OTP.Attempts > 0, "OTP.Attempts is negative; leave it at 0 for the default")
	if err := cfg.OTP.Storage.Problem(); err != nil {
		demand(false, "OTP.Storage: %w", err)
	}
	demand(cfg.Backup.Amount > 0, "Backup.Amount is negative; leave it at 0 for the default")
	demand(cfg.Backup.Length >= 10 && cfg.Backup.Length <= 64, "Backup.Length %d is not between 10 and 64; leave it at 0 for the default", cfg.Backup.Length)
	if err := cfg.Backup.Storage.Problem(); err != nil {
		demand(false, "Backup.Storage: %w", err)
	}
	demand(!cfg.Backup.Storage.OneWay(), "Backup.Storage hashes, but backup codes must be readable again; leave it empty for the default, or use betterauth.CodesPlain")
	demand(cfg.Lockout.Attempts > 0, "Lockout.Attempts is negative; leave it at 0 for the default")
	demand(cfg.Lockout.Duration > 0, "Lockout.Duration is negative; leave it at 0 for the default")
	demand(!cfg.OTP.Enabled || s.CanMail, "OTP.Enabled needs Config.Mailer, since codes are mailed; set one, or remove OTP.Enabled")
	return errors.Join(problems...)
}
