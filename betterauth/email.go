package betterauth

import (
	"context"
	"net/http"
	"strings"

	"github.com/better-auth-go/better-auth/database"
)

// The codes of addresses, whatever operation or method they come from.
var (
	// ErrInvalidEmail says that a text is no e-mail address; see IsEmail.
	ErrInvalidEmail = &ErrorCode{"INVALID_EMAIL", "Invalid email", http.StatusBadRequest}
	// ErrUserExists says that a user already has the address.
	ErrUserExists = &ErrorCode{"USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL", "User already exists. Use another email.", http.StatusUnprocessableEntity}
)

// NormalizeEmail returns an address in the form in which it is stored and looked up: in
// lower case, without white space around it. ok is false if the text is no address (see
// IsEmail); email is then the same form of the text.
//
// The core applies it to every user row that is created or gets another address, whoever
// writes the row; see CreateUser.
func NormalizeEmail(address string) (email string, ok bool) {
	email = strings.TrimSpace(address)
	ok = IsEmail(email) // before it is folded: some letters beyond ASCII fold into it
	return strings.ToLower(email), ok
}

// storedEmail is the address as it is looked up.
func storedEmail(address string) string {
	email, _ := NormalizeEmail(address)
	return email
}

// normalizeHooks come before the hooks of plugins, which then see an address as it
// will be stored. What is no address yet may become one in them.
func normalizeHooks() database.Hooks {
	return database.RowHooks[User]{
		BeforeCreate: func(_ context.Context, user *User) error {
			if email, ok := NormalizeEmail(user.Email); ok {
				user.Email = email
			}
			return nil
		},
		BeforeUpdate: func(_ context.Context, user *User, set database.Set) error {
			given, _ := set["email"].(string)
			if email, ok := NormalizeEmail(given); ok && given != user.Email {
				set["email"] = email
			}
			return nil
		},
	}
}

// admitHooks come after the hooks of plugins: what they made of a row is what
// counts.
func (a *Auth) admitHooks() database.Hooks {
	return database.RowHooks[User]{
		BeforeCreate: a.admitUser,
		BeforeUpdate: func(_ context.Context, user *User, set database.Set) error {
			value, changes := set["email"]
			if !changes || value == any(user.Email) {
				return nil // also an address that another program stored
			}
			given, _ := value.(string)
			email, ok := NormalizeEmail(given)
			if !ok {
				return ErrInvalidEmail
			}
			set["email"] = email
			return nil
		},
	}
}

// admitUser is asked about every user before they are made, whatever makes them: a
// sign-up, a link, a code, a passkey, an administrator, CreateUser, or a program
// that writes with a store. An error keeps them from being made and undoes what
// goes with it.
func (a *Auth) admitUser(_ context.Context, user *User) error {
	email, ok := NormalizeEmail(user.Email)
	if !ok {
		return ErrInvalidEmail
	}
	user.Email = email
	return nil
}
