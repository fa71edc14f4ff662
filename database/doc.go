// Package database keeps an application's rows in SQLite or PostgreSQL behind
// a small typed store.
//
// Start with Open of package sqlite or postgres, or with their New for a pool
// of your own, describe each table by a row struct with [TableOf], put the
// tables together with [Compile], create what is missing with [Schema.Migrate],
// and read and write rows through [StoreOf]:
//
//	type Note struct {
//		Text      string    `json:"text"`
//		CreatedAt time.Time `json:"createdAt" db:"createdAt,now"`
//		ID        string    `json:"id"`
//	}
//
//	tables := []database.Table{database.TableOf[Note]("note")}
//	schema, err := database.Compile(db, tables, nil, database.Options{})
//	plan, err := schema.Migrate(ctx)
//	notes, err := database.StoreOf[Note](schema)
//	err = notes.Create(ctx, &Note{Text: "hello"})
//
// What each engine does in its own way is in the packages sqlite and postgres
// and in [Driver]. Statements are composed in statement.go, a migration is
// planned in planner.go from what live.go read, and row hooks are hook.go.
//
// # Why statements are composed here and not by bun
//
// bun supplies the pools, dialects and transactions, and an application that
// uses bun shares its pool through their New. Statements are composed here from
// quoted identifiers and placeholders, because bun's formatter writes each
// argument into the text of the statement: that drops NUL bytes silently, makes
// every text different, so that no engine can reuse a plan, and leaves
// correctness to escaping. Here every value is a bound parameter, without
// exception. Query hooks registered on a bun.DB therefore do not see these
// statements.
//
// # Absent is not broken
//
// A missing row is [ErrNotFound]; anything else a store returns means that
// the statement was wrong or the database did not answer. A caller that treats
// the second like the first signs people out when a database restarts.
package database
