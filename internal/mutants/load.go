package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// instrumented is a package with all its changes in it.
type instrumented struct {
	dir     string
	mutants []mutant
	overlay string // the file for the go command
}

// instrument writes the changed files of a package into work.
func instrument(t target, work string) (*instrumented, error) {
	list := exec.Command("go", "list", "-deps", "-export", "-json=ImportPath,Dir,Export,GoFiles,Name", "./"+t.Package)
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	type listed struct {
		ImportPath, Dir, Export, Name string
		GoFiles                       []string
	}
	exports := map[string]string{}
	var pkg listed // the package itself comes last
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		exports[p.ImportPath] = p.Export
		pkg = p
	}

	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range pkg.GoFiles {
		file, err := parser.ParseFile(fset, filepath.Join(pkg.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	config := types.Config{Importer: importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})}
	if _, err := config.Check(pkg.ImportPath, fset, files, info); err != nil {
		return nil, err
	}

	in := &instrumented{dir: pkg.Dir, overlay: filepath.Join(work, "overlay.json")}
	replaced := map[string]string{}
	for _, name := range t.Files {
		if !slices.Contains(pkg.GoFiles, name) {
			return nil, fmt.Errorf("targets.go lists %s, which is not there", name)
		}
	}
	for i, name := range pkg.GoFiles {
		if len(t.Files) > 0 && !slices.Contains(t.Files, name) {
			continue
		}
		path := filepath.Join(pkg.Dir, name)
		source, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		r := &rewriter{folder: t.Package, fset: fset, info: info, source: source, file: fset.File(files[i].Pos()), mutants: &in.mutants}
		replaced[path] = filepath.Join(work, name)
		if err := os.WriteFile(replaced[path], r.rewrite(files[i]), 0o600); err != nil {
			return nil, err
		}
	}
	helper := filepath.Join(work, "helper.go")
	replaced[filepath.Join(pkg.Dir, "mutants_helper.go")] = helper
	if err := os.WriteFile(helper, []byte("package "+pkg.Name+"\n"+helperText), 0o600); err != nil {
		return nil, err
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		return nil, err
	}
	return in, os.WriteFile(in.overlay, overlay, 0o600)
}
