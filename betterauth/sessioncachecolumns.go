package betterauth

import (
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/internal/cookiecache"
	"github.com/go-json-experiment/json/jsontext"
)

// leavable are the core's columns that a copy can do without.
var leavable = []string{"user.image", "session.ipAddress", "session.userAgent"}

// checkLeftOut names what CookieCacheConfig.LeaveOut cannot leave out.
func (a *Auth) checkLeftOut() (problems []error) {
	cache := a.cfg.Session.CookieCache
	for _, name := range cache.LeaveOut {
		table, column, _ := strings.Cut(name, ".")
		own := (table == "user" || table == "session") && slices.ContainsFunc(a.added[table], func(c database.Column) bool { return c.Name == column && c.By == "" })
		switch {
		case !cache.Enabled:
			problems = append(problems, problem("", "config Session.CookieCache.LeaveOut", "has no effect without the cache; remove it, or turn Session.CookieCache on"))
		case !own && !slices.Contains(leavable, name):
			problems = append(problems, problem("", "config Session.CookieCache.LeaveOut", "%q cannot be left out; name a column of the application's own, or %s", name, strings.Join(leavable, ", ")))
		}
	}
	return problems
}

// copied is a row as a copy has it, without what is left out.
func (a *Auth) copied(table string, row any) (jsontext.Value, error) {
	whole, err := database.AppendRow(nil, row)
	leaveOut := a.cfg.Session.CookieCache.LeaveOut
	if err != nil || len(leaveOut) == 0 {
		return whole, err
	}
	return cookiecache.Without(whole, func(column string) bool { return slices.Contains(leaveOut, table+"."+column) })
}
