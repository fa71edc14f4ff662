package input

// maxDepth is how deep a client's objects and arrays may be nested: far more than
// any operation reads. Past a thousand each level costs the parser much more.
const maxDepth = 500

// TooDeep reports whether JSON is nested deeper than 500 levels. What is no JSON is
// for the parser to refuse.
func TooDeep(raw []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(raw); i++ {
		switch ch := raw[i]; {
		case quoted && ch == '\\':
			i++
		case ch == '"':
			quoted = !quoted
		case quoted:
		case ch == '{' || ch == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case ch == '}' || ch == ']':
			depth--
		}
	}
	return false
}
