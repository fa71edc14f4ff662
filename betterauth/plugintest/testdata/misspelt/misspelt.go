// Package misspelt is a plugin that misspells columns where no request comes.
package misspelt

import (
	"context"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// Page is a row.
type Page struct {
	Title   string `json:"title"`
	OwnerID string `json:"ownerId" db:"ownerId,index,references=user"`
	ID      string `json:"id"`
}

// Pages is the plugin.
type Pages struct{ store *database.Store[Page] }

// Manifest implements betterauth.Plugin.
func (p *Pages) Manifest() betterauth.Manifest {
	return betterauth.Manifest{ID: "pages", Schema: betterauth.Schema{Tables: []database.Table{database.TableOf[Page]("page")}}}
}

// Init implements betterauth.Initializer.
func (p *Pages) Init(_ context.Context, h *betterauth.Host) (err error) {
	p.store, err = betterauth.StoreOf[Page](h)
	return err
}

// Rename is for the application.
func (p *Pages) Rename(ctx context.Context, owner, id, title string) error {
	_, err := p.store.UpdateOne(ctx, database.Set{"title": title}, database.Eq("id", id), database.Eq("ownerID", owner))
	return err
}
