package subject

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Process is a server in a process of its own, so that it shares neither
// scheduler nor garbage collector with what makes the load.
type Process struct {
	// Addr is where it listens, for net.Dial("tcp", …).
	Addr  string
	input io.Closer
	cmd   *exec.Cmd
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

// PID is the number of the process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Stop ends the server by closing its standard input, and by force after a while.
func (p *Process) Stop() {
	timer := time.AfterFunc(5*time.Second, func() { _ = p.cmd.Process.Kill() })
	defer timer.Stop()
	_ = p.input.Close()
	_ = p.cmd.Wait() // how it ended changes no figure
}
