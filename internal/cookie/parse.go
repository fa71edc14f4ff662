package cookie

import "strings"

// Jar is what a Cookie header holds: decoded values by name.
type Jar map[string]string

// Parse reads a Cookie header the way the reference's router does: pairs
// without "=" are skipped, the first of several cookies of one name wins, one
// pair of surrounding quotes is removed, and the value is percent-decoded if
// that succeeds.
//
// Of a header with more than 3000 pairs nothing is read.
//
// A request may carry several Cookie fields over HTTP/2 and HTTP/3; join them
// with "; " (RFC 9113, section 8.2.3).
func Parse(header string) Jar {
	jar, _ := ParseAll(header)
	return jar
}

// MaxSame is how many cookies of one name count; what a header holds beyond them
// is left out. A browser sends one for each domain and path that it has one of.
const MaxSame = 32

// ParseAll is [Parse], and returns what it passes over as well: of each name
// that the header holds several times, the values after the first, in their
// order. repeated is nil where no name is.
func ParseAll(header string) (first Jar, repeated map[string][]string) {
	first = make(Jar)
	for name, value := range pairs(header) {
		if _, seen := first[name]; !seen {
			first[name] = Decode(unquote(value))
			continue
		}
		if repeated == nil {
			repeated = map[string][]string{}
		}
		if len(repeated[name]) < MaxSame-1 {
			repeated[name] = append(repeated[name], Decode(unquote(value)))
		}
	}
	return first, repeated
}

// ParseLast reads a Cookie header the way the reference does for chunked and
// multi-session cookies: as [Parse], but the last of several cookies of one
// name wins, and a pair is skipped unless its name is an RFC 7230 token and
// its value holds only printable ASCII without quote, semicolon and backslash.
func ParseLast(header string) Jar {
	jar := make(Jar)
	for name, value := range pairs(header) {
		value = unquote(value)
		if token(name) && valueText(value) {
			jar[name] = Decode(value)
		}
	}
	return jar
}

// maxCookies is how many cookies a header may hold, the limit of net/http.
// Browsers keep less than 200 for a site.
const maxCookies = 3000

// pairs yields the raw name and value of each pair that has both. A header with
// more than maxCookies pairs has none, as in net/http: which of them would count
// is nothing to guess.
func pairs(header string) func(yield func(name, value string) bool) {
	return func(yield func(name, value string) bool) {
		if strings.Count(header, ";") >= maxCookies {
			return
		}
		for pair := range strings.SplitSeq(header, ";") {
			name, value, ok := strings.Cut(pair, "=")
			if ok && !yield(strings.TrimSpace(name), strings.TrimSpace(value)) {
				return
			}
		}
	}
}

func unquote(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}

func valueText(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c > 0x7E || c == '"' || c == ';' || c == '\\' {
			return false
		}
	}
	return true
}

// signatureLength is the length of a 32-byte MAC in padded base64.
const signatureLength = 44

// SplitSigned parts the decoded value of a signed cookie at its last dot. It
// is not ok when nothing stands before the dot, or when what follows is not 44
// characters ending in "=". Whether the signature is right is for the holder
// of the secret to say.
func SplitSigned(decoded string) (value, signature string, ok bool) {
	dot := strings.LastIndexByte(decoded, '.')
	if dot < 1 {
		return "", "", false
	}
	value, signature = decoded[:dot], decoded[dot+1:]
	if len(signature) != signatureLength || !strings.HasSuffix(signature, "=") {
		return "", "", false
	}
	return value, signature, true
}
