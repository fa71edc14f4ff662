package database_test

import (
	"context"
	"fmt"

	"github.com/better-auth-go/better-auth/database"
)

// Conditions name columns and bind values. Those of a list are joined with and.
func ExampleStore_List() {
	type Note struct {
		Text   string `json:"text"`
		Author string `json:"author"`
		Likes  int64  `json:"likes"`
		ID     string `json:"id"`
	}
	ctx := context.Background()
	db, notes := noteStore[Note]()
	defer db.Close()
	for _, note := range []Note{{"milk", "ada", 3, ""}, {"bread", "ada", 0, ""}, {"Milk tea", "bob", 5, ""}, {"coffee", "eve", 9, ""}} {
		if err := notes.Create(ctx, &note); err != nil {
			panic(err)
		}
	}

	found, err := notes.List(ctx, database.Query{
		Where: []database.Cond{
			database.Gt("likes", 0),
			database.Or(database.Eq("author", "ada"), database.StartsWithFold("text", "milk")),
		},
		Order: []database.Order{{Column: "likes", Desc: true}},
	})
	if err != nil {
		panic(err)
	}
	for _, note := range found {
		fmt.Println(note.Text, note.Likes)
	}
	// Output:
	// Milk tea 5
	// milk 3
}
