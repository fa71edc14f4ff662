package apikey

import (
	"context"
	"errors"
	"reflect"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// find returns which key of a user is meant: by its id, its configuration and
// its owner. Which organization a user belongs to is not known here.
func (k *Keys) find(ctx context.Context, userID string, configID *string, id string) (*Config, []database.Cond, error) {
	conf, err := k.config(betterauth.OrZero(configID))
	if err != nil {
		return nil, nil, err
	}
	where := []database.Cond{database.Eq("id", id), database.In("configId", conf.ids()...)}
	if !conf.Organizations {
		return conf, append(where, database.Eq("referenceId", userID)), nil
	}
	if _, err := k.one(ctx, where); err != nil {
		return nil, nil, err
	}
	return nil, nil, ErrNoOrganizations
}

func (k *Keys) one(ctx context.Context, where []database.Cond) (*Key, error) {
	key, err := k.store.Get(ctx, where...)
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrKeyNotFound
	}
	return key, err
}

// GetInput is the input of getApiKey.
type GetInput struct {
	ConfigID *string `query:"configId"`
	ID       string  `query:"id"`
}

func (k *Keys) getKey(c *betterauth.Ctx, in GetInput) (*Answer, error) {
	key, err := k.Get(c, c.Identity().User.ID, in)
	if err != nil {
		return nil, err
	}
	return key.Answer(), nil
}

// Get returns a key of a user. Another user's key is ErrKeyNotFound, like a key that does
// not exist.
func (k *Keys) Get(ctx context.Context, userID string, in GetInput) (*Key, error) {
	_, where, err := k.find(ctx, userID, in.ConfigID, in.ID)
	if err != nil {
		return nil, err
	}
	key, err := k.one(ctx, where)
	if err != nil {
		return nil, err
	}
	k.sweep(ctx)
	k.repair(ctx, key)
	return key, nil
}

// DeleteInput is the input of deleteApiKey.
type DeleteInput struct {
	ConfigID *string `json:"configId"`
	KeyID    string  `json:"keyId"`
}

func (k *Keys) deleteKey(c *betterauth.Ctx, in DeleteInput) (betterauth.Success, error) {
	user := c.Identity().User
	if banned(user, c.Now()) {
		return betterauth.Success{}, ErrUserBanned
	}
	return betterauth.Success{Success: true}, k.Delete(c, user.ID, in)
}

// Delete deletes a key of a user; see Get.
func (k *Keys) Delete(ctx context.Context, userID string, in DeleteInput) error {
	_, where, err := k.find(ctx, userID, in.ConfigID, in.KeyID)
	if err != nil {
		return err
	}
	n, err := k.remove(ctx, where...)
	if err == nil && n == 0 {
		err = ErrKeyNotFound
	}
	k.sweep(ctx)
	return err
}

// ListInput is the input of listApiKeys.
type ListInput struct {
	// ConfigID selects the keys of one configuration. Default: all.
	ConfigID       *string `query:"configId"`
	OrganizationID *string `query:"organizationId"`
	// Limit and Offset select a page. Default: all keys, from the first one.
	Limit  *int `query:"limit" check:"min=0"`
	Offset *int `query:"offset" check:"min=0"`
	// SortBy is the member of a key to sort by. Default: the order in which keys were
	// made.
	SortBy *string `query:"sortBy"`
	// SortDirection is "asc" or "desc". Default "asc".
	SortDirection *string `query:"sortDirection" check:"enum=asc|desc"`
}

// List is the answer of listApiKeys.
type List struct {
	Keys []*Answer `json:"apiKeys"`
	// Total is the number of keys on all pages.
	Total  int  `json:"total"`
	Limit  *int `json:"limit,omitzero"`
	Offset *int `json:"offset,omitzero"`
}

func (k *Keys) listKeys(c *betterauth.Ctx, in ListInput) (List, error) {
	keys, total, err := k.List(c, c.Identity().User.ID, in)
	if err != nil {
		return List{}, err
	}
	answers := make([]*Answer, len(keys))
	for i, key := range keys {
		answers[i] = key.Answer()
	}
	return List{answers, total, in.Limit, in.Offset}, nil
}

// List returns a page of a user's keys and how many there are in all.
func (k *Keys) List(ctx context.Context, userID string, in ListInput) (keys []*Key, total int, err error) {
	if betterauth.OrZero(in.OrganizationID) != "" {
		return nil, 0, ErrNoOrganizations
	}
	order, err := in.order()
	if err != nil {
		return nil, 0, err
	}
	where := k.ofUser(userID)
	if id := betterauth.OrZero(in.ConfigID); id != "" {
		if _, err := k.config(id); err != nil {
			return nil, 0, err
		}
		named := Config{ConfigID: id}
		where = append(where, database.In("configId", named.ids()...))
	}
	if total, err = k.store.Count(ctx, where...); err != nil {
		return nil, 0, err
	}
	k.sweep(ctx)
	q := database.Query{Where: where, Order: order}
	if in.Limit != nil {
		if *in.Limit == 0 {
			return nil, total, nil
		}
		q.Limit = *in.Limit
	}
	if in.Offset != nil {
		q.Offset = *in.Offset
	}
	if keys, err = k.store.List(ctx, q); err != nil {
		return nil, 0, err
	}
	k.repair(ctx, keys...)
	return keys, total, nil
}

// sortable are the columns keys can be sorted by: those that clients see.
var sortable = func() map[string]bool {
	columns := map[string]bool{}
	row := reflect.TypeFor[Key]()
	for i := range row.NumField() {
		columns[row.Field(i).Tag.Get("json")] = true
	}
	delete(columns, "-")
	return columns
}()

func (in *ListInput) order() ([]database.Order, error) {
	made := []database.Order{{Column: "createdAt"}, {Column: "id"}}
	by := betterauth.OrZero(in.SortBy)
	if by == "" {
		return made, nil
	}
	if by == "_id" {
		by = "id" // as clients say that have known the keys in MongoDB
	}
	if !sortable[by] {
		return nil, betterauth.ErrValidation.Messagef("[query.sortBy] Invalid option")
	}
	first := database.Order{Column: by, Desc: betterauth.OrZero(in.SortDirection) == "desc"}
	return append([]database.Order{first}, made...), nil
}
