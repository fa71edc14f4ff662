package layout_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// problemSource is a folder whose problems a golden file records, and the functions
// in it that make problems by fmt.Errorf and errors.New.
type problemSource struct {
	folder, golden, update string
	functions              []string
	// part is how the names of the cases begin in the golden file that are about the
	// folder, "" where all are.
	part string
	// some says that the golden file shows only some, so that each format must say the
	// remedy itself.
	some bool
}

var problemSources = []problemSource{
	{"betterauth", "betterauth/testdata/problems.golden", "go test ./betterauth -run TestProblemsAreAsRecorded -update",
		[]string{"check", "problem", "Problem", "provider", "attach", "attachHooks", "disable"}, "", false},
	{"internal/baseurl", "betterauth/testdata/problems.golden", "go test ./betterauth -run TestProblemsAreAsRecorded -update", nil, "", false},
	{"internal/router", "betterauth/testdata/problems.golden", "go test ./betterauth -run TestProblemsAreAsRecorded -update", []string{"Disable"}, "", false},
	{"internal/ratelimit", "betterauth/testdata/problems.golden", "go test ./betterauth -run TestProblemsAreAsRecorded -update", []string{"Check"}, "", false},
	{"internal/input", "betterauth/testdata/problems.golden", "go test ./betterauth -run TestProblemsAreAsRecorded -update",
		[]string{"Compile", "compileObject", "compileField", "setType", "setChecks"}, "", false},
	{"database", "database/testdata/problems.golden", "go test ./database -run TestCompileReportsEveryProblem -update",
		[]string{"Compile", "createOrder", "readRowType", "readField", "readOption", "readDefault", "goColumnType", "newFieldCodec", "AddHooks", "WithColumn"}, "", false},
	{"betterauth/plugintest", "betterauth/plugintest/testdata/findings.golden", "go test ./betterauth/plugintest -run TestRunCatchesBrokenPlugins -update", nil, "", true},
	{"betterauth/access", pluginProblems, updatePluginProblems, []string{"NewRole"}, "access: ", false},
}

const (
	pluginProblems       = "plugins/testdata/problems.golden"
	updatePluginProblems = "go test ./plugins -run TestProblemsAreAsRecorded -update"
)

// pluginRoots are the functions of a bundled plugin in which problems begin: those
// that Build calls, and by folder those in which the application's own functions and
// calls are judged later.
var pluginRoots = map[string][]string{
	"":                          {"Manifest", "Check", "Init"},
	"plugins/admin":             {"RequireRole", "RequirePermission"},
	"plugins/apikey":            {"generate"},
	"plugins/emailverification": {"ReplaceLinks"},
	"plugins/magiclink":         {"token"},
	"plugins/passkey":           {"AndroidOrigin", "resolve"},
	"plugins/twofactor":         {"makeCodes"},
}

// nothingToSetWrong are plugins whose every setting can be used.
var nothingToSetWrong = []string{"plugins/bearer", "plugins/oauthpopup", "plugins/onetap"}

// allProblemSources are problemSources, and every folder of plugins/.
func allProblemSources(t *testing.T) []problemSource {
	t.Helper()
	all := slices.Clone(problemSources)
	folders := map[string][]*ast.File{}
	for _, s := range sources(t) {
		if folder := path.Dir(s.path); !s.isTest && path.Dir(folder) == "plugins" {
			folders[folder] = append(folders[folder], s.file)
		}
	}
	for _, folder := range slices.Sorted(maps.Keys(folders)) {
		functions := called(folders[folder], slices.Concat(pluginRoots[""], pluginRoots[folder]))
		all = append(all, problemSource{folder, pluginProblems, updatePluginProblems, functions, path.Base(folder) + ": ", false})
	}
	return all
}

// called are the functions that are called from those with these names, which are
// among them, as far as the files declare them. A function literal may be called much
// later, so what it calls is not among them.
func called(files []*ast.File, names []string) []string {
	bodies := map[string][]*ast.BlockStmt{}
	for _, file := range files {
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Body != nil {
				bodies[f.Name.Name] = append(bodies[f.Name.Name], f.Body)
			}
		}
	}
	names = slices.Clone(names)
	for i := 0; i < len(names); i++ {
		for _, body := range bodies[names[i]] {
			ast.Inspect(body, func(n ast.Node) bool {
				if _, later := n.(*ast.FuncLit); later {
					return false
				}
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				name := calledName(call)
				name = name[strings.LastIndex(name, ".")+1:]
				if bodies[name] != nil && !slices.Contains(names, name) {
					names = append(names, name)
				}
				return true
			})
		}
	}
	return names
}

