package plugintest

// RuleNames are the names of all rules.
func RuleNames() (names []string) {
	for _, r := range append(append([]rule(nil), manifestRules...), rules...) {
		names = append(names, r.name)
	}
	return names
}
