package subject

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ErrNoReference means that the reference server cannot be run here; the
// message says what it lacks.
var ErrNoReference = errors.New("the TypeScript server is left out")

// Some and Every are plugins of the reference server, by the names of its flag:
// what [Ours] has, and what [OursWithEverything] has. Password is in its core.
// Every is in the order in which ours has them, where the second step comes after
// admin: members of an answer follow it.
const (
	Some  = "passkey,bearer"
	Every = "passkey,admin,two-factor,bearer,username,magic-link,email-otp,api-key"
)

// StartReference starts the reference server of the conformance folder with
// these plugins, on a database that has their tables.
func StartReference(ctx context.Context, conformance, plugins, db, cache string) (*Process, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, fmt.Errorf("%w: there is no node in PATH", ErrNoReference)
	}
	if _, err := os.Stat(filepath.Join(conformance, "node_modules")); err != nil {
		return nil, fmt.Errorf("%w: its packages are missing; run %s", ErrNoReference, filepath.Join(conformance, "install.sh"))
	}
	args := []string{filepath.Join(conformance, "reference", "server.mjs"), "--port", "0", "--database", db, "--secret", Secret,
		"--plugins", plugins, "--origin", Origin, "--exit-with-stdin"}
	if cache != "" {
		args = append(args, "--cookie-cache", cache)
	}
	return start(exec.CommandContext(ctx, node, args...))
}

// BuildServer compiles the program that serves the subjects of this module into
// the folder, and returns its path. It is a program of its own, so that neither
// its start nor its memory holds what only measuring needs.
func BuildServer(ctx context.Context, folder string) (string, error) {
	path := filepath.Join(folder, "serve")
	out, err := exec.CommandContext(ctx, "go", "build", "-o", path, "github.com/better-auth-go/better-auth/benchmarks/serve").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return path, nil
}

// StartServe starts that program to run [Serve].
func StartServe(ctx context.Context, program, kind, db, cache string) (*Process, error) {
	return start(exec.CommandContext(ctx, program, kind, db, cache))
}
