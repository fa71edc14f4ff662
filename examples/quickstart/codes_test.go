package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/better-auth-go/better-auth/"

// The page has a sentence of its own for every code of the core and of the
// plugins that this program loads, and shows none of the texts they come with.
func TestEveryCodeHasASentence(t *testing.T) {
	t.Parallel()
	folders := []string{"betterauth"}
	for _, file := range parseFolder(t, ".") {
		for _, imported := range file.Imports {
			path, _ := strconv.Unquote(imported.Path.Value)
			if inside, ok := strings.CutPrefix(path, module); ok && strings.HasPrefix(inside, "plugins/") {
				folders = append(folders, inside)
			}
		}
	}
	messages := map[string]string{}
	for _, folder := range folders {
		for _, file := range parseFolder(t, filepath.Join("..", "..", folder)) {
			maps.Copy(messages, errorCodes(file))
		}
	}
	if len(folders) < 5 || len(messages) < 60 {
		t.Fatalf("%d codes in %v", len(messages), folders)
	}

	sentences := sentencesOfThePage(t)
	for _, code := range slices.Sorted(maps.Keys(messages)) {
		if sentences[code] == "" {
			t.Errorf("page/codes.js has no sentence for %s (%s)", code, messages[code])
		}
	}
	for code, sentence := range sentences {
		if _, ok := messages[code]; !ok {
			t.Errorf("page/codes.js has a sentence for %s, which nothing answers", code)
		}
		if !regexp.MustCompile(`^[A-Z][^\[\]_{}]*\.$`).MatchString(sentence) || strings.Contains(messages[code], strings.TrimSuffix(sentence, ".")) {
			t.Errorf("%s is no sentence for people: %q", code, sentence)
		}
	}
}

// sentencesOfThePage reads the table of codes.js: a text, or the name of one
// above it.
func sentencesOfThePage(t *testing.T) map[string]string {
	t.Helper()
	text, err := fs.ReadFile(page, "page/codes.js")
	if err != nil {
		t.Fatal(err)
	}
	head, table, ok := strings.Cut(string(text), "export const sentences = {")
	if table, _, _ = strings.Cut(table, "\n};"); !ok {
		t.Fatal("page/codes.js has no table of sentences")
	}
	named := map[string]string{}
	for _, found := range regexp.MustCompile(`(?m)^const (\w+) = "(.*)";$`).FindAllStringSubmatch(head, -1) {
		named[found[1]] = found[2]
	}
	sentences := map[string]string{}
	for _, found := range regexp.MustCompile(`(?m)^  ([A-Z_]+): (?:"(.*)"|(\w+)),$`).FindAllStringSubmatch(table, -1) {
		sentences[found[1]] = found[2] + named[found[3]]
	}
	return sentences
}

func parseFolder(t *testing.T, folder string) (files []*ast.File) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

// errorCodes finds each betterauth.ErrorCode that is written out: its code and
// message. What has no code is answered by its status, in the page as well.
func errorCodes(file *ast.File) map[string]string {
	found := map[string]string{}
	ast.Inspect(file, func(node ast.Node) bool {
		literal, ok := node.(*ast.CompositeLit)
		if !ok || !isErrorCode(literal.Type) {
			return true
		}
		var texts [2]string // Code, Message
		for i, element := range literal.Elts {
			value := element
			if pair, ok := element.(*ast.KeyValueExpr); ok {
				value = pair.Value
				i = slices.Index([]string{"Code", "Message"}, pair.Key.(*ast.Ident).Name)
			}
			if text, ok := value.(*ast.BasicLit); ok && text.Kind == token.STRING && i >= 0 && i < len(texts) {
				texts[i], _ = strconv.Unquote(text.Value)
			}
		}
		if texts[0] != "" {
			found[texts[0]] = texts[1]
		}
		return true
	})
	return found
}

func isErrorCode(expr ast.Expr) bool {
	switch expr := expr.(type) {
	case *ast.Ident:
		return expr.Name == "ErrorCode"
	case *ast.SelectorExpr:
		return expr.Sel.Name == "ErrorCode"
	}
	return false
}

// The modules are fetched at once, and not one after the other as each names
// the next.
func TestModulesArePreloaded(t *testing.T) {
	t.Parallel()
	html, err := fs.ReadFile(page, "page/index.html")
	if err != nil {
		t.Fatal(err)
	}
	modules, err := fs.Glob(page, "page/*.js")
	if err != nil || len(modules) == 0 {
		t.Fatal(modules, err)
	}
	for _, module := range modules {
		name := filepath.Base(module)
		if name != "main.js" && !strings.Contains(string(html), `<link rel="modulepreload" href="`+name+`">`) {
			t.Errorf("index.html does not preload %s", name)
		}
	}
}
