package passkey

import (
	"context"
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
)

// The events of this plugin, for audit logs: subscribe with betterauth.On. They
// hold ids and facts, no challenge, signature or token.

// Registered says that a user added a passkey.
type Registered struct{ UserID, PasskeyID string }

// SignedIn says that a passkey signed its user in.
type SignedIn struct {
	UserID, PasskeyID, SessionID string
	// UserVerified says that the authenticator verified its user.
	UserVerified bool
}

// Refused says that a ceremony was refused.
type Refused struct {
	// Ceremony is "registration", "authentication" or "step-up".
	Ceremony string
	// UserID and PasskeyID are "" if they are not known. If a visitor claims to be a user
	// without proof, UserID is the user they claim to be; there may be no such user.
	UserID, PasskeyID string
	// Code is the error code that the client got.
	Code string
}

// CloneSuspected says that a signature counter did not increase: two authenticators may
// have the same key.
type CloneSuspected struct {
	UserID, PasskeyID string
	Stored, Received  int64
}

// BackupChanged says that a passkey started or stopped being synced, or became able to be
// synced.
type BackupChanged struct {
	UserID, PasskeyID string
	DeviceType        string
	BackedUp          bool
}

// Renamed says that a user renamed a passkey.
type Renamed struct{ UserID, PasskeyID string }

// Deleted says that a user deleted a passkey.
type Deleted struct{ UserID, PasskeyID string }

func events() []betterauth.EventType {
	return []betterauth.EventType{
		betterauth.EventOf[Registered](), betterauth.EventOf[SignedIn](), betterauth.EventOf[Refused](), betterauth.EventOf[CloneSuspected](),
		betterauth.EventOf[BackupChanged](), betterauth.EventOf[Renamed](), betterauth.EventOf[Deleted](),
		betterauth.EventOf[SignedUp](), betterauth.EventOf[SteppedUp](),
	}
}

// refused reports a ceremony that was turned away, and returns why unchanged. A
// failure that is nobody's refusal, such as of the database, is none.
func (p *Passkeys) refused(ctx context.Context, ceremony, userID, passkeyID string, err error) error {
	var code *betterauth.ErrorCode
	if isRefusal(err) && errors.As(err, &code) {
		betterauth.Emit(ctx, p.host, Refused{Ceremony: ceremony, UserID: userID, PasskeyID: passkeyID, Code: code.Code})
	}
	return err
}
