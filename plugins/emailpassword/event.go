package emailpassword

// The event of this plugin: subscribe with betterauth.On. What it does beside is the
// same by whatever plugin it is done, and told by the core: betterauth.UserCreated,
// SignedIn, SessionEnded, and EndingHappened with PasswordReset or PasswordChanged.

// ExistingUserSignedUp says that somebody signed up with an address that the user has
// proven to be theirs, where the answer does not say so: for a mail to the user. An
// address that nobody has proven is anybody's to sign up with, and tells nobody. It is
// told in the background, so that its time tells nothing; see
// betterauth.EmitInBackground.
type ExistingUserSignedUp struct{ UserID string }
