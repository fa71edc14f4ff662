package database_test

import (
	"context"
	"errors"
	"fmt"
)

// What a transaction's function wrote is undone when it returns an error. AfterCommit
// waits until it is durable.
func ExampleDB_Transaction() {
	type Note struct {
		Text string `json:"text"`
		ID   string `json:"id"`
	}
	ctx := context.Background()
	db, notes := noteStore[Note]()
	defer db.Close()

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
