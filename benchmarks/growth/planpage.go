package main

import (
	"fmt"
	"regexp"
	"strings"
)

// writePlans shows each statement once, below the operation that sends it first.
func writePlans(b *strings.Builder, of engineFigures, largest int64) {
	fmt.Fprintf(b, `
## Plans of %s

What the library sent at %s sessions, with lists of columns and values shortened to "…", and how the engine finds the rows.
`, of.engine, power(largest))
	shown := map[string]string{}
	for _, op := range of.plans {
		fmt.Fprintf(b, "\n### %s on %s\n\n", op.operation, of.engine)
		var same []string
		var lines []string
		for _, st := range op.statements {
			text := shortened(st.text)
			if first, ok := shown[text]; ok {
				if !strings.Contains(strings.Join(same, ","), first) {
					same = append(same, first)
				}
				continue
			}
			shown[text] = op.operation
			lines = append(lines, cut(text))
			if len(st.plan) == 0 {
				lines = append(lines, "  (looks for no row)")
			}
			for _, line := range st.plan {
				lines = append(lines, cut(literal.ReplaceAllString(line, "'…'")))
			}
		}
		if len(same) > 0 {
			fmt.Fprintf(b, "Sends statements that stand above as well, under %s.\n\n", strings.Join(same, " and "))
		}
		if len(lines) > 0 {
			fmt.Fprintf(b, "```text\n%s\n```\n", strings.Join(lines, "\n"))
		}
	}
}

var (
	literal = regexp.MustCompile(`'(?:[^']|'')*'(?:::[a-z ]+\b(?:\[\])?)?`)
	list    = regexp.MustCompile(`(select|returning) (?:\+?(?:[ab]\.)?"\w+"(?:, |$| ))+`)
	values  = regexp.MustCompile(`\((?:"\w+"(?:, )?)+\) values \([^)]*\)`)
	several = regexp.MustCompile(`in \((?:\?|\$\d+)(?:, (?:\?|\$\d+))+\)`)
)

// shortened leaves out of a statement what does not decide its plan.
func shortened(text string) string {
	text = list.ReplaceAllString(text, "$1 … ")
	text = values.ReplaceAllString(text, "(…) values (…)")
	return strings.TrimSpace(several.ReplaceAllString(text, "in (…)"))
}

// widest is how many characters of a line are shown.
const widest = 200

func cut(line string) string {
	if runes := []rune(line); len(runes) > widest {
		return string(runes[:widest]) + "…"
	}
	return line
}
