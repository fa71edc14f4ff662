package betterauth

// OrZero is what an optional member of an input holds, the zero value where the
// client did not send it: "" for a *string. Where absent and empty are told apart,
// look at the pointer.
func OrZero[T any](member *T) (value T) {
	if member != nil {
		value = *member
	}
	return value
}
