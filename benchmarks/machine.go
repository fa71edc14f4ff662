package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/benchmarks/subject"
)

// machine describes where figures are from, without a name that could be private.
func (p *plan) machine(ctx context.Context) string {
	parts := []string{
		time.Now().UTC().Format("2 January 2006"),
		fmt.Sprintf("%d processors (%s)", runtime.NumCPU(), processor()),
		runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH,
	}
	if out, err := exec.CommandContext(ctx, "node", "--version").Output(); err == nil {
		parts = append(parts, "Node "+strings.TrimPrefix(strings.TrimSpace(string(out)), "v"))
	}
	if version := p.postgresVersion(ctx); version != "" {
		parts = append(parts, "PostgreSQL "+version)
	}
	return strings.Join(parts, "; ")
}

// processor is the model, where the system says it.
func processor() string {
	file, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "model unknown"
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), ":")
		if strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "model unknown"
}

// postgresVersion is that of the server, "" without one.
func (p *plan) postgresVersion(ctx context.Context) (version string) {
	if p.postgres == "" {
		return ""
	}
	db, err := subject.Open(p.postgres)
	if err != nil {
		return ""
	}
	defer db.Close()
	if err := db.Bun().DB.QueryRowContext(ctx, "show server_version").Scan(&version); err != nil {
		return ""
	}
	version, _, _ = strings.Cut(version, " ")
	return version
}
