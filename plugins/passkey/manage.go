package passkey

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// maxNameLength bounds a passkey's name in UTF-16 code units.
const maxNameLength = 128

// List returns a user's passkeys, oldest first.
func (p *Passkeys) List(ctx context.Context, userID string) ([]*Passkey, error) {
	return p.store.List(ctx, database.Query{
		Where: []database.Cond{database.Eq("userId", userID)},
		Order: []database.Order{{Column: "createdAt"}, {Column: "id"}},
	})
}

// Delete deletes a passkey of the user. A passkey that does not exist or belongs to
// another user is ErrPasskeyMissing. Unless Config.AllowDeletingLast is set, a passkey
// without which the user could not sign in is ErrLastPasskey, even if several are deleted
// at the same time.
func (p *Passkeys) Delete(ctx context.Context, userID, id string) error {
	remove := func(ctx context.Context) error {
		n, err := p.store.Delete(ctx, database.Eq("id", id), database.Eq("userId", userID))
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrPasskeyMissing
		}
		betterauth.Emit(ctx, p.host, Deleted{UserID: userID, PasskeyID: id})
		return nil
	}
	if p.cfg.AllowDeletingLast {
		return p.host.Transaction(ctx, remove)
	}
	err := p.host.KeepSignInWay(ctx, userID, remove)
	switch {
	case errors.Is(err, betterauth.ErrLastSignInWay):
		return ErrLastPasskey.Because(err)
	case errors.Is(err, database.ErrNotFound):
		return ErrPasskeyMissing.Because(err)
	}
	return err
}

// has reports whether a user can sign in with a passkey.
func (p *Passkeys) has(ctx context.Context, userID string) (bool, error) {
	return p.store.Exists(ctx, database.Eq("userId", userID))
}

// Rename gives a passkey of the user another name. A passkey that does not exist or
// belongs to another user is ErrPasskeyMissing.
func (p *Passkeys) Rename(ctx context.Context, userID, id, name string) (*Passkey, error) {
	if err := checkName("body.name", name); err != nil {
		return nil, err
	}
	key, err := p.store.UpdateOne(ctx, database.Set{"name": name}, database.Eq("id", id), database.Eq("userId", userID))
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrPasskeyMissing
	}
	if err != nil {
		return nil, err
	}
	betterauth.Emit(ctx, p.host, Renamed{UserID: userID, PasskeyID: id})
	return key, nil
}

func (p *Passkeys) list(c *betterauth.Ctx, _ betterauth.None) ([]*Passkey, error) {
	return p.List(c, c.Identity().User.ID)
}

// DeleteInput is the input of deletePasskey.
type DeleteInput struct {
	ID string `json:"id"`
}

var errNoID = &betterauth.ErrorCode{Message: "Missing required parameter: id", Status: http.StatusBadRequest}

func (p *Passkeys) delete(c *betterauth.Ctx, in DeleteInput) (betterauth.Status, error) {
	if in.ID == "" {
		return betterauth.Status{}, errNoID
	}
	err := c.ChangeAccess(func(tx *betterauth.Ctx, user *betterauth.User) error { return p.Delete(tx, user.ID, in.ID) })
	return betterauth.Status{Status: err == nil}, err
}

// UpdateInput is the input of updatePasskey.
type UpdateInput struct {
	ID   string `json:"id"`
	Name string `json:"name" check:"trim,nonempty"`
}

// UpdateAnswer is the answer of updatePasskey.
type UpdateAnswer struct {
	Passkey *Passkey `json:"passkey"`
}

func (p *Passkeys) update(c *betterauth.Ctx, in UpdateInput) (UpdateAnswer, error) {
	key, err := p.Rename(c, c.Identity().User.ID, in.ID, in.Name)
	return UpdateAnswer{key}, err
}

// checkName refuses names that could mislead whoever reads them: overlong, with
// control characters, or with characters that turn the direction of text.
func checkName(field, name string) error {
	if len(utf16.Encode([]rune(name))) > maxNameLength {
		return betterauth.ErrValidation.Messagef("[%s] Too big: expected string to have <=%d characters", field, maxNameLength)
	}
	if strings.ContainsFunc(name, misleading) {
		return betterauth.ErrValidation.Messagef("[%s] Invalid input: control characters are not allowed", field)
	}
	return nil
}

func misleading(r rune) bool {
	switch {
	case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x061c:
		return true
	}
	return false
}
