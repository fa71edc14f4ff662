package account

// The events of this plugin, for audit logs: subscribe with betterauth.On. They hold
// ids and names of columns, no values. Another address and a deleted user are told by
// the core, whoever writes the row: betterauth.EndingHappened.

// Updated says that a user changed their name, their picture or added columns.
type Updated struct {
	UserID string
	// Columns are the logical names of the columns that were set, in order.
	Columns []string
}

// Unlinked says that one of a user's ways to sign in was removed.
type Unlinked struct {
	// AccountID is the id of the account's row, which no longer exists.
	UserID, AccountID string
	// ProviderID is the provider of the account: "credential" for a password.
	ProviderID string
}
