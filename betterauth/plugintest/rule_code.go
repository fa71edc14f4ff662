package plugintest

import (
	"reflect"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
)

// typedCodes spells the codes of samples as people do.
func typedCodes(p *probe) {
	k := p.kit()
	for _, op := range p.ownOperations(k) {
		ms, _ := members(op.in)
		for _, m := range ms {
			if m.source != "json" {
				continue // a link has it, or a form of another server
			}
			if !isTypedCode(m.typ) {
				if m.looksTyped() {
					p.Logf("%s takes %s as text: what a person types is a betterauth.TypedCode", op.ID, m.name)
				}
				continue
			}
			if p.excepted(op.Operation) {
				break
			}
			p.spell(k, op, m)
		}
	}
}

// spell tries one member of an operation.
func (p *probe) spell(k *Kit, op operation, m member) {
	p.Helper()
	if a := p.attempt(k, op, "alice@example.com"); !succeeded(a) {
		p.Logf("not reached: %s (%d %s); a Sample would", op.ID, a.Status, a.Code())
		return
	}
	for _, as := range []func(string) string{spaced, hyphened} {
		c := p.client(k, op.Operation, "alice@example.com")
		r := p.request(k, c, op)
		code, ok := bodyOf(r)[m.name].(string)
		if !ok || code == "" {
			p.Logf("not reached: the sample of %s has no %s", op.ID, m.name)
			return
		}
		if a := c.send(op.Operation, firstMethod(op.Operation), r.with(m, as(code))); !succeeded(a) {
			p.broken("%s takes %s and not %+q as %s: %d %s; take it as a betterauth.TypedCode", op.ID, code, as(code), m.name, a.Status, a.Body)
		}
	}
}

// spaced groups a code as mails and people do, without the hyphens it has.
func spaced(code string) string {
	code = strings.ReplaceAll(code, "-", "")
	half := len(code) / 2
	return " \u200b" + code[:half] + "\u00a0" + code[half:] + "\n"
}

// hyphened writes dashes in other places, and full-width digits.
func hyphened(code string) string {
	code = strings.ReplaceAll(code, "-", "")
	code = code[:1] + "\u2013" + code[1:]
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r - '0' + '０'
		}
		return r
	}, code)
}

func isTypedCode(t reflect.Type) bool {
	code := reflect.TypeFor[betterauth.TypedCode]()
	return t == code || t == reflect.PointerTo(code)
}

// looksTyped reports whether a member has the name of what people type, and takes
// any text.
func (m member) looksTyped() bool {
	t := m.typ
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() == reflect.String && slices.Contains([]string{"code", "otp", "pin", "passcode", "usercode", "user_code"}, strings.ToLower(m.name))
}
