package account

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Linked is an account as a client sees it: without secrets, and with the granted scopes
// as an array, "scopes", in place of "scope".
type Linked struct{ *betterauth.Account }

// MarshalJSON implements json.Marshaler.
func (l Linked) MarshalJSON() ([]byte, error) {
	row, err := database.AppendRow(nil, l.Account)
	if err != nil {
		return nil, err
	}
	scopes, err := json.Marshal(l.Scopes())
	if err != nil {
		return nil, err
	}
	out := []byte{'{'}
	dec := jsontext.NewDecoder(bytes.NewReader(row))
	_, err = dec.ReadToken()
	for err == nil && dec.PeekKind() == '"' {
		member := len(out)
		for _, end := range []byte{':', ','} {
			// Each value is gone with the next one read.
			value, readErr := dec.ReadValue()
			out, err = append(append(out, value...), end), errors.Join(err, readErr)
		}
		if bytes.HasPrefix(out[member:], []byte(`"scope":`)) {
			out = out[:member]
		}
	}
	return append(append(append(out, `"scopes":`...), scopes...), '}'), err
}

// Scopes are the scopes that the user granted, never nil.
func (l Linked) Scopes() []string {
	scopes := []string{}
	if l.Scope == nil {
		return scopes
	}
	for scope := range strings.SplitSeq(*l.Scope, ",") {
		if scope = strings.TrimSpace(scope); scope != "" {
			scopes = append(scopes, scope)
		}
	}
	return scopes
}

// List returns a user's accounts, oldest first.
func (a *Account) List(ctx context.Context, userID string) ([]Linked, error) {
	rows, err := a.accounts.List(ctx, database.Query{
		Where: []database.Cond{database.Eq("userId", userID)},
		Order: []database.Order{{Column: "createdAt"}, {Column: "id"}},
	})
	linked := make([]Linked, len(rows))
	for i, row := range rows {
		linked[i] = Linked{row}
	}
	return linked, err
}

func (a *Account) list(c *betterauth.Ctx, _ betterauth.None) ([]Linked, error) {
	return a.List(c, c.Identity().User.ID)
}

// UnlinkInput is the input of unlinkAccount. AccountID is the id of the account's row,
// not the account's id at its provider.
type UnlinkInput struct {
	AccountID string `json:"accountId"`
}

func (a *Account) unlink(c *betterauth.Ctx, in UnlinkInput) (betterauth.Status, error) {
	err := c.ChangeAccess(func(tx *betterauth.Ctx, user *betterauth.User) error { return a.Unlink(tx, user.ID, in.AccountID) })
	return betterauth.Status{Status: err == nil}, err
}

// Unlink removes one of a user's accounts, by the id of its row. Unless
// Config.AllowUnlinkingAll is set, it refuses to remove the last account, and one without
// which the user could not sign in, with ErrLastAccount, even if several are removed at
// the same time. An account that does not exist or belongs to another user is
// ErrAccountNotFound.
func (a *Account) Unlink(ctx context.Context, userID, id string) error {
	remove := func(ctx context.Context) error { return a.removeAccount(ctx, userID, id) }
	var err error
	if a.cfg.AllowUnlinkingAll {
		err = a.host.Transaction(ctx, remove)
	} else {
		err = a.host.KeepSignInWay(ctx, userID, remove)
	}
	switch {
	case errors.Is(err, betterauth.ErrLastSignInWay):
		return ErrLastAccount.Because(err)
	case errors.Is(err, database.ErrNotFound):
		return ErrAccountNotFound.Because(err)
	}
	return err
}

func (a *Account) removeAccount(ctx context.Context, userID, id string) error {
	// Holding the user lets unlinkings of theirs take turns.
	if _, err := a.users.GetLocked(ctx, database.Eq("id", userID)); err != nil {
		return err
	}
	accounts, err := a.List(ctx, userID)
	if err != nil {
		return err
	}
	if len(accounts) == 1 && !a.cfg.AllowUnlinkingAll {
		return ErrLastAccount
	}
	i := slices.IndexFunc(accounts, func(l Linked) bool { return l.ID == id })
	if i < 0 {
		return ErrAccountNotFound
	}
	n, err := a.accounts.Delete(ctx, database.Eq("id", id), database.Eq("userId", userID))
	if err == nil && n == 0 {
		err = ErrAccountNotFound
	}
	if err != nil {
		return err
	}
	betterauth.Emit(ctx, a.host, Unlinked{UserID: userID, AccountID: id, ProviderID: accounts[i].ProviderID})
	return nil
}
