// Package footprint_test measures what a user pays: what the smallest program links, and
// which modules a program that requires the library has in its module list.
package footprint_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	library = "github.com/better-auth-go/better-auth"
	own     = "example.com/smallest"
)

// neverListed are modules that no program has for requiring the library, linked or not.
var neverListed = []string{
	"github.com/gin-gonic/gin", "github.com/labstack/echo/v4", "github.com/go-chi/chi/v5", "github.com/quic-go/quic-go",
	"go.mongodb.org/mongo-driver/v2", "honnef.co/go/tools",
}

// engine is the smallest program on one engine. A limit that is passed is either a
// mistake, or meant, and then raised with its reason in docs/dependencies.md.
type engine struct {
	open        string // how the program opens its database
	notLinked   string // the other engine's driver
	maxPackages int    // linked of other projects, the standard library aside
	maxModules  int    // of `go list -m all`, the program and the library among them
}

var engines = map[string]engine{
	"sqlite":   {`sqlite.Open("auth.db")`, "github.com/jackc/pgx/v5", 78, 68},
	"postgres": {`postgres.Open(os.Getenv("DATABASE_URL"))`, "modernc.org/sqlite", 97, 59},
}

func TestFootprint(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compiles two programs; run it without -short")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("smallest/main.go")
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	for name, is := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.ReplaceAll(string(source), library+"/database/sqlite", library+"/database/"+name)
			text = strings.ReplaceAll(text, engines["sqlite"].open, is.open)
			if !strings.Contains(text, is.open) {
				t.Fatalf("smallest/main.go does not open a database by %s", engines["sqlite"].open)
			}
			m := program{t, t.TempDir()}
			m.write("main.go", text)
			m.write("go.sum", string(sums))
			m.write("go.mod", fmt.Sprintf("module %s\n\ngo 1.26.0\n\nrequire %s v0.0.0\n\nreplace %s => %s\n", own, library, library, root))
			m.measure(name, is)
		})
	}
}

// program is a module of its own that requires the library.
type program struct {
	*testing.T
	folder string
}

func (p program) write(name, text string) {
	p.Helper()
	if err := os.WriteFile(filepath.Join(p.folder, name), []byte(text), 0o600); err != nil {
		p.Fatal(err)
	}
}

// run is the go command in the program's folder, outside of any workspace.
func (p program) run(args ...string) string {
	p.Helper()
	cmd := exec.CommandContext(p.Context(), "go", args...)
	cmd.Dir = p.folder
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		p.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

func (p program) measure(name string, is engine) {
	linked := map[string]int{} // packages by module
	packages := 0
	for decoder := json.NewDecoder(strings.NewReader(p.run("list", "-deps", "-json=ImportPath,Module", "."))); decoder.More(); packages++ {
		var pkg struct {
			ImportPath string
			Module     struct{ Path string }
		}
		if err := decoder.Decode(&pkg); err != nil {
			p.Fatal(err)
		}
		linked[pkg.Module.Path]++
		if pkg.ImportPath == "testing" || strings.HasPrefix(pkg.ImportPath, library) && strings.HasSuffix(pkg.ImportPath, "test") {
			p.Errorf("%s is linked: %s", pkg.ImportPath, p.run("mod", "why", pkg.ImportPath))
		}
	}
	modules := strings.Split(p.run("list", "-m", "-f", "{{.Path}}", "all"), "\n")
	binary := filepath.Join(p.folder, "smallest")
	p.run("build", "-ldflags=-s -w", "-o", binary, ".")
	info, err := os.Stat(binary)
	if err != nil {
		p.Fatal(err)
	}
	p.Logf("%s: %d packages linked, %d of them the standard library's, the others of %d modules; %.1f MB stripped; %d modules in `go list -m all`", name, packages, linked[""], len(linked)-1, float64(info.Size())/1e6, len(modules))

	if linked[is.notLinked] > 0 {
		p.Errorf("%s is linked: %s", is.notLinked, p.run("mod", "why", "-m", is.notLinked))
	}
	for _, module := range neverListed {
		if slices.Contains(modules, module) {
			p.Errorf("%s is in the module list of a program that does not use it: move what needs it out of the root's go.mod (`go mod why -m %s` at the root with GOWORK=off), or see `go mod graph` for which requirement names it", module, module)
		}
	}
	if len(modules) > is.maxModules {
		p.Errorf("%d modules in `go list -m all`, %d are the limit. What needs one that not every program does belongs into a module of its own, as adapters/gin; see docs/dependencies.md. The list:\n%s",
			len(modules), is.maxModules, strings.Join(modules, "\n"))
	}
	if others := packages - linked[""] - linked[library] - linked[own]; others > is.maxPackages {
		p.Errorf("%d packages of other projects are linked, %d are the limit. Look at what a package of the smallest program imports anew: `go list -deps ./benchmarks/footprint/smallest` before and after. By module: %v", others, is.maxPackages, linked)
	}
}
