package main

import (
	"fmt"
	"os"
	"regexp"
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

// stale returns the entries of the target's files that wanted matches and that did
// not survive.
func (s survivors) stale(t target, wanted *regexp.Regexp, r result) (keys []string) {
	survived := map[string]bool{}
	for _, m := range r.survivors {
		survived[m.key()] = true
	}
	for key := range s {
		if file, _, _ := strings.Cut(key, " "); t.has(file) && wanted.MatchString(key) && !survived[key] {
			keys = append(keys, key)
		}
	}
	return keys
}
