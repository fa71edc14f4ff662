package plugintest

// RuleNames are the names of all rules, in the order they are documented in.
func RuleNames() (names []string) {
	for _, r := range allRules() {
		names = append(names, r.name)
	}
	return names
}

// RuleTable is the documentation of all rules.
func RuleTable() string {
	table := "| rule | what a plugin owes |\n|---|---|\n"
	for _, r := range allRules() {
		table += "| `" + r.name + "` | " + r.says + " |\n"
	}
	return table
}

func allRules() []rule {
	return append(append(append([]rule(nil), manifestRules...), rules...), optionsUsed)
}

// OptionsUsed is the rule that fails the test that calls Run and no subtest.
var OptionsUsed = optionsUsed.name
