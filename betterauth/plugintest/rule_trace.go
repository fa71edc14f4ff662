package plugintest

import (
	"fmt"
	"strings"
)

// traced looks for the line in the log that each refusal leaves: what an operation
// answers by hand, such as with a betterauth.Raw of 403, leaves none.
func traced(p *probe) {
	k := p.kit()
	if k.Log.String() == "" {
		p.Logf("the application logs elsewhere, so nothing is seen: leave Config.Logger to the kit")
		return
	}
	told := map[string]bool{}
	for _, op := range p.ownOperations(k) {
		if p.excepted(op.Operation) || !routed(op) {
			continue
		}
		read := k.Log.size()
		see := func(what string, _ bool, a *Answer) {
			lines := k.Log.since(read)
			read += len(lines)
			if a.Status < 400 || a.Status >= 500 || told[op.ID] {
				return
			}
			if !strings.Contains(lines, fmt.Sprintf("status=%d", a.Status)) {
				told[op.ID] = true
				p.broken("%s, sent %s, answers %d and leaves no trace of it in the log; return an error, such as an ErrorCode", op.ID, what, a.Status)
			}
		}
		see("what it should be", false, p.attempt(k, op, "alice@example.com"))
		see("the same again", false, p.attempt(k, op, "alice@example.com"))
		p.hostile(k, op, see)
	}
}
