package passkey

import (
	"context"
	"encoding/base64"

	"github.com/better-auth-go/better-auth/betterauth"
)

// Signal is what a page passes to PublicKeyCredential.signalAllAcceptedCredentials and
// signalCurrentUserDetails (section 5.1.10), so that a user's password manager deletes
// passkeys that were deleted here and shows the current name. Each of them takes the
// whole answer.
type Signal struct {
	RPID string `json:"rpId"`
	// UserID is the user handle in base64url. It is known only with UserHandleStable.
	// Without it neither call has an effect, and it is left out.
	UserID string `json:"userId,omitempty"`
	// AllAcceptedCredentialIDs are the credential ids in base64url, never null.
	AllAcceptedCredentialIDs []string `json:"allAcceptedCredentialIds"`
	// Name and DisplayName are those of new passkeys.
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
}

// SignalFor returns the Signal of a user for the site with this origin, which is the base
// URL's.
func (p *Passkeys) SignalFor(ctx context.Context, user *betterauth.User, origin string) (Signal, error) {
	rpID, err := p.rpID(origin)
	if err != nil {
		return Signal{}, err
	}
	keys, err := p.List(ctx, user.ID)
	if err != nil {
		return Signal{}, err
	}
	name := accountName(user)
	s := Signal{RPID: rpID, AllAcceptedCredentialIDs: make([]string, len(keys)), Name: name, DisplayName: name}
	for i, key := range keys {
		s.AllAcceptedCredentialIDs[i] = key.CredentialID
	}
	if p.cfg.UserHandle == UserHandleStable {
		handle, err := p.userHandle(rpID, user.ID)
		if err != nil {
			return Signal{}, err
		}
		s.UserID = base64.RawURLEncoding.EncodeToString([]byte(handle))
	}
	return s, nil
}

func (p *Passkeys) signal(c *betterauth.Ctx, _ betterauth.None) (Signal, error) {
	return p.SignalFor(c, c.Identity().User, c.Origin())
}
