package database_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/sqlite"
)

// Note is a row: its fields are the table's columns.
type Note struct {
	Text string `json:"text"`
	ID   string `json:"id"`
}

// A struct is a table. Compile puts tables together, Migrate creates what the
// database lacks, and a store reads and writes rows.
func Example() {
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

	note := &Note{Text: "milk"}
	if err := notes.Create(ctx, note); err != nil {
		panic(err)
	}
	found, err := notes.Get(ctx, database.Eq("id", note.ID))
	fmt.Println(found.Text, err)

	_, err = notes.Get(ctx, database.Eq("text", "bread"))
	fmt.Println(errors.Is(err, database.ErrNotFound))
	// Output:
	// milk <nil>
	// true
}
