// Package published hands WebAuthn ceremonies that others have published to
// tests: the pairs of the specification ([Pairs]) and what real authenticators
// sent ([Captures]). Nothing but tests imports it. Start with pairs.go.
//
// They are read from the tests of github.com/go-webauthn/webauthn, in the
// version that go.mod names: the go command keeps a module's tests beside its
// code. So nobody else's files are copied into this repository, and whoever can
// compile the project has them. When another version of the library holds other
// ceremonies, the counts here say so.
package published

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/go-json-experiment/json"
)

const library = "github.com/go-webauthn/webauthn"

// folder is where the go command keeps the library's package protocol. It asks
// for a download, which does nothing where the module is there: a vendor folder
// leaves tests out, and a cache may have been cleaned.
func folder(t testing.TB) string {
	t.Helper()
	var module struct{ Dir, Error string }
	out, err := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", library).Output()
	if decoding := json.Unmarshal(out, &module); decoding != nil || err != nil || module.Dir == "" {
		t.Fatalf("go mod download %s: %v %s: the tests read published ceremonies from the module's own tests", library, err, module.Error)
	}
	return filepath.Join(module.Dir, "protocol")
}

// parse reads the files of the library that match, in the order of their names.
func parse(t testing.TB, pattern string) []*ast.File {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder(t), pattern))
	if err != nil || len(names) == 0 {
		t.Fatalf("%s has no %s (%v): see where this version keeps its ceremonies", library, pattern, err)
	}
	files := make([]*ast.File, len(names))
	for i, name := range names {
		if files[i], err = parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// text returns the value of a string literal; ok is false for anything else.
func text(e ast.Node) (value string, ok bool) {
	literal, ok := e.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return "", false
	}
	value, err := strconv.Unquote(literal.Value)
	return value, err == nil
}
