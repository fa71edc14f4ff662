// Package glob matches URLs and paths with the patterns of an application. What
// is matched is what a client sends, and may be a megabyte long: nothing is
// copied, and the time is bounded by the product of the lengths.
package glob

import (
	"strings"
	"unicode/utf8"
)

// Match reports whether the subject matches the pattern as a whole. Segments
// are parted by slashes, in the subject by backslashes as well; runs of them
// count as one, and the subject may end in some. Within a segment ? is one
// character and * any number; a segment ** is any number of segments.
//
// "/a/**" takes "/a" and what is below, not "/abc".
func Match(pattern, subject string) bool {
	segments := split(pattern)
	subject = strings.ReplaceAll(subject, `\`, "/")
	open := strings.HasSuffix(subject, "/")
	if strings.HasSuffix(pattern, "/") && !open {
		return false
	}
	if matchSegments(segments, subject) {
		return true
	}
	// "a/*" also takes "a/": the star stands for nothing.
	last := len(segments) - 1
	return open && segments[last] != "" && strings.Trim(segments[last], "*") == "" && matchSegments(segments[:last], subject)
}

// split drops empty segments, except a first one, which stands for a leading
// slash.
func split(pattern string) (segments []string) {
	for at := 0; ; {
		segment, next, ok := segmentAt(pattern, at)
		if !ok {
			return segments
		}
		segments, at = append(segments, segment), next
	}
}

// segmentAt returns the segment of s that begins at or after a place, and the
// place after it. The first one begins at 0 and may be empty; others may not.
func segmentAt(s string, at int) (segment string, next int, ok bool) {
	if at > 0 {
		for at < len(s) && s[at] == '/' {
			at++
		}
		if at >= len(s) {
			return "", at, false
		}
	}
	if end := strings.IndexByte(s[at:], '/'); end >= 0 {
		return s[at : at+end], at + end + 1, true
	}
	return s[at:], len(s) + 1, true
}

// matchSegments remembers only the last **: giving an earlier one more segments
// cannot help.
func matchSegments(pattern []string, subject string) bool {
	p, at, star, resume := 0, 0, -1, 0
	for {
		segment, next, ok := segmentAt(subject, at)
		if !ok {
			break
		}
		switch {
		case p < len(pattern) && pattern[p] == "**":
			star, resume = p, at
			p++
		case p < len(pattern) && matchSegment(pattern[p], segment):
			p++
			at = next
		case star >= 0:
			_, resume, _ = segmentAt(subject, resume)
			p, at = star+1, resume
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == "**" {
		p++
	}
	return p == len(pattern)
}

// matchSegment does the same with * and the characters of a segment.
func matchSegment(pattern, segment string) bool {
	p, at, star, resume := 0, 0, -1, 0
	for at < len(segment) {
		_, size := utf8.DecodeRuneInString(segment[at:])
		_, width := utf8.DecodeRuneInString(pattern[p:])
		switch want := pattern[p : p+width]; {
		case want == "*":
			star, resume = p, at
			p++
		case want == "?" || want == segment[at:at+size]:
			p += width
			at += size
		case star >= 0:
			_, size := utf8.DecodeRuneInString(segment[resume:])
			resume += size
			p, at = star+1, resume
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
