package database_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/better-auth-go/better-auth/database"
)

// A row that a unique column refuses is ErrUnique on every engine. UniqueError says
// which column it was, and never the value.
func ExampleUniqueError() {
	type Note struct {
		Slug string `json:"slug" db:"slug,unique"`
		ID   string `json:"id"`
	}
	ctx := context.Background()
	db, notes := noteStore[Note]()
	defer db.Close()
	if err := notes.Create(ctx, &Note{Slug: "milk"}); err != nil {
		panic(err)
	}
	err := notes.Create(ctx, &Note{Slug: "milk"})

	var refused *database.UniqueError
	fmt.Println(errors.Is(err, database.ErrUnique))
	fmt.Println(errors.As(err, &refused), refused.Table, refused.Columns)
	// Output:
	// true
	// true note [slug]
}
