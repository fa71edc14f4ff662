package betterauth

// OrZero returns the value of an optional member of an input, or the zero value if the
// client did not send it: "" for a *string. If absent and empty mean different things,
// check the pointer.
func OrZero[T any](member *T) (value T) {
	if member != nil {
		value = *member
	}
	return value
}
