package social

import (
	"context"
	"fmt"
	"slices"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// override replaces what the user has by what the provider says. An address that another
// user has, or that the provider has not verified, stays as it is.
func (s *Social) override(tx *betterauth.Ctx, a *arrival, user *betterauth.User) (*betterauth.User, error) {
	set := database.Set{}
	email, ok := betterauth.NormalizeEmail(a.profile.Email)
	if ok && email != user.Email && (a.profile.EmailVerified || s.trusts(tx, a.provider.ID)) {
		taken, err := s.users.Exists(tx, database.Eq("email", email))
		if err != nil {
			return nil, err
		}
		if !taken {
			set["email"], set["emailVerified"] = email, a.profile.EmailVerified
		}
	}
	return s.copyProfile(tx, a, user, set)
}

// copyProfile sets name, picture and mapped columns, where the provider says something.
func (s *Social) copyProfile(ctx context.Context, a *arrival, user *betterauth.User, set database.Set) (*betterauth.User, error) {
	if err := s.checkFields(a.profile.Fields); err != nil {
		return nil, err
	}
	if a.profile.Name != "" {
		set["name"] = a.profile.Name
	}
	if a.profile.Image != "" {
		set["image"] = a.profile.Image
	}
	for name, value := range a.profile.Fields {
		set[name] = value
	}
	if len(set) == 0 {
		return user, nil
	}
	return s.users.UpdateOne(ctx, set, database.Eq("id", user.ID))
}

// ownColumns of a user are not for MapUser: they have members of the profile, or are
// nobody's to set.
var ownColumns = []string{"id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt"}

// checkFields refuses what is no added column, rather than to drop it.
func (s *Social) checkFields(fields map[string]any) error {
	for name := range fields {
		known := slices.ContainsFunc(s.host.Columns("user"), func(c database.Column) bool { return c.Name == name })
		if !known || slices.Contains(ownColumns, name) {
			return fmt.Errorf("MapUser sets the field %s, which is no added column of the user; add it with NewField, or correct the name", name)
		}
	}
	return nil
}
