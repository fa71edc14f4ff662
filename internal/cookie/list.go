package cookie

import (
	"iter"
	"strings"
)

// List is a Cookie header that is read as far as it is asked for: most requests ask for
// few of the cookies that they carry. What it finds is what [ParseAll] finds.
type List string

// Read makes a list of a Cookie header.
func Read(header string) List {
	if strings.Count(header, ";") >= maxCookies {
		return ""
	}
	return List(header)
}

// raw yields the values of a name as they were sent, at most MaxSame.
func (l List) raw(name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		found := 0
		for rest, more := string(l), true; more && found < MaxSame; {
			var pair string
			pair, rest, more = strings.Cut(rest, ";")
			key, value, ok := strings.Cut(pair, "=")
			if !ok || strings.TrimSpace(key) != name {
				continue
			}
			found++
			if !yield(strings.TrimSpace(value)) {
				return
			}
		}
	}
}

// Values yields the values of a name, at most MaxSame.
func (l List) Values(name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for value := range l.raw(name) {
			if !yield(Decode(unquote(value))) {
				return
			}
		}
	}
}

// First returns the first value of a name.
func (l List) First(name string) (value string, ok bool) {
	for value := range l.Values(name) {
		return value, true
	}
	return "", false
}

// Whole is how a value comes that [Chunk] may have spread.
type Whole int

const (
	// Absent is a value of which there is no cookie.
	Absent Whole = iota
	// Single is a value in one cookie, beside which there is none of that name or of a
	// part.
	Single
	// Several is anything else, which is for JoinAll.
	Several
)

// Whole returns the value of a cookie that may be spread over several, if it is not.
func (l List) Whole(name string) (value string, how Whole) {
	for rest, more := string(l), true; more; {
		var pair string
		pair, rest, more = strings.Cut(rest, ";")
		key, sent, ok := strings.Cut(pair, "=")
		if !ok {
			continue
		}
		after, ours := strings.CutPrefix(strings.TrimSpace(key), name)
		switch {
		case !ours || after != "" && after[0] != '.':
		case after != "" || how != Absent:
			return "", Several
		default:
			value, how = Decode(unquote(strings.TrimSpace(sent))), Single
		}
	}
	if how == Single && value == "" {
		return "", Several // whether an empty one counts is for JoinAll
	}
	return value, how
}
