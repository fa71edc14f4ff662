package plugintest

import (
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json/jsontext"
)

// witness is a plugin that sees what operations answer.
type witness struct {
	mu      sync.Mutex
	answers map[string]reflect.Type
	errs    map[string]error
}

// watch adds a witness to every kit.
func (p *probe) watch() *witness {
	w := &witness{answers: map[string]reflect.Type{}, errs: map[string]error{}}
	p.companion = w
	return w
}

// refused is the error by which an operation was last refused.
func (w *witness) refused(opID string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.errs[opID]
}

func (w *witness) Manifest() betterauth.Manifest {
	return betterauth.Manifest{ID: "plugintest-witness", After: []betterauth.AfterHook{
		betterauth.AfterMatch(betterauth.Every, func(c *betterauth.Ctx, r *betterauth.Result) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.errs[c.Operation().ID] = r.Err
			if r.Err == nil {
				w.answers[c.Operation().ID] = reflect.TypeOf(r.Value)
			}
			return nil
		}),
	}}
}

func answers(p *probe) {
	w := p.watch()
	k := p.kit()
	var unreached []string
	for _, op := range p.watched(k) {
		if p.excepted(op.Operation) {
			continue
		}
		a := p.attempt(k, op, "alice@example.com")
		if !succeeded(a) {
			if op.own {
				unreached = append(unreached, fmt.Sprintf("%s (%d %s)", op.ID, a.Status, a.Code()))
			}
			continue
		}
		if got := w.answers[op.ID]; op.out != nil && got != nil && !got.AssignableTo(op.out) {
			p.broken("%s answers a %s and declares %s; return what it declares", op.ID, got, op.out)
		}
		if strings.HasPrefix(a.Header.Get("Content-Type"), "application/json") && len(a.Body) > 0 && !jsontext.Value(a.Body).IsValid() {
			p.broken("%s answers what is no JSON: %s; set another Raw.ContentType", op.ID, a.Body)
		}
		for _, secret := range p.hidden(k) {
			if strings.Contains(string(a.Body), secret.value) {
				p.broken("%s answers with the hidden column %s; leave it out of the answer", op.ID, secret.name)
			}
		}
	}
	if len(unreached) > 0 {
		p.Logf("no successful answer was seen, say how with Sample: %s", strings.Join(unreached, ", "))
	}
}

type secret struct{ name, value string }

// hidden is what is stored in hidden columns. What such a column refers to is
// somebody else's to show, such as the id of a user.
func (p *probe) hidden(k *Kit) (out []secret) {
	columns := map[string]bool{}
	note := func(table string, c database.Column) {
		if c.Hidden && c.Type == database.String && c.References == nil {
			columns[table+"."+c.Name] = true
		}
	}
	tables := coreTables()
	for _, m := range k.Auth.Manifests() {
		tables = append(tables, m.Schema.Tables...)
		for _, c := range m.Schema.Columns {
			note(c.Table(), c.Column())
		}
	}
	for _, t := range tables {
		for _, c := range t.Columns {
			note(t.Name, c)
		}
	}
	const tooShort = 8 // to be a secret, or to be sure that it was meant
	for name := range columns {
		table, column, _ := strings.Cut(name, ".")
		for _, row := range k.query("select "+quoted(column)+" from "+k.quoted(table), nil) {
			_, value, _ := strings.Cut(row[0], "=")
			if len(value) >= tooShort && value != "<nil>" {
				out = append(out, secret{name, value})
			}
		}
	}
	return out
}

func errorsDeclared(p *probe) {
	for _, s := range p.sweep().operations {
		if !s.op.own || p.excepted(s.op.Operation) {
			continue
		}
		told := map[string]bool{}
		for _, a := range s.answers {
			if a.Status < 400 || a.code == "" || a.declared || told[a.code] {
				continue
			}
			told[a.code] = true
			p.broken("%s, sent %s, answers %d %s; list that code in Operation.Errors, or in Manifest.Errors", s.op.ID, a.what, a.Status, a.code)
		}
	}
}
