package betterauth

import (
	"fmt"
	"strings"
)

// Problem is one reason for which Build fails. Build returns all of them at once, joined;
// errors.As finds the first.
type Problem struct {
	// Plugin is the plugin's id, "" for the application's configuration.
	Plugin string
	// Item names what is wrong: `endpoint signInEmail`, `gate banned`, `config Secret`. A
	// fault of several endpoints of one plugin is one problem: `endpoints one, two`.
	Item string
	// Err says what is wrong with it and what to do.
	Err error
}

// Error names the plugin and the item, and says what is wrong and what to do.
func (p *Problem) Error() string {
	if p.Plugin == "" {
		return fmt.Sprintf("%s: %v", p.Item, p.Err)
	}
	return fmt.Sprintf("plugin %s: %s: %v", p.Plugin, p.Item, p.Err)
}

// Unwrap returns Err.
func (p *Problem) Unwrap() error { return p.Err }

// problem makes one. The format says what is wrong and, after a semicolon, what
// to do about it. The item may end in a name that is not there.
func problem(plugin, item, format string, args ...any) error {
	return &Problem{Plugin: plugin, Item: strings.TrimSpace(item), Err: fmt.Errorf(format, args...)}
}
