package report

import (
	"fmt"
	"strings"
)

// Fill puts the sections into the page, each between its two markers,
//
//	<!-- measured: NAME -->
//	<!-- end of NAME -->
//
// and leaves everything else as people wrote it. A section without markers, or
// markers without a section, are an error: either would leave old figures on the page.
func Fill(page string, sections map[string]string) (string, error) {
	for name, text := range sections {
		begin, end := marker("measured: "+name), marker("end of "+name)
		before, rest, found := strings.Cut(page, begin)
		_, after, ended := strings.Cut(rest, end)
		if !found || !ended {
			return "", fmt.Errorf("the page has no %s … %s; add both where the section belongs", begin, end)
		}
		page = before + begin + "\n\n" + strings.TrimSpace(text) + "\n\n" + end + after
	}
	for _, name := range Sections(page) {
		if _, ok := sections[name]; !ok {
			return "", fmt.Errorf("nothing was measured for the section %q of the page; remove its markers", name)
		}
	}
	return page, nil
}

// Sections names those that a page has markers for, in their order.
func Sections(page string) (names []string) {
	for _, line := range strings.Split(page, "\n") {
		if name, ok := strings.CutPrefix(line, "<!-- measured: "); ok {
			names = append(names, strings.TrimSuffix(name, " -->"))
		}
	}
	return names
}

func marker(text string) string { return "<!-- " + text + " -->" }
