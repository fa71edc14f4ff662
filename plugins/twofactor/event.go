package twofactor

import "github.com/better-auth-go/better-auth/betterauth"

// The events of this plugin, for audit logs: subscribe with betterauth.On. They
// hold ids and facts, no code or secret.

// Activated says that the user now needs a second step to sign in.
type Activated struct{ UserID string }

// Deactivated says that the user no longer needs a second step to sign in.
type Deactivated struct{ UserID string }

// Passed says that a second step led to a session.
type Passed struct {
	UserID, SessionID string
	// Kind is "totp", "otp" or "backup-code".
	Kind string
}

// Failed says that a code was wrong in a sign-in. The client had already passed the first
// factor.
type Failed struct {
	UserID string
	// Kind is "totp", "otp" or "backup-code".
	Kind string
	// Locked says that this wrong code locked the account.
	Locked bool
}

// BackupCodeUsed says that a backup code was used up, and how many are left.
type BackupCodeUsed struct {
	UserID string
	Left   int
}

func events() []betterauth.EventType {
	return []betterauth.EventType{
		betterauth.EventOf[Activated](), betterauth.EventOf[Deactivated](), betterauth.EventOf[Passed](), betterauth.EventOf[Failed](),
		betterauth.EventOf[BackupCodeUsed](),
	}
}
