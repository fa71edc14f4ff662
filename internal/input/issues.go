package input

import (
	"regexp"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Issues is everything that is wrong with one part of a request, in the order
// of the fields.
type Issues []Issue

// Issue is one thing that is wrong: where, and what.
type Issue struct{ Path, Text string }

// Error joins the issues in the reference's form: "[body.email] Invalid email
// address; [body.name] …".
func (i Issues) Error() string {
	var b strings.Builder
	for n, issue := range i {
		if n > 0 {
			b.WriteString("; ")
		}
		b.WriteString("[" + issue.Path + "] " + issue.Text)
	}
	return b.String()
}

// Logged is Error without what was sent: of the first issue alone, and of its path
// what the input declares. What follows may be the client's own member names.
func (i Issues) Logged() string {
	if len(i) == 0 {
		return ""
	}
	path := strings.SplitN(i[0].Path, ".", 3)
	return "[" + strings.Join(path[:min(len(path), 2)], ".") + "] " + i[0].Text
}

func (i *Issues) add(path, text string) { *i = append(*i, Issue{path, text}) }

// expected words a type mismatch; a nil raw is a missing value.
func expected(want string, raw jsontext.Value) string {
	got := "undefined"
	if raw != nil {
		switch raw.Kind() {
		case '"':
			got = "string"
		case '0':
			got = "number"
		case 't', 'f':
			got = "boolean"
		case '{':
			got = "object"
		case '[':
			got = "array"
		case 'n':
			got = "null"
		}
	}
	return "Invalid input: expected " + want + ", received " + got
}

// emailSyntax allows what the reference allows: ASCII, no leading dot, no two
// dots in a row, a domain with a top level of letters.
var emailSyntax = regexp.MustCompile(`^(?:[A-Za-z0-9_'+\-]+\.)*[A-Za-z0-9_'+\-]*[A-Za-z0-9_+-]@(?:[A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$`)

// No mail server need take a longer address, nor a longer part before the @ (RFC
// 5321, sections 4.5.3.1.3 with erratum 1690, and 4.5.3.1.1).
const (
	maxAddress   = 254
	maxLocalPart = 64
)

// IsEmail reports whether s is an e-mail address in the reference's syntax and
// no longer than mail can be sent to.
func IsEmail(s string) bool {
	return len(s) <= maxAddress && strings.IndexByte(s, '@') <= maxLocalPart && emailSyntax.MatchString(s)
}
