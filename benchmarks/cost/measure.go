package main

import (
	"bytes"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/benchmarks/subject"
)

// kind is one kind of input that a client can make as large as it likes.
type kind struct {
	name string
	// n is how many of its parts the smaller request has: enough for them to
	// outweigh what every request costs, and a tenth of what servers accept.
	n int
	// at answers it.
	at http.Handler
	// make makes the request with n parts.
	make func(n int) (request, error)
}

// request is what a client sends.
type request struct {
	method, path string
	header       http.Header
	body         string
	// want is the status of the answer: an answer of another kind would measure
	// something else.
	want int
}

// minRounds is how often each size is measured at least.
const minRounds = 5

// patience is how many times as long a kind is measured that seems to cost too
// much: the fastest of more rounds is nearer to what it costs.
const patience = 8

// measure returns what the request with n and with 10n parts takes.
func (k kind) measure(s *site, budget time.Duration) (one, ten time.Duration, err error) {
	small, err := k.make(k.n)
	if err != nil {
		return 0, 0, err
	}
	large, err := k.make(10 * k.n)
	if err != nil {
		return 0, 0, err
	}
	begin := time.Now()
	for round := 0; ; round++ {
		spent := time.Since(begin)
		if round >= minRounds && (spent > patience*budget || spent > budget && ten <= most*one) {
			return one, ten, nil
		}
		for _, turn := range []struct {
			request request
			calls   int
			least   *time.Duration
		}{{small, 10, &one}, {large, 1, &ten}} {
			// Each size begins with a heap that holds nothing of the other.
			runtime.GC()
			took, err := s.call(k.at, turn.request, turn.calls)
			if err != nil {
				return 0, 0, err
			}
			if *turn.least == 0 || took < *turn.least {
				*turn.least = took
			}
		}
	}
}

// call sends a request several times and returns how long one takes. Ten of the
// size n allocate as much as one of 10n, so that the garbage collector has the
// same work with both.
func (s *site) call(h http.Handler, in request, calls int) (time.Duration, error) {
	var took time.Duration
	for range calls {
		r, err := http.NewRequest(in.method, subject.Origin+subject.BasePath+in.path, strings.NewReader(in.body))
		if err != nil {
			return 0, err
		}
		r.RemoteAddr = "127.0.0.1:1024"
		if in.header != nil {
			r.Header = in.header.Clone()
		}
		if in.body != "" && r.Header.Get("Content-Type") == "" {
			r.Header.Set("Content-Type", "application/json")
		}
		w := &answer{header: http.Header{}}
		coolDown()
		start := processor()
		h.ServeHTTP(w, r)
		took += processor() - start
		if w.status != in.want {
			return 0, fmt.Errorf("%s %.100s answered %d, not %d: %.300s", in.method, in.path, w.status, in.want, w.body.Bytes())
		}
	}
	return took / time.Duration(calls), nil
}

// cold is more than the processor's own caches hold.
var cold = make([]byte, 32<<20)

// coolDown makes the processor forget what it has at hand. A request of the size n
// that is repeated would be read from its caches, where one of 10n has no room: the
// ratio would be that of two kinds of memory.
func coolDown() {
	for i := 0; i < len(cold); i += 64 {
		cold[i]++
	}
}

// answer is a ResponseWriter.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}
func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}
