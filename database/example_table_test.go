package database_test

import (
	"context"
	"fmt"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/sqlite"
)

// A migration only adds, and is readable before it runs.
func ExampleSchema_Plan() {
	type Note struct {
		Text   string  `json:"text"`
		Author *string `json:"author" db:"author,index"`
		ID     string  `json:"id"`
	}
	ctx := context.Background()
	db, err := sqlite.Open(":memory:")
	if err != nil {
		panic(err)
	}
	defer db.Close()
	tables := []database.Table{database.TableOf[Note]("note")}
	schema, err := database.Compile(db, tables, nil, database.Options{Naming: database.Naming{Style: database.SnakePlural}})
	if err != nil {
		panic(err)
	}
	plan, err := schema.Plan(ctx)
	if err != nil {
		panic(err)
	}
	fmt.Println(plan)
	// Output:
	// create table "notes" ("id" text not null primary key, "text" text not null, "author" text);
	// create index "notes_author_idx" on "notes" ("author");
}
