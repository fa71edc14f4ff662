package main

import (
	"fmt"
	"os"
	"strings"
)

// survivors are the entries of survivors.txt: a change's key and, indented
// below it, the reason why it may survive.
type survivors map[string]string

func readSurvivors(path string) (survivors, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parseSurvivors(string(text))
}

func parseSurvivors(text string) (survivors, error) {
	out, key := survivors{}, ""
	for i, line := range strings.Split(text, "\n") {
		switch {
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "\t"):
			if key == "" {
				return nil, fmt.Errorf("survivors.txt:%d: a reason without an entry", i+1)
			}
			out[key] += strings.TrimSpace(line) + " "
		default:
			if _, twice := out[line]; twice {
				return nil, fmt.Errorf("survivors.txt:%d: listed twice", i+1)
			}
			key = line
			out[key] = ""
		}
	}
	// Entries that follow each other without a reason would share the last one's.
	for key, reason := range out {
		if reason == "" {
			return nil, fmt.Errorf("survivors.txt: no reason for %s", key)
		}
	}
	return out, nil
}

// compare returns the survivors that are not listed, and the entries of the
// package that did not survive.
func (s survivors) compare(pkg string, r result) (unlisted []mutant, stale []string) {
	survived := map[string]bool{}
	for _, m := range r.survivors {
		survived[m.key()] = true
		if s[m.key()] == "" {
			unlisted = append(unlisted, m)
		}
	}
	for key := range s {
		file, _, _ := strings.Cut(key, " ")
		if file[:strings.LastIndexByte(file, '/')] == pkg && !survived[key] {
			stale = append(stale, key)
		}
	}
	return unlisted, stale
}
