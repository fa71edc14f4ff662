package cookie

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// maxSize is what a serialised cookie may take, attributes and all, in
	// bytes; browsers drop a cookie over 4096.
	maxSize = 4050
	// maxChunks keeps a value within what servers accept as a header.
	maxChunks = 100
)

// ErrTooLarge is the error of [Chunk] for a value that would take more than
// 100 cookies.
var ErrTooLarge = errors.New("cookie: value too large")

// Pair is one cookie before serialisation; the value is raw.
type Pair struct{ Name, Value string }

// Chunk returns the cookies that carry value: one of the given name when it
// serialises to at most 4050 bytes, otherwise several named name.0, name.1 and
// so on, each of which does. A character is never split. The error is
// [ErrTooLarge] over 100 chunks, or that of [Serialize].
func Chunk(name, value string, a Attributes) ([]Pair, error) {
	whole, err := Serialize(name, value, a)
	if err != nil {
		return nil, err
	}
	if len(whole) <= maxSize {
		return []Pair{{name, value}}, nil
	}
	// The longest name a chunk can have leaves every chunk the same room.
	empty, err := Serialize(name+".99", "", a)
	if err != nil {
		return nil, err
	}
	room := maxSize - len(empty)

	var chunks []Pair
	for rest := value; rest != ""; {
		n := fit(rest, room)
		if n == 0 || len(chunks) == maxChunks {
			return nil, ErrTooLarge
		}
		chunks = append(chunks, Pair{name + "." + strconv.Itoa(len(chunks)), rest[:n]})
		rest = rest[n:]
	}
	return chunks, nil
}

// fit returns how many bytes of s take at most room bytes once encoded.
func fit(s string, room int) int {
	used := 0
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			used += len("%EF%BF%BD")
		case size == 1 && plain(s[i]):
			used++
		default:
			used += 3 * size
		}
		if used > room {
			return i
		}
		i += size
	}
	return len(s)
}

// JoinAll is [Join] where names are repeated, as [ParseAll] returns them: values
// are what may have been meant, of which none is empty. A browser sends the
// cookies of one domain and path in the same place of every name, so the second
// value is made of what stands second, and so on; each part is read once.
func JoinAll(jar Jar, repeated map[string][]string, name string) (values, parts []string) {
	value, parts, ok := Join(jar, name)
	if ok {
		values = append(values, value)
	}
	for n, more := 0, len(repeated) > 0; more; n++ {
		more = false
		next := Jar{}
		for _, part := range parts {
			if n < len(repeated[part]) {
				next[part], more = repeated[part][n], true
			}
		}
		// A whole value and parts of another may stand in the same place.
		if plain := next[name]; plain != "" {
			values = append(values, plain)
			delete(next, name)
		}
		if joined, _, ok := Join(next, name); ok {
			values = append(values, joined)
		}
	}
	if plain := jar[name]; plain != "" && len(parts) > 1 {
		// Join took the whole value, and there are parts beside it.
		rest := Jar{}
		for _, part := range parts[1:] {
			rest[part] = jar[part]
		}
		if joined, _, ok := Join(rest, name); ok {
			values = append(values, joined)
		}
	}
	return values, parts
}

// Join returns the value that [Chunk] spread over the jar: the cookie of the
// given name if it is not empty, otherwise its chunks in the order of their
// numbers. parts are the names of the plain cookie and of every chunk that is
// present, used or not, in that order, so that a writer can expire them. Numbers
// that [Chunk] never gives are other cookies, so there are at most 101 parts
// however many a client sends. It is not ok when there is no value.
func Join(jar Jar, name string) (value string, parts []string, ok bool) {
	type chunk struct {
		number int
		name   string
	}
	var chunks []chunk
	for candidate := range jar {
		suffix, found := strings.CutPrefix(candidate, name+".")
		if !found {
			continue
		}
		// Only the canonical spelling counts: "01" and "+1" are other cookies.
		number, err := strconv.Atoi(suffix)
		if err == nil && number >= 0 && number < maxChunks && strconv.Itoa(number) == suffix {
			chunks = append(chunks, chunk{number, candidate})
		}
	}
	slices.SortFunc(chunks, func(x, y chunk) int { return cmp.Compare(x.number, y.number) })

	plain, present := jar[name]
	if present {
		parts = append(parts, name)
	}
	var joined strings.Builder
	for _, c := range chunks {
		parts = append(parts, c.name)
		if plain == "" {
			joined.WriteString(jar[c.name])
		}
	}
	if plain != "" {
		return plain, parts, true
	}
	return joined.String(), parts, joined.Len() > 0
}
