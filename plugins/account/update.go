package account

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json/jsontext"
)

// UpdateInput is the input of updateUser: "name", "image", and added columns.
type UpdateInput struct {
	Members betterauth.Members `json:"-" input:"rest"`
}

func (a *Account) update(c *betterauth.Ctx, in UpdateInput) (betterauth.Status, error) {
	set, err := a.changes(in.Members)
	if err != nil {
		return betterauth.Status{}, err
	}
	id := c.Identity()
	user, err := a.users.UpdateOne(c, set, database.Eq("id", id.User.ID))
	if errors.Is(err, database.ErrNotFound) {
		return betterauth.Status{}, betterauth.ErrUnauthorized.Because(err)
	}
	if err != nil {
		return betterauth.Status{}, err
	}
	betterauth.Emit(c, a.host, Updated{UserID: user.ID, Columns: slices.Sorted(maps.Keys(set))})
	c.RefreshCookies(&betterauth.Identity{Session: id.Session, User: user}, betterauth.AllCookies)
	return betterauth.Status{Status: true}, nil
}

// changes checks what is to be set. The address has a way of its own.
func (a *Account) changes(members betterauth.Members) (database.Set, error) {
	if truthy(members["email"]) {
		return nil, ErrEmailNotUpdatable
	}
	set, err := a.host.AdditionalValues("user", members, false)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"name", "image"} {
		raw, sent := members[name]
		if !sent {
			continue
		}
		if name == "image" && raw.Kind() == 'n' {
			set[name] = nil
			continue
		}
		text, ok := members.Text(name)
		switch {
		case !ok:
			return nil, betterauth.ErrValidation.Messagef("[body.%s] Invalid input: expected string, received %s", name, kindOf(raw))
		case strings.ContainsRune(text, 0):
			return nil, betterauth.ErrValidation.Messagef("[body.%s] Invalid input: text contains a NUL character", name)
		}
		set[name] = text
	}
	if len(set) == 0 {
		return nil, errNothingToUpdate
	}
	return set, nil
}

// kindOf names what a client sent, as validation messages do.
func kindOf(raw jsontext.Value) string {
	switch raw.Kind() {
	case 'n':
		return "null"
	case 't', 'f':
		return "boolean"
	case '0':
		return "number"
	case '[':
		return "array"
	case '{':
		return "object"
	}
	return "string"
}

// truthy is JavaScript's idea of a value that counts.
func truthy(raw jsontext.Value) bool {
	switch raw.Kind() {
	case 0, 'n', 'f':
		return false
	case '"':
		return string(raw) != `""`
	case '0':
		n, err := strconv.ParseFloat(string(raw), 64)
		return err != nil || n != 0
	}
	return true
}
