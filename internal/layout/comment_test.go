package layout_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

var fileName = regexp.MustCompile(`\b[a-z0-9_]+\.go\b`)

// Every package has one comment, which says what it is. Where there are several
// files it also says with what to start, and the files that it names exist. The
// model is plugins/passkey/passkey.go.
func TestPackageComments(t *testing.T) {
	t.Parallel()
	root := os.DirFS("../..")
	for folder, files := range packages(t, root) {
		var comments []string
		name := ""
		for _, file := range files {
			text, err := fs.ReadFile(root, file)
			if err != nil {
				t.Fatal(err)
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, text, parser.ParseComments|parser.PackageClauseOnly)
			if err != nil {
				t.Fatal(err)
			}
			name = parsed.Name.Name
			if parsed.Doc != nil {
				comments = append(comments, parsed.Doc.Text())
			}
		}
		if len(comments) != 1 {
			t.Errorf("%s has %d package comments, want one", folder, len(comments))
			continue
		}
		comment := comments[0]
		if begin := "Package " + name + " "; name != "main" && !strings.HasPrefix(comment, begin) {
			t.Errorf("the comment of %s does not begin with %q", folder, begin)
		}
		if starts := strings.Contains(comment, "Start with ") || strings.Contains(comment, "Start here"); len(files) > 1 && name != "main" && !starts {
			t.Errorf("the comment of %s does not say with what to start", folder)
		}
		for _, named := range fileName.FindAllString(comment, -1) {
			if _, err := fs.Stat(root, path.Join(folder, named)); err != nil {
				t.Errorf("the comment of %s names %s, which is not there", folder, named)
			}
		}
	}
}

// packages are the Go files of each folder, tests left out.
func packages(t *testing.T, root fs.FS) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := fs.WalkDir(root, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && file != ".") {
			return fs.SkipDir
		}
		if !d.IsDir() && path.Ext(file) == ".go" && !strings.HasSuffix(file, "_test.go") {
			folder := path.Dir(file)
			found[folder] = append(found[folder], file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 30 {
		t.Fatalf("only %d packages were found", len(found))
	}
	return found
}
