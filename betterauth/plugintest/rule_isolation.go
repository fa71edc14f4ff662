package plugintest

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"reflect"
	"runtime/pprof"
	"strings"
	"time"
)

func twoInstances(p *probe) {
	one, two := p.kit(), p.kit()
	visitor := p.signIn(one, "alice@example.com")
	before := two.Rows()
	for _, op := range p.watched(one) {
		if p.excepted(op.Operation) {
			continue
		}
		if a := p.attempt(one, op, "alice@example.com"); unexpected(one, a) {
			p.broken("%s of the first instance answers %d %s once there is a second; keep what belongs to one Auth in the plugin, not in a variable of the package\n%s", op.ID, a.Status, a.Body, lastLine(one.Log.String()))
		}
	}
	one.Mails()
	if len(two.Mails()) > 0 {
		p.broken("requests to the first instance were mailed about by the second; keep what belongs to one Auth in the plugin, not in a variable of the package")
	}
	if after := two.Rows(); !reflect.DeepEqual(before, after) {
		p.broken("requests to the first instance changed the database of the second: %s; keep what belongs to one Auth in the plugin, not in a variable of the package", changed(before, after))
	}
	foreign := two.Client()
	foreign.SetCookie(sessionCookie, visitor.Cookie(sessionCookie))
	if a := foreign.Get("/list-sessions"); a.Status != http.StatusUnauthorized {
		p.broken("a session of the first instance is answered %d by the second; keep what belongs to one Auth in the plugin, not in a variable of the package", a.Status)
	}
}

func closes(p *probe) {
	// Goroutines inherit labels from the one that starts them.
	label := fmt.Sprintf("%s-%p", p.Name(), p)
	db := p.database()
	pprof.Do(context.Background(), pprof.Labels("plugintest", label), func(context.Context) {
		k := NewWith(p.T, p.options(db))
		for _, op := range p.watched(k) {
			p.attempt(k, op, "alice@example.com")
		}
		if err := k.Auth.Close(context.Background()); err != nil {
			p.broken("Close fails: %v; let it end what is there, and succeed", err)
		}
		if err := db.Close(); err != nil {
			p.Fatal(err)
		}
	})
	// What was told to stop may take its time, but not for ever. To look is dear, so
	// it is done less and less often.
	deadline := time.Now().Add(5 * time.Second)
	for pause := 5 * time.Millisecond; ; pause *= 2 {
		left := labelled(label)
		if left == "" {
			return
		}
		if time.Now().After(deadline) {
			p.broken("still running; end in Close what Init or a request began:\n%s", left)
			return
		}
		time.Sleep(min(pause, 200*time.Millisecond))
	}
}

// labelled is the stacks of the goroutines with this label.
func labelled(label string) string {
	var all bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&all, 1); err != nil {
		return err.Error()
	}
	var out []string
	for _, stack := range strings.Split(all.String(), "\n\n") {
		if strings.Contains(stack, fmt.Sprintf("%q", label)) {
			out = append(out, stack)
		}
	}
	return strings.Join(out, "\n\n")
}

func logs(p *probe) {
	swept := p.sweep()
	secrets, log := append([]secret{{"the application's secret", Secret}}, swept.secrets...), swept.log
	for _, s := range swept.operations {
		if !p.excepted(s.op.Operation) {
			secrets, log = append(secrets, s.secrets...), log+s.log
		}
	}
	told := map[string]bool{}
	for _, s := range secrets {
		const tooShort = 8
		at := -1
		if len(s.value) >= tooShort {
			at = strings.Index(log, s.value)
		}
		if at < 0 || told[s.name] {
			continue
		}
		told[s.name] = true
		line := log[strings.LastIndexByte(log[:at], '\n')+1:]
		line, _, _ = strings.Cut(line, "\n")
		p.broken("%s is in the log: %s; log an id, or nothing", s.name, line)
	}
}
