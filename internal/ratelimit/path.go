package ratelimit

import "strings"

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
	path = strings.ReplaceAll(path, `\`, "/")
	parts := segments(path)
	trailing := strings.HasSuffix(path, "/")
	if strings.HasSuffix(pattern, "/") && !trailing {
		return false
	}
	if matchSegments(segments(pattern), parts) {
		return true
	}
	// "/a/*" also takes "/a/": the star stands for nothing.
	return trailing && matchSegments(segments(pattern), append(parts, ""))
}

// segments drops empty segments, except a first one, which stands for a
// leading slash.
func segments(s string) []string {
	var out []string
	for i, segment := range strings.Split(s, "/") {
		if segment != "" || i == 0 {
			out = append(out, segment)
		}
	}
	return out
}

// matchSegments remembers only the last ** it passed: giving an earlier one
// more cannot help, so the time is bounded by the product of the lengths.
func matchSegments(pattern, path []string) bool {
	p, i, star, resume := 0, 0, -1, 0
	for i < len(path) {
		switch {
		case p < len(pattern) && pattern[p] == "**":
			star, resume = p, i
			p++
		case p < len(pattern) && matchSegment(pattern[p], path[i]):
			p++
			i++
		case star >= 0:
			resume++
			p, i = star+1, resume
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == "**" {
		p++
	}
	return p == len(pattern)
}

func matchSegment(pattern, segment string) bool {
	want, have := []rune(pattern), []rune(segment)
	p, i, star, resume := 0, 0, -1, 0
	for i < len(have) {
		switch {
		case p < len(want) && want[p] == '*':
			star, resume = p, i
			p++
		case p < len(want) && (want[p] == '?' || want[p] == have[i]):
			p++
			i++
		case star >= 0:
			resume++
			p, i = star+1, resume
		default:
			return false
		}
	}
	for p < len(want) && want[p] == '*' {
		p++
	}
	return p == len(want)
}
