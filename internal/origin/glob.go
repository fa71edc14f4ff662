package origin

import (
	"strings"
	"unicode/utf8"
)

// glob reports whether the subject matches the pattern as a whole. Segments
// are parted by slashes, in the subject by backslashes as well; runs of them
// count as one, and the subject may end in some. Within a segment ? is one
// character and * any number; a segment ** is any number of segments. The
// time is bounded by the product of the lengths.
func glob(pattern, subject string) bool {
	segments, trailing := split(pattern)
	parts, open := split(strings.ReplaceAll(subject, `\`, "/"))
	if trailing && !open {
		return false
	}
	if wild(segments, parts, isGlobstar, matchSegment) {
		return true
	}
	// "a/*" also takes "a/": the star stands for nothing.
	return open && wild(segments, append(parts, ""), isGlobstar, matchSegment)
}

func isGlobstar(segment string) bool { return segment == "**" }

// split drops empty segments, except a first one, which stands for a leading
// slash; trailing says whether the text ends in a slash.
func split(s string) (segments []string, trailing bool) {
	for i, segment := range strings.Split(s, "/") {
		if segment != "" || i == 0 {
			segments = append(segments, segment)
		}
	}
	return segments, strings.HasSuffix(s, "/")
}

func matchSegment(pattern, segment string) bool {
	return wild(strings.Split(pattern, ""), strings.Split(segment, ""),
		func(p string) bool { return p == "*" },
		func(p, s string) bool { return p == s || p == "?" && utf8.RuneCountInString(s) == 1 })
}

// wild matches a sequence with stars, each standing for any number of items.
// It remembers only the last star: giving an earlier one more cannot help.
func wild(pattern, items []string, star func(string) bool, equal func(p, s string) bool) bool {
	p, i, lastStar, resume := 0, 0, -1, 0
	for i < len(items) {
		switch {
		case p < len(pattern) && star(pattern[p]):
			lastStar, resume = p, i
			p++
		case p < len(pattern) && equal(pattern[p], items[i]):
			p++
			i++
		case lastStar >= 0:
			resume++
			p, i = lastStar+1, resume
		default:
			return false
		}
	}
	for p < len(pattern) && star(pattern[p]) {
		p++
	}
	return p == len(pattern)
}
