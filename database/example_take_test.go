package database_test

import (
	"context"
	"fmt"

	"github.com/better-auth-go/better-auth/database"
)

// Take removes a row and returns it, in one statement. Of any number who take a
// single-use value at once, one gets it.
func ExampleStore_Take() {
	type Note struct {
		Text string `json:"text"`
		ID   string `json:"id"`
	}
	ctx := context.Background()
	db, notes := noteStore[Note]()
	defer db.Close()
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