// A developer who meets a problem reads what is wrong, where, and what to do. Each
// that the code can make is provoked by a test and recorded, and says a remedy
// behind a semicolon. Of what plugintest.Run finds, each rule is provoked.
func TestProblemsAreProvokedAndSayARemedy(t *testing.T) {
	t.Parallel()
	for _, from := range allProblemSources(t) {
		raw, err := os.ReadFile("../../" + from.golden)
		if err != nil {
			t.Fatal(err)
		}
		recorded := problemsIn(string(raw), from.part)
		for _, problem := range recorded {
			if !strings.Contains(problem, "; ") {
				t.Errorf("%s: no remedy is said; add what to do behind a semicolon: %s", from.golden, problem)
			}
		}
		formats := 0
		for _, s := range sources(t) {
			if s.isTest || path.Dir(s.path) != from.folder {
				continue
			}
			for _, f := range problemFormats(s.file, from.functions) {
				formats++
				if from.some {
					if !strings.Contains(string(f), "; ") {
						t.Errorf("%s: %q says no remedy: add what to do behind a semicolon", s.path, f)
					}
					continue
				}
				if pattern := f.pattern(); pattern != nil && !slices.ContainsFunc(recorded, pattern.MatchString) {
					t.Errorf("%s: no test provokes %q: add a case to the test behind %s, then %s", s.path, f, from.golden, from.update)
				}
			}
		}
		if formats == 0 && !slices.Contains(nothingToSetWrong, from.folder) {
			t.Errorf("%s: no problem was found: correct problemSources", from.folder)
		}
	}
}

// problemsIn are the problems of a golden file, of the cases whose names begin with
// part: each problem begins with one tab, and goes on behind two.
func problemsIn(golden, part string) (problems []string) {
	within := part == ""
	for line := range strings.Lines(golden) {
		switch {
		case !strings.HasPrefix(line, "\t"):
			within = strings.HasPrefix(line, part)
		case !within:
		case strings.HasPrefix(line, "\t\t"):
			problems[len(problems)-1] += line[1:]
		case strings.HasPrefix(line, "\t"):
			problems = append(problems, line[1:])
		}
	}
	return problems
}

// format is that of a problem, as fmt.Errorf takes it.
type format string

var verb = regexp.MustCompile(`%[-+#]?[a-zA-Z]`)

// pattern matches what the format makes, nil where it has no words of its own.
func (f format) pattern() *regexp.Regexp {
	words := verb.Split(string(f), -1)
	if !strings.ContainsFunc(strings.Join(words, ""), func(r rune) bool { return 'a' <= r && r <= 'z' }) {
		return nil
	}
	for i, word := range words {
		words[i] = regexp.QuoteMeta(strings.ReplaceAll(word, "%%", "%"))
	}
	return regexp.MustCompile(`(?s)` + strings.Join(words, ".*"))
}

// problemFormats are the formats of problems that a file makes: in calls of problem
// and broken,
// of closures that hand their own format to it or to fmt.Errorf, and of fmt.Errorf
// and errors.New in the functions that are named.
func problemFormats(file *ast.File, functions []string) (formats []format) {
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		wrappers := formatWrappers(file, f)
		ast.Inspect(f.Body, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			at := -1
			switch name := calledName(call); name {
			case "problem":
				at = 2
			case "broken", "p.broken": // of plugintest
				at = 0
			case "fmt.Errorf", "errors.New":
				if slices.Contains(functions, f.Name.Name) {
					at = 0
				}
			default:
				if i, ok := wrappers[name]; ok {
					at = i
				}
			}
			if 0 <= at && at < len(call.Args) {
				if text, ok := literal(call.Args[at]); ok {
					formats = append(formats, format(text))
				}
			}
			return true
		})
	}
	return formats
}

// formatWrappers are the closures and the parameters of a function that take a
// format, and where.
func formatWrappers(file *ast.File, f *ast.FuncDecl) map[string]int {
	wrappers, types := map[string]int{}, map[string]int{}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.TypeSpec); ok {
			if typ, ok := spec.Type.(*ast.FuncType); ok {
				if at := formatAt(typ); at >= 0 {
					types[spec.Name.Name] = at
				}
			}
		}
		return true
	})
	for _, param := range f.Type.Params.List {
		if typ, ok := param.Type.(*ast.Ident); ok && len(param.Names) == 1 {
			if at, ok := types[typ.Name]; ok {
				wrappers[param.Names[0].Name] = at
			}
		}
	}
	ast.Inspect(f.Body, func(n ast.Node) bool {
		assign, ok := n.(*ast.AssignStmt)
		if !ok || len(assign.Lhs) != 1 || len(assign.Rhs) != 1 {
			return true
		}
		name, isName := assign.Lhs[0].(*ast.Ident)
		closure, isClosure := assign.Rhs[0].(*ast.FuncLit)
		if !isName || !isClosure {
			return true
		}
		if at := formatAt(closure.Type); at >= 0 {
			wrappers[name.Name] = at
		}
		return true
	})
	return wrappers
}

// formatAt is the place of the parameter called format, -1 without one.
func formatAt(typ *ast.FuncType) int {
	at := 0
	for _, field := range typ.Params.List {
		for _, param := range field.Names {
			if param.Name == "format" {
				return at
			}
			at++
		}
	}
	return -1
}

func calledName(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if pkg, ok := f.X.(*ast.Ident); ok && pkg.Name != "c" {
			return fmt.Sprint(pkg.Name, ".", f.Sel.Name)
		}
		return f.Sel.Name
	}
	return ""
}

func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		left, ok := literal(e.X)
		right, alsoOK := literal(e.Y)
		return left + right, ok && alsoOK
	}
	return "", false
}
