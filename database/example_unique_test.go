package database_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/sqlite"
)

// A row that a unique column refuses is ErrUnique on every engine. UniqueError says
// which column it was, and never the value.
func ExampleUniqueError() {
	type Note struct {
		Slug string `json:"slug" db:"slug,unique"`
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
	if err := notes.Create(ctx, &Note{Slug: "milk"}); err != nil {
		panic(err)
	}
	err = notes.Create(ctx, &Note{Slug: "milk"})

	var refused *database.UniqueError
	fmt.Println(errors.Is(err, database.ErrUnique))
	fmt.Println(errors.As(err, &refused), refused.Table, refused.Columns)
	// Output:
	// true
	// true note [slug]
}
