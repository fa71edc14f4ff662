package database_test

import (
	"context"
	"fmt"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/sqlite"
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
	db, err := sqlite.Open(":memory:")
	if err != nil {
		panic(err)
	}
	defer db.Close()
	schema, err := database.Compile(db, []database.Table{database.TableOf[Note]("note")}, nil, database.Options{})
	if err != nil {
		panic(err)
	}
	if _, err := schema.Migrate(ctx); err != nil {
		panic(err)
	}
	notes, err := database.StoreOf[Note](schema)
	if err != nil {
		panic(err)
	}
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
