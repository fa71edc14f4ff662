package subject

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/database"
)

// Process is a server in a process of its own, so that it shares neither
// scheduler nor garbage collector with what makes the load.
type Process struct {
	// Addr is where it listens, for net.Dial("tcp", …).
	Addr  string
	input io.Closer
	cmd   *exec.Cmd
}

// ErrNoReference means that the reference server cannot be run here; the
// message says what it lacks.
var ErrNoReference = errors.New("the reference server is left out")

// StartReference starts the reference server of the conformance folder.
func StartReference(ctx context.Context, conformance, db, cache string) (*Process, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, fmt.Errorf("%w: there is no node in PATH", ErrNoReference)
	}
	if _, err := os.Stat(filepath.Join(conformance, "node_modules")); err != nil {
		return nil, fmt.Errorf("%w: its packages are missing, run %s", ErrNoReference, filepath.Join(conformance, "install.sh"))
	}
	args := []string{filepath.Join(conformance, "reference", "server.mjs"), "--port", "0", "--database", db, "--secret", Secret,
		"--origin", Origin, "--exit-with-stdin"}
	if cache != "" {
		args = append(args, "--cookie-cache", cache)
	}
	return start(exec.CommandContext(ctx, node, args...))
}

// StartServe starts this program once more to run [Serve].
func StartServe(ctx context.Context, kind, db, cache string) (*Process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return start(exec.CommandContext(ctx, self, "serve", kind, db, cache))
}

// start waits until the server has printed its URL and READY, which both kinds do.
func start(cmd *exec.Cmd) (*Process, error) {
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &Process{input: input, cmd: cmd}
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		if url, ok := strings.CutPrefix(lines.Text(), "URL http://"); ok {
			p.Addr = url
		}
		if lines.Text() == "READY" && p.Addr != "" {
			go func() { _, _ = io.Copy(io.Discard, output) }()
			return p, nil
		}
	}
	err = cmd.Wait()
	return nil, fmt.Errorf("%s ended before it was ready: %w: %s", filepath.Base(cmd.Path), err, stderr.String())
}

// Stop ends the server by closing its standard input, and by force after a while.
func (p *Process) Stop() {
	timer := time.AfterFunc(5*time.Second, func() { _ = p.cmd.Process.Kill() })
	defer timer.Stop()
	_ = p.input.Close()
	_ = p.cmd.Wait() // how it ended changes no figure
}

// Serve runs one subject on a free port of localhost until input ends: kind is
// "ours" or "bare". It prints what [start] waits for.
func Serve(ctx context.Context, kind, dbName, cache string, input io.Reader, output io.Writer) error {
	db, err := Open(dbName)
	if err != nil {
		return err
	}
	defer db.Close()
	handler, err := Handler(ctx, kind, db, cache)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle(BasePath+"/", handler)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		_, _ = io.Copy(io.Discard, input)
		_ = server.Close()
	}()
	fmt.Fprintf(output, "URL http://%s\nREADY\n", listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Handler makes a subject of this process: "ours" or "bare".
func Handler(ctx context.Context, kind string, db *database.DB, cache string) (http.Handler, error) {
	switch kind {
	case "ours":
		return Ours(ctx, db, cache)
	case "bare":
		return Bare(ctx, db)
	}
	return nil, fmt.Errorf("no subject %q", kind)
}
