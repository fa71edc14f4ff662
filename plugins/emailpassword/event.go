package emailpassword

// The event of this plugin: subscribe with betterauth.On. What it does beside is the
// same by whatever plugin it is done, and told by the core: betterauth.UserCreated,
// SignedIn, SessionEnded, and EndingHappened with PasswordReset or PasswordChanged.

// ExistingUserSignedUp says that somebody tried to sign up with the proven address of an
// existing user, while the answer does not reveal that the address is taken. Use it to
// send a mail to the user. It is not emitted for an address that nobody has proven, since
// anybody may sign up with it. It is emitted in the background, so that the time of the
// answer reveals nothing; see betterauth.EmitInBackground.
type ExistingUserSignedUp struct{ UserID string }
