package database_test

import (
	"context"
	"fmt"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/sqlite"
)

// Take removes a row and returns it, in one statement. Of any number who take a
// single-use value at once, one gets it.
func ExampleStore_Take() {
	type Note struct {
		Text string `json:"text"`
		ID   string `json:"id"`
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
	if err := notes.Create(ctx, &Note{Text: "one ticket"}); err != nil {
		panic(err)
	}
	for range 2 {
		ticket, err := notes.Take(ctx, database.Eq("text", "one ticket"))
		fmt.Println(ticket != nil, err)
	}
	// Output:
	// true <nil>
	// false database: no row matched
}
