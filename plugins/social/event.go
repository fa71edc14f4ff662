package social

// Linked is emitted when an account at a provider was linked to a user who existed.
type Linked struct {
	UserID, ProviderID string
	// AccountID is the id of the account's row.
	AccountID string
	// Implicit says that a sign-in linked it, since its address is the user's.
	Implicit bool
}
