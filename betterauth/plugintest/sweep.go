package plugintest

import (
	"fmt"
	"strings"
	"sync"
)

// sweep is what operations answered to samples and to all that no honest client
// sends, on one engine. Several rules judge the same answers, so the first of them
// sends the requests, and the others read.
type sweep struct {
	once       sync.Once
	whole      bool // nothing ended it early
	operations []sweptOperation
	log        string   // what was logged before the first operation
	secrets    []secret // that belong to no operation
}

// sweptOperation is an operation with all that was seen of it.
type sweptOperation struct {
	op      operation
	answers []sweptAnswer
	log     string   // all that was logged
	secrets []secret // what was sent, stored or mailed and is nobody else's
}

// sweptAnswer is an answer with what is known of it only while its kit runs.
type sweptAnswer struct {
	*Answer
	what string // was sent
	code string
	// malformed says that what was sent has to be refused.
	malformed bool
	// unexpected and declared are as the functions of these names have it.
	unexpected, declared bool
	// traced says that a line in the log has the status.
	traced bool
	lines  string // were logged meanwhile, where it is unexpected
}

// sweepRules are the rules that judge a sweep, and which operations they look at.
var sweepRules = map[string]func(operation) bool{
	"hostile-bodies":  routed,
	"errors-declared": func(op operation) bool { return op.own },
	"traced":          func(op operation) bool { return op.own && routed(op) },
	"log":             func(operation) bool { return true },
}

// sweep sends the requests, unless another rule did.
func (p *probe) sweep() *sweep {
	p.Helper()
	s := p.swept
	s.once.Do(func() {
		p.fill(s)
		s.whole = true
	})
	if !s.whole {
		p.Fatal("another rule that judges the same answers was ended while it collected them: see what it says")
	}
	return s
}

func (p *probe) fill(s *sweep) {
	p.Helper()
	k := p.kit()
	s.log = k.Log.String()
	first := p.signIn(k, "alice@example.com")
	for _, op := range p.watched(k) {
		if p.isJudged(op) {
			s.operations = append(s.operations, p.sweepOperation(k, op))
		}
	}
	s.secrets = []secret{tokenOf(first)}
}

// isJudged reports whether a rule looks at what an operation answers in a sweep.
func (p *probe) isJudged(op operation) bool {
	for rule, looksAt := range sweepRules {
		if _, excepted := p.except[rule+" "+op.ID]; looksAt(op) && !excepted {
			return true
		}
	}
	return false
}

func (p *probe) sweepOperation(k *Kit, op operation) sweptOperation {
	p.Helper()
	out := sweptOperation{op: op}
	begun := k.Log.Size()
	read := begun
	see := func(what string, malformed bool, a *Answer) {
		lines := k.Log.Since(read)
		read += len(lines)
		seen := sweptAnswer{Answer: a, what: what, code: a.Code(), malformed: malformed, unexpected: unexpected(k, a),
			traced: strings.Contains(lines, fmt.Sprintf("status=%d", a.Status))}
		seen.declared = declared(k, a.Status, seen.code)
		if seen.unexpected {
			seen.lines = lines
		}
		out.answers = append(out.answers, seen)
	}
	c := p.client(k, op.Operation, "alice@example.com")
	r := p.request(k, c, op)
	for name, value := range bodyOf(r) {
		if text, ok := value.(string); ok && isSecret(name) {
			out.secrets = append(out.secrets, secret{"the " + name + " sent to " + op.ID, text})
		}
	}
	see("what it should be", false, c.send(op.Operation, firstMethod(op.Operation), r))
	see("the same again", false, p.attempt(k, op, "alice@example.com"))
	p.hostile(k, op, see)
	p.hostileHeaders(k, op, see)
	out.secrets = append(out.secrets, tokenOf(c))
	for _, hidden := range p.hidden(k) {
		out.secrets = append(out.secrets, secret{"the hidden column " + hidden.name, hidden.value})
	}
	for _, m := range k.Mails() {
		out.secrets = append(out.secrets, secret{"the token of a mail", m.Token})
	}
	out.log = k.Log.Since(begun)
	return out
}

// tokenOf is the session token that a client has.
func tokenOf(c *Client) secret {
	token, _, _ := strings.Cut(c.Cookie(sessionCookie), ".")
	return secret{"a session token", token}
}

// isSecret reports whether a member by this name is one.
func isSecret(name string) bool {
	name = strings.ToLower(name)
	for _, part := range []string{"password", "secret", "token", "otp", "code", "key"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}
