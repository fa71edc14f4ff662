package admin

import (
	"context"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// UserInput is the input of operations on one user.
type UserInput struct {
	UserID string `json:"userId" check:"coerce"`
}

// BanInput is the input of banUser. BanExpiresIn is in seconds; without it, and
// with 0, the ban lasts for Config.DefaultBanDuration.
type BanInput struct {
	UserID       string   `json:"userId" check:"coerce"`
	BanReason    *string  `json:"banReason"`
	BanExpiresIn *float64 `json:"banExpiresIn" check:"min=-10000000000,max=10000000000"`
}

func (a *Admin) banUser(c *betterauth.Ctx, in BanInput) (UserAnswer, error) {
	reason := ""
	if in.BanReason != nil {
		reason = *in.BanReason
	}
	var until *time.Time
	if in.BanExpiresIn != nil && *in.BanExpiresIn != 0 {
		// A time.Duration holds less than 300 years of nanoseconds.
		at := time.UnixMilli(c.Now().UnixMilli() + int64(*in.BanExpiresIn*1000)).UTC()
		until = &at
	}
	var user *betterauth.User
	err := a.actOn(c, in.UserID, []permission{toBan}, func(tx *betterauth.Ctx, caller, target *betterauth.User) (err error) {
		if target.ID == caller.ID {
			return ErrBanYourself
		}
		user, err = a.Ban(tx, target.ID, reason, until)
		return err
	})
	return UserAnswer{user}, err
}

// Ban bans a user and ends their sessions, and those in which they impersonate others. An
// empty reason is Config.DefaultBanReason; with a nil until the ban lasts for
// Config.DefaultBanDuration. A sign-in at the same time leaves no session.
func (a *Admin) Ban(ctx context.Context, userID, reason string, until *time.Time) (*betterauth.User, error) {
	if reason == "" {
		reason = a.cfg.DefaultBanReason
	}
	if until == nil && a.cfg.DefaultBanDuration > 0 {
		at := a.host.Now().Add(a.cfg.DefaultBanDuration)
		until = &at
	}
	return a.Update(ctx, userID, database.Set{"banned": true, "banReason": reason, "banExpires": until})
}

func unban() database.Set {
	return database.Set{"banned": false, "banReason": nil, "banExpires": nil}
}

func (a *Admin) unbanUser(c *betterauth.Ctx, in UserInput) (UserAnswer, error) {
	var user *betterauth.User
	err := a.actOn(c, in.UserID, []permission{toBan}, func(tx *betterauth.Ctx, _, target *betterauth.User) (err error) {
		user, err = a.Unban(tx, target.ID)
		return err
	})
	return UserAnswer{user}, err
}

// Unban lifts a ban.
func (a *Admin) Unban(ctx context.Context, userID string) (*betterauth.User, error) {
	return a.Update(ctx, userID, unban())
}
