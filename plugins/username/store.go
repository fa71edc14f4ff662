package username

import (
	"context"
	"reflect"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// beforeCreate checks and normalizes on every way a user comes to be, also
// those that know nothing of usernames.
func (u *Username) beforeCreate(ctx context.Context, user *betterauth.User) error {
	set := database.Set{}
	for _, column := range []string{memberName, memberDisplay} {
		if value, ok := user.Extra.Value(column); ok {
			set[column] = value
		}
	}
	if name, ok := asText(set[memberName]); ok && !u.cfg.DisableDisplayUsername {
		if display, ok := asText(set[memberDisplay]); !ok || display == "" {
			set[memberDisplay] = name
		}
	}
	if err := u.settle(ctx, set, ""); err != nil {
		return err
	}
	for column, value := range set {
		user.Extra.SetValue(column, value)
	}
	return nil
}

// beforeUpdate does the same for every change, with the row locked: a username
// that is for good is compared with what stands now.
func (u *Username) beforeUpdate(ctx context.Context, user *betterauth.User, set database.Set) error {
	if value, changes := set[memberName]; changes {
		name, _ := asText(value)
		if c, ok := betterauth.CtxFrom(ctx); ok && c.Operation().ID == updateUser {
			if err := u.mayBecome(user, name); err != nil {
				return err
			}
		}
	}
	return u.settle(ctx, set, user.ID)
}

// settle checks and normalizes the columns that are about to be written for the
// user with the id own. Values that are no text are left to the store, which
// refuses all but NULL.
func (u *Username) settle(ctx context.Context, set database.Set, own string) error {
	name, named := asText(set[memberName])
	if named {
		if err := u.check(name); err != nil {
			return err
		}
		if err := u.free(ctx, name, own); err != nil {
			return err
		}
		set[memberName] = u.normalize(name)
	}
	if display, ok := asText(set[memberDisplay]); ok && !u.cfg.DisableDisplayUsername {
		// A spelling that was only derived is the username as it was written, which
		// was judged as a username. Nobody chose it as a spelling.
		if derived := named && display == name; !derived {
			if err := u.checkDisplay(display); err != nil {
				return err
			}
		}
		set[memberDisplay] = u.normalizeDisplay(display)
	}
	return nil
}

// asText reads a value that the store takes for text: a string, or a pointer to
// one, of whatever name.
func asText(value any) (text string, ok bool) {
	v := reflect.ValueOf(value)
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.String {
		return "", false
	}
	return v.String(), true
}
