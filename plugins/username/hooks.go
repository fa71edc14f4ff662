package username

import (
	"context"
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

const (
	memberName    = "username"
	memberDisplay = "displayUsername"
)

// beforeSignUp checks what a sign-up sets, early and with the errors clients
// know. Either of the two stands in for the other when it is missing.
func (u *Username) beforeSignUp(c *betterauth.Ctx, m betterauth.Members) error {
	if _, sent := m[memberName]; !sent {
		if display, ok := m.Text(memberDisplay); ok && u.check(display) == nil {
			m.SetText(memberName, display)
		}
	}
	name, ok := m.Text(memberName)
	if ok {
		if err := u.check(name); err != nil {
			return err
		}
		if err := u.free(c, name, ""); err != nil {
			return err
		}
	}
	if err := u.checkDisplayMember(m); err != nil {
		return err
	}
	if display, isText := m.Text(memberDisplay); ok && (isText && display == "" || isAbsent(m, memberDisplay)) {
		m.SetText(memberDisplay, name)
	}
	return nil
}

// beforeUpdateUser runs before the operation demands its session, and demands it
// first: what is wrong with a username is not for visitors, least of all that
// somebody has it.
func (u *Username) beforeUpdateUser(c *betterauth.Ctx, m betterauth.Members) error {
	id, err := c.StoredSession()
	if errors.Is(err, betterauth.ErrNoSession) {
		return betterauth.ErrUnauthorized
	}
	if err != nil {
		return err
	}
	name, ok := m.Text(memberName)
	if ok {
		if err := u.check(name); err != nil {
			return err
		}
	}
	if _, sent := m[memberName]; sent {
		if err := u.mayBecome(id.User, name); err != nil {
			return err
		}
		if ok {
			if err := u.free(c, name, id.User.ID); err != nil {
				return err
			}
		}
	}
	return u.checkDisplayMember(m)
}

func (u *Username) checkDisplayMember(m betterauth.Members) error {
	if display, ok := m.Text(memberDisplay); ok {
		return u.checkDisplay(display)
	}
	return nil
}

func isAbsent(m betterauth.Members, name string) bool {
	raw, sent := m[name]
	return !sent || raw.Kind() == 'n'
}

// mayBecome refuses another username, or none, for a user whose own is for good.
func (u *Username) mayBecome(user *betterauth.User, name string) error {
	if current, ok := Name.Get(user); u.cfg.Immutable && ok && u.normalize(name) != current {
		return ErrImmutable
	}
	return nil
}

// free returns ErrTaken if another user than the one with the id own has this
// name.
func (u *Username) free(ctx context.Context, name, own string) error {
	user, err := u.find(ctx, name)
	switch {
	case errors.Is(err, database.ErrNotFound):
		return nil
	case err != nil:
		return err
	case user.ID != own:
		return ErrTaken
	}
	return nil
}

func (u *Username) find(ctx context.Context, name string) (*betterauth.User, error) {
	return u.users.Get(ctx, database.Eq(memberName, u.normalize(name)))
}

// takenMeanwhile answers for the unique index, which decides between two who
// found a username free at the same time. It hears of it after the transaction:
// a refusal takes that with it.
func takenMeanwhile(_ *betterauth.Ctx, r *betterauth.Result) error {
	if database.UniqueViolation(r.Err, "user", memberName) {
		r.Err = ErrTaken.Because(r.Err)
	}
	return nil
}
