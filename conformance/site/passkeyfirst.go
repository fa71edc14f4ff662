package site

import (
	"context"
	"errors"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/passkey"
)

// visitors decides for whom visitors without a session register passkeys, as
// reference/passkey-first.mjs does: the context they send says who they claim to
// be.
type visitors struct {
	users *database.Store[betterauth.User]
}

func (*visitors) Manifest() betterauth.Manifest { return betterauth.Manifest{ID: "visitors"} }

func (v *visitors) Init(_ context.Context, h *betterauth.Host) error {
	v.users = h.UserStore()
	return nil
}

func admitVisitors(s *setup) {
	v := &visitors{}
	s.more = append(s.more, v)
	s.plugins.passkey.Registration = passkey.Registration{AllowWithoutSession: true, ResolveUser: v.resolve, AfterVerification: v.afterVerification}
}

func (v *visitors) resolve(c *betterauth.Ctx, claim string) (passkey.ResolvedUser, error) {
	who, email, _ := strings.Cut(claim, " ")
	switch who {
	case "new":
		name, _, _ := strings.Cut(email, "@")
		return passkey.ResolvedUser{New: &passkey.NewUser{Name: name, Email: email}}, nil
	case "owner", "claim":
		id, err := v.find(c, email)
		return passkey.ResolvedUser{ID: id, Name: email, Verified: who == "owner"}, err
	}
	return passkey.ResolvedUser{}, nil
}

func (v *visitors) afterVerification(c *betterauth.Ctx, r passkey.VerifiedRegistration) (passkey.Override, error) {
	who, email, _ := strings.Cut(r.Context, " ")
	switch who {
	case "new":
		return passkey.Override{Name: "Made at sign-up"}, nil
	case "other":
		id, err := v.find(c, email)
		return passkey.Override{UserID: id}, err
	}
	return passkey.Override{}, nil
}

// find returns the id of the user with this address, "" without one.
func (v *visitors) find(ctx context.Context, email string) (string, error) {
	user, err := v.users.Get(ctx, database.Eq("email", email))
	if errors.Is(err, database.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return user.ID, nil
}
