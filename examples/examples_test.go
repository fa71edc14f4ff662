// Package examples_test runs the example programs as somebody does who tries
// them: as processes, from their first line of output to their end.
package examples_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
)

// patience is how long a test waits for what should happen within seconds.
const patience = 3 * time.Minute

// Each program takes -addr and -database, keeps people signed in over a restart,
// takes the token that sign-up answers in a header, and ends with 0 on SIGTERM and
// on an interrupt, also while a browser keeps a connection ready.
func TestProcesses(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("nobody sends SIGTERM there")
	}
	if testing.Short() {
		t.Skip("compiles five programs and runs them as processes; run it without -short")
	}
	programs := map[string]struct{ flags []string }{
		"echo": {}, "gin": {}, "nethttp": {}, "quickstart": {}, "spa": {flags: []string{"-page", "http://localhost:5173"}},
	}
	folder := t.TempDir()
	args := []string{"build", "-o", folder + string(filepath.Separator)}
	for name := range programs {
		args = append(args, "./"+name)
	}
	if out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for name, program := range programs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flags := append([]string{"-database", filepath.Join(t.TempDir(), "people.db")}, program.flags...)
			first := start(t, filepath.Join(folder, name), flags)
			var signedUp struct {
				Token string `json:"token"`
			}
			answer := first.send(t, http.MethodPost, "/api/auth/sign-up/email", "", `{"name":"Ada","email":"ada@example.com","password":"correct horse"}`)
			if err := json.Unmarshal(answer, &signedUp); err != nil || signedUp.Token == "" {
				t.Fatalf("sign-up: %s", answer)
			}
			session := func(p *process) string {
				return string(p.send(t, http.MethodGet, "/api/auth/get-session", signedUp.Token, ""))
			}
			if name != "spa" && !strings.Contains(session(first), "ada@example.com") { // cookies are its subject
				t.Errorf("the token of sign-up is nobody's: %s", session(first))
			}
			idle, err := net.Dial("tcp", strings.TrimPrefix(first.url, "http://")) // ready, and never used
			if err != nil {
				t.Fatal(err)
			}
			defer idle.Close()
			first.end(t, syscall.SIGTERM)

			second := start(t, filepath.Join(folder, name), flags)
			if name != "spa" && !strings.Contains(session(second), "ada@example.com") {
				t.Errorf("signed out by a restart: %s", session(second))
			}
			second.end(t, os.Interrupt)
		})
	}
}

// process is a program that says where it is.
type process struct {
	url    string
	cmd    *exec.Cmd
	output *output
	ended  chan error
}

// start runs a program on a free port until it has said where.
func start(t *testing.T, program string, flags []string) *process {
	t.Helper()
	p := &process{output: &output{where: make(chan string, 1)}, ended: make(chan error, 1)}
	p.cmd = exec.CommandContext(t.Context(), program, append([]string{"-addr", "localhost:0"}, flags...)...)
	p.cmd.Env = append(os.Environ(), "BETTER_AUTH_SECRET=a secret of forty characters for testing", "GIN_MODE=release")
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.ended <- p.cmd.Wait() }()
	select {
	case p.url = <-p.output.where:
	case err := <-p.ended:
		t.Fatalf("ended with %v:\n%s", err, p.output)
	case <-time.After(patience):
		t.Fatalf("does not say where it is:\n%s", p.output)
	}
	return p
}

// send calls an endpoint without cookies, with a bearer token if there is one, and
// returns the body of a success.
func (p *process) send(t *testing.T, method, path, token, body string) []byte {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, p.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %d %s %v", method, path, response.StatusCode, answer, err)
	}
	return answer
}

// end asks the program to end and wants it to succeed.
func (p *process) end(t *testing.T, signal os.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-p.ended:
		if err != nil {
			t.Errorf("%v: ended with %v:\n%s", signal, err, p.output)
		}
	case <-time.After(patience):
		t.Errorf("%v: does not end:\n%s", signal, p.output)
	}
}

// output keeps what a program prints and passes on the first address in it.
type output struct {
	mu    sync.Mutex
	text  bytes.Buffer
	where chan string
	said  bool
}

var address = regexp.MustCompile(`http://localhost:\d+`)

func (o *output) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text.Write(text)
	if found := address.FindString(o.text.String()); found != "" && !o.said {
		o.said = true
		o.where <- found
	}
	return len(text), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return fmt.Sprint(o.text.String())
}
