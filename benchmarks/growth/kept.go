package main

import (
	"fmt"
	"slices"
	"strings"
)

// keptScan allows an operation to read a table from end to end.
type keptScan struct {
	operation, table string
	// reason says why it stays so.
	reason string
	// remedy says what would end it, or make it rarer.
	remedy string
	// index is the one that would end it, at least in part; "" where none would. The tables have the
	// indexes of the TypeScript server, so it is for the application to create.
	index string
}

const (
	// Nearly all rows have no impersonator. SQLite counts those as one value of very many
	// rows and would not use an index that has them.
	sessionsByActor = `create index "session_impersonatedBy_idx" on "session" ("impersonatedBy") where "impersonatedBy" is not null`
	usersByAge      = `create index "user_createdAt_idx" on "user" ("createdAt")`
	sessionsByEnd   = `create index "session_expiresAt_idx" on "session" ("expiresAt")`
	challengesByEnd = `create index "verification_expiresAt_idx" on "verification" ("expiresAt")`
)

// acting is why sessions are.
const acting = "no index finds the sessions that somebody uses in others' place"

// outstanding is why values of a user are looked for in the whole table.
const outstanding = "what was mailed or begun for a user is found by what it contains; the table has only what is outstanding"

const (
	byAge   = "an index on `createdAt`, and a total that is an estimate or left out"
	byActor = "an index on `impersonatedBy`, of the few rows that have one"
	fewer   = "few outstanding values, which expire within minutes or hours"
	byEnd   = "an index on `expiresAt`"
)

// kept are all scans that are allowed. One that no plan contains any more is an error, so
// that the list stays true.
var kept = []keptScan{
	{listFirst, "user", "no index has the order of creation, and `total` counts every user", byAge, usersByAge},
	{listMiddle, "user", "no index has the order of creation, and skipped rows and `total` are counted", byAge, usersByAge},
	{listSearch, "user", "a text anywhere in an address is found by no index of the tables", "a filter by the whole address; on PostgreSQL an index of trigrams", ""},
	{banUser, "session", acting, byActor, sessionsByActor},
	{removeUser, "session", acting, byActor, sessionsByActor},
	{banUser, "verification", outstanding, fewer, ""},
	{removeUser, "verification", outstanding, fewer, ""},
	{cleanUp, "session", "no index has the date of expiry", byEnd, sessionsByEnd},
	{cleanUp, "verification", "no index has the date of expiry", byEnd, challengesByEnd},
}

// missingIndexes are the statements that create the indexes of the list.
func missingIndexes() (out []string) {
	for _, k := range kept {
		if k.index != "" && !slices.Contains(out, k.index) {
			out = append(out, k.index)
		}
	}
	return out
}

// keepList compares the plans of all engines with the list.
func keepList(plans []operationPlan) error {
	var wrong []string
	found := make([]bool, len(kept))
	for _, op := range plans {
		for _, st := range op.statements {
			for _, table := range st.scanned {
				i := slices.IndexFunc(kept, func(k keptScan) bool { return k.operation == op.operation && k.table == table })
				if i < 0 {
					wrong = append(wrong, fmt.Sprintf("%s reads the whole table %s: %s\n%s", op.operation, table, st.text, strings.Join(st.plan, "\n")))
					continue
				}
				found[i] = true
			}
		}
	}
	for i, k := range kept {
		if !found[i] {
			wrong = append(wrong, fmt.Sprintf("%s no longer reads the whole table %s; take it off the list in kept.go", k.operation, k.table))
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("plans differ from the list in kept.go:\n%s", strings.Join(wrong, "\n"))
	}
	return nil
}
