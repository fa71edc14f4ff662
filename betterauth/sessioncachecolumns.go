package betterauth

import (
	"bytes"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/database"
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
			problems = append(problems, problem("", "config Session.CookieCache.LeaveOut", "has no effect without the cache"))
		case !own && !slices.Contains(leavable, name):
			problems = append(problems, problem("", "config Session.CookieCache.LeaveOut", "%q cannot be left out: name a column of the application's own, or %s", name, strings.Join(leavable, ", ")))
		}
	}
	return problems
}

// appendCopy writes a row for the cookie cache, without what is left out.
func (c *Ctx) appendCopy(dst []byte, table string, row any) ([]byte, error) {
	leaveOut := c.auth.cfg.Session.CookieCache.LeaveOut
	if len(leaveOut) == 0 {
		return database.AppendRow(dst, row)
	}
	whole, err := database.AppendRow(nil, row)
	if err != nil {
		return dst, err
	}
	dec := jsontext.NewDecoder(bytes.NewReader(whole))
	if _, err := dec.ReadToken(); err != nil { // the brace
		return dst, err
	}
	dst = append(dst, '{')
	start := len(dst)
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return dst, err
		}
		left := slices.Contains(leaveOut, table+"."+name.String())
		key := name.String()
		value, err := dec.ReadValue()
		if err != nil {
			return dst, err
		}
		if left {
			continue
		}
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = append(database.AppendString(dst, key), ':')
		dst = append(dst, value...)
	}
	return append(dst, '}'), nil
}
