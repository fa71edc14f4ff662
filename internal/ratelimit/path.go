package ratelimit

import (
	"strings"

	"github.com/better-auth-go/better-auth/internal/glob"
)

// MatchPath reports whether a path falls under the pattern of a custom rule:
// the very path, or, if the pattern contains a *, a glob. In a glob * is any
// number of characters other than slashes, ? is one, and ** as a whole segment
// is any number of segments. Runs of slashes and backslashes in the path count
// as one slash, and it may end in some.
//
// "/a/**" takes "/a" and what is below, not "/abc".
func MatchPath(pattern, path string) bool {
	if !strings.Contains(pattern, "*") {
		return pattern == path
	}
	return glob.Match(pattern, path)
}
