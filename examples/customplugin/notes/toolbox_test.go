package notes_test

import (
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/examples/customplugin/notes"
)

func TestNotes(t *testing.T) {
	kit := plugintest.New(t, new(notes.Notes))
	alice, bob := kit.SignedIn("alice@example.com"), kit.SignedIn("bob@example.com")

	var note notes.Note // over HTTP, with all that a browser's request goes through
	alice.Post("/notes/add", map[string]any{"text": " milk "}).Want(http.StatusOK).Into(&note)
	if note.Text != "milk" || note.UserID != alice.User.ID {
		t.Errorf("added %+v", note)
	}

	before := kit.Rows() // everything that is stored
	bob.Post("/notes/delete", map[string]any{"id": note.ID}).WantError(notes.ErrNotFound)
	if !reflect.DeepEqual(before, kit.Rows()) {
		t.Error("a refused request changed something")
	}

	sessions, err := plugintest.Call[[]*betterauth.Session](alice, "listSessions", betterauth.None{}) // in process, typed
	if err != nil || len(sessions) != 1 {
		t.Errorf("%d sessions, %v", len(sessions), err)
	}

	kit.Clock.Advance(8 * 24 * time.Hour) // the session is over
	alice.Post("/notes/delete", map[string]any{"id": note.ID}).WantError(betterauth.ErrUnauthorized)
}
