package apikey_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/apikey"
)

// Keys made in one millisecond, as the kit's clock makes all of them, are listed
// in the order they were made.
func TestKeysOfOneMillisecond(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit, keys := site(t, db)
		ada := kit.SignedIn("ada@example.com")
		var want []string
		for i := range 12 {
			name := fmt.Sprint("key", i)
			if _, _, err := keys.Create(t.Context(), ada.User.ID, apikey.CreateInput{Name: &name}); err != nil {
				t.Fatal(err)
			}
			want = append(want, name)
		}
		for _, query := range []string{"", "?sortBy=createdAt", "?sortBy=createdAt&sortDirection=desc"} {
			var list struct {
				Keys []struct {
					Name string `json:"name"`
				} `json:"apiKeys"`
			}
			ada.Get("/api-key/list" + query).Want(http.StatusOK).Into(&list)
			var got []string
			for _, key := range list.Keys {
				got = append(got, key.Name)
			}
			if query == "?sortBy=createdAt&sortDirection=desc" {
				slices.Reverse(got)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%q: %v, want %v", query, got, want)
			}
		}
	})
}
