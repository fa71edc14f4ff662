package conformance_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	// sharedSecret is the secret of all servers, so that they may share a database.
	sharedSecret = "conformance-secret-of-forty-characters!!"
	// sharedOrigin is where the clients of all servers say they are.
	sharedOrigin = "http://localhost:3000"
)

// patience is how long a process may take to start, to answer or to end.
const patience = 3 * time.Minute

// binaries is a folder that lasts as long as the tests.
var binaries string

// goServer compiles the Go server once for all tests.
var goServer = sync.OnceValues(func() (string, error) {
	path := filepath.Join(binaries, "server")
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, "go", "build", "-o", path, "./server").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// referenceServer makes one file of the reference server once for all tests.
var referenceServer = sync.OnceValues(func() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, "node", "reference/bundle.mjs").Output()
	if err != nil {
		return "", fmt.Errorf("node reference/bundle.mjs: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
})

func TestMain(m *testing.M) {
	var err error
	if binaries, err = os.MkdirTemp("", "conformance-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	watchSources()
	code := m.Run()
	_ = os.RemoveAll(binaries) // leftovers in the temporary folder harm nobody
	os.Exit(code)
}

// watchSources looks at every file that becomes part of a subprocess: go test
// caches results, and takes only what the test itself looked at for a reason to
// run again.
func watchSources() {
	for _, pattern := range []string{"server/*.go", "reference/*.mjs", "interop/*.mjs"} {
		files, _ := filepath.Glob(pattern) // the patterns are well-formed
		for _, file := range files {
			_, _ = os.Stat(file) // a file that just went away is no longer a part
		}
	}
}

// server is a running server of either kind.
type server struct {
	url    string
	cmd    *exec.Cmd
	stdin  io.Closer
	errors *bytes.Buffer
	ended  chan error // holds how it ended, once
}

// startGo starts the Go server on a free port and waits until it is ready.
func startGo(t testing.TB, db testDatabase, flags ...string) *server {
	t.Helper()
	return started(t)(launchGo(t, db, flags...))
}

func launchGo(t testing.TB, db testDatabase, flags ...string) (*server, error) {
	t.Helper()
	if testing.Short() {
		t.Skip("compiles the Go server and runs it as a process; run it without -short")
	}
	path, err := goServer()
	if err != nil {
		return nil, err
	}
	return launch(t, path, serverFlags(db, flags)...)
}

// startReference does the same with the reference server.
func startReference(t testing.TB, db testDatabase, flags ...string) *server {
	t.Helper()
	return started(t)(launchReference(t, db, flags...))
}

func launchReference(t testing.TB, db testDatabase, flags ...string) (*server, error) {
	t.Helper()
	needReference(t)
	path, err := referenceServer()
	if err != nil {
		return nil, err
	}
	return launch(t, "node", append([]string{path}, serverFlags(db, flags)...)...)
}

func serverFlags(db testDatabase, more []string) []string {
	return append([]string{"--port", "0", "--exit-with-stdin", "--database", db.name, "--origin", sharedOrigin}, more...)
}

func started(t testing.TB) func(*server, error) *server {
	return func(s *server, err error) *server {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

// launch starts a server that prints its URL and then READY. The error holds
// what it said when it ended before that. It ends with the test at the latest.
func launch(t testing.TB, name string, args ...string) (*server, error) {
	t.Helper()
	s := &server{cmd: exec.CommandContext(context.Background(), name, args...), errors: &bytes.Buffer{}, ended: make(chan error, 1)}
	s.cmd.Env = append(os.Environ(), "BETTER_AUTH_SECRET="+sharedSecret)
	s.cmd.Stderr = s.errors
	stdin, err := s.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.stdin = stdin
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	t.Cleanup(func() {
		s.kill()
		if t.Failed() && s.errors.Len() > 0 {
			t.Logf("%s said: %s", name, s.errors)
		}
	})

	ready := make(chan string, 1)
	go func() {
		url, lines := "", bufio.NewScanner(stdout)
		for lines.Scan() {
			if u, ok := strings.CutPrefix(lines.Text(), "URL "); ok {
				url = u
			}
			if lines.Text() == "READY" {
				ready <- url
			}
		}
		s.ended <- s.cmd.Wait()
	}()
	select {
	case s.url = <-ready:
		return s, nil
	case err := <-s.ended:
		s.ended <- err
		return nil, errors.Join(fmt.Errorf("%s ended before it was ready: %s", name, s.errors), err)
	case <-time.After(patience):
		return nil, fmt.Errorf("%s is not ready after %v", name, patience)
	}
}

// stop ends the server as the end of the test's process would, and returns what
// is wrong with how it ended.
func (s *server) stop() error {
	_ = s.stdin.Close() // it may have ended already
	select {
	case err := <-s.ended:
		s.ended <- err
		if err != nil {
			return fmt.Errorf("%w: %s", err, s.errors)
		}
		return nil
	case <-time.After(patience):
		return errors.New("the server goes on without its standard input")
	}
}

// kill ends the server with SIGKILL: it can do nothing about it.
func (s *server) kill() {
	_ = s.cmd.Process.Kill() // it may have ended already
	s.ended <- <-s.ended
}

// node runs a script of this folder and returns what it printed.
func node(t testing.TB, args ...string) (stdout []byte, err error) {
	t.Helper()
	needReference(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", args...)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	stdout, err = cmd.Output()
	if err != nil {
		err = fmt.Errorf("node %s: %w\n%s", strings.Join(args, " "), err, complaints.Bytes())
	}
	return stdout, err
}
