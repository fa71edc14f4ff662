package database_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/sqlite"
)

// What a transaction's function wrote is undone when it returns an error. AfterCommit
// waits until it is durable.
func ExampleDB_Transaction() {
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

	write := func(ctx context.Context, text string, then error) error {
		return db.Transaction(ctx, func(ctx context.Context) error {
			db.AfterCommit(ctx, func(context.Context) { fmt.Println("stored:", text) })
			if err := notes.Create(ctx, &Note{Text: text}); err != nil {
				return err
			}
			return then
		})
	}
	fmt.Println(write(ctx, "milk", nil))
	fmt.Println(write(ctx, "bread", errors.New("changed my mind")))
	n, err := notes.Count(ctx)
	fmt.Println(n, err)
	// Output:
	// stored: milk
	// <nil>
	// changed my mind
	// 1 <nil>
}
