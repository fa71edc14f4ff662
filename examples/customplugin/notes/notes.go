// Package notes keeps notes that belong to their user.
package notes

import (
	"context"
	"net/http"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// Note is a row: the struct is the table, and the answer.
type Note struct {
	Text   string `json:"text"`
	UserID string `json:"userId" db:"userId,index,references=user"`
	ID     string `json:"id"`
}

// Notes is the plugin.
type Notes struct{ store *database.Store[Note] }

// ErrNotFound answers for notes that are missing or somebody else's.
var ErrNotFound = &betterauth.ErrorCode{Code: "NOTE_NOT_FOUND", Message: "Note not found", Status: http.StatusNotFound}

// Manifest implements betterauth.Plugin.
func (n *Notes) Manifest() betterauth.Manifest {
	return betterauth.Manifest{
		ID:     "notes",
		Schema: betterauth.Schema{Tables: []database.Table{database.TableOf[Note]("note")}},
		Endpoints: []betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{ID: "addNote", Method: http.MethodPost, Path: "/notes/add", Access: betterauth.WithSession}, n.add),
			betterauth.Handle(betterauth.Operation{ID: "deleteNote", Method: http.MethodPost, Path: "/notes/delete", Access: betterauth.WithSession}, n.remove),
		},
		Errors: []*betterauth.ErrorCode{ErrNotFound},
	}
}

// Init implements betterauth.Initializer.
func (n *Notes) Init(_ context.Context, h *betterauth.Host) (err error) {
	n.store, err = betterauth.StoreOf[Note](h)
	return err
}

func (n *Notes) add(c *betterauth.Ctx, in struct {
	Text string `json:"text" check:"trim,nonempty,max=1000"`
}) (*Note, error) {
	note := &Note{Text: in.Text, UserID: c.Identity().User.ID}
	return note, n.store.Create(c, note)
}

func (n *Notes) remove(c *betterauth.Ctx, in struct {
	ID string `json:"id"`
}) (betterauth.Status, error) {
	rows, err := n.store.Delete(c, database.Eq("id", in.ID), database.Eq("userId", c.Identity().User.ID))
	if err == nil && rows == 0 {
		err = ErrNotFound
	}
	return betterauth.Status{Status: err == nil}, err
}
