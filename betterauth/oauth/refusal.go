package oauth

import "errors"

// RefusalCode returns the code with which a plugin refused to sign in, or to link, whom a
// provider proved: "account_not_linked", "signup_disabled". ok is false for an error that
// is no such refusal.
func RefusalCode(err error) (code string, ok bool) {
	var refused interface{ RefusalCode() string }
	if !errors.As(err, &refused) {
		return "", false
	}
	return refused.RefusalCode(), true
}
