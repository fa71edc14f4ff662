package betterauth

import (
	"context"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/internal/panics"
)

// UserInfo is a user who is about to be created, for Config.ValidateUserInfo.
type UserInfo struct {
	// User is the user as it will be stored, with the columns and changes of plugins. It
	// is a copy.
	User *User
	// OperationID is the operation that creates the user, such as "signUpEmail",
	// "signInEmailOTP", "magicLinkVerify" or "createUser". It is "" for Go code outside
	// of any operation.
	OperationID string
}

// validateUser asks Config.ValidateUserInfo about each user, whoever writes the row.
func (a *Auth) validateUser(ctx context.Context, user *User) (err error) {
	defer panics.Recover(&err, "Config.ValidateUserInfo")
	info := UserInfo{User: copyOf(user)}
	if c, ok := CtxFrom(ctx); ok {
		info.OperationID = c.Operation().ID
	}
	return a.cfg.ValidateUserInfo(ctx, info)
}

func copyOf(user *User) *User {
	theirs := *user
	theirs.Extra = database.Extra{}
	for _, column := range user.Extra.Columns() {
		value, _ := user.Extra.Value(column)
		theirs.Extra.SetValue(column, value)
	}
	return &theirs
}
