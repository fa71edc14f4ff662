// Package toposort puts things after those they depend on.
package toposort

import "slices"

// Sort returns items so that each comes after those that before names for it, and
// otherwise in the order given. What before names must be one of items.
//
// loops are the circles among them: each begins and ends with the same item, and
// every item in it names the next. sorted then has every item all the same, once,
// with one link of each circle left out.
func Sort[T comparable](items []T, before func(T) []T) (sorted []T, loops [][]T) {
	placed := map[T]bool{}
	var path []T // from an item of items to the one being placed
	var place func(item T)
	place = func(item T) {
		if placed[item] {
			return
		}
		if i := slices.Index(path, item); i >= 0 {
			loops = append(loops, append(slices.Clone(path[i:]), item))
			return
		}
		path = append(path, item)
		for _, earlier := range before(item) {
			place(earlier)
		}
		path = path[:len(path)-1]
		placed[item] = true
		sorted = append(sorted, item)
	}
	for _, item := range items {
		place(item)
	}
	return sorted, loops
}
