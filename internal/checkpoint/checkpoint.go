// Package checkpoint lets the tests of this module stop a request at a place
// between two steps, which no hook of the public contract reaches: to change
// something there that other requests could change at the same moment.
package checkpoint

import "context"

// Place is where a request may be stopped.
type Place int

// Admitted is reached when an operation's session was read and found good
// enough, just before its handler runs.
const Admitted Place = iota

type key struct{}

// With returns a context whose requests call f at each place they reach.
func With(ctx context.Context, f func(Place)) context.Context {
	return context.WithValue(ctx, key{}, f)
}

// Reach says that the request of ctx has come to a place.
func Reach(ctx context.Context, p Place) {
	if f, ok := ctx.Value(key{}).(func(Place)); ok {
		f(p)
	}
}
