package router_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/internal/router"
)

// table has routes that are named by their methods and paths.
func table(t *testing.T, base string, skipSlash bool) *router.Table[string] {
	t.Helper()
	routes := router.New[string](base, skipSlash)
	for _, route := range []router.Route[string]{
		{ID: "signOut", Methods: []string{"POST"}, Path: "/sign-out", To: "sign out"},
		{ID: "getSession", Methods: []string{"GET", "POST"}, Path: "/get-session", To: "session"},
		{ID: "resetCallback", Methods: []string{"GET"}, Path: "/reset-password/:token", To: "callback"},
		{ID: "resetPassword", Methods: []string{"POST"}, Path: "/reset-password", To: "reset"},
		{ID: "member", Methods: []string{"POST"}, Path: "/team/:team/member/:id", To: "member"},
	} {
		if clash := routes.Add(route); clash != nil {
			t.Fatalf("%s clashes with %s", route.ID, clash.ID)
		}
	}
	return routes
}

func to(route *router.Route[string]) string {
	if route == nil {
		return ""
	}
	return route.To
}

func TestFind(t *testing.T) {
	t.Parallel()
	routes := table(t, "/api/auth", false)
	for _, tt := range []struct{ method, path, want, anyMethod, params string }{
		{"POST", "/sign-out", "sign out", "sign out", ""},
		{"GET", "/sign-out", "", "sign out", ""},
		{"HEAD", "/get-session", "session", "session", ""},
		{"GET", "/reset-password/a%2Fb", "callback", "callback", "token=a%2Fb"},
		{"HEAD", "/reset-password/x", "callback", "callback", "token=x"},
		{"POST", "/reset-password/x", "", "callback", ""},
		{"GET", "/reset-password/", "", "", ""},
		{"GET", "/reset-password/:token", "callback", "callback", "token=:token"},

		{"POST", "/team/a/member/b", "member", "member", "id=b team=a"},
		{"POST", "/team/a/member", "", "", ""},
		{"POST", "/team/a/member/b/c", "", "", ""},
		{"POST", "/Sign-Out", "", "", ""},
		{"POST", "sign-out", "", "", ""},
		{"POST", "", "", "", ""},
		{"POST", strings.Repeat("/x", 1000), "", "", ""},
	} {
		route, params := routes.Find(tt.method, tt.path)
		var said []string
		for name, value := range params {
			said = append(said, name+"="+value)
		}
		slices.Sort(said)
		if to(route) != tt.want || strings.Join(said, " ") != tt.params {
			t.Errorf("%s %q: %q with %q, want %q with %q", tt.method, tt.path, to(route), said, tt.want, tt.params)
		}
		if got := to(routes.Match(tt.path)); got != tt.anyMethod {
			t.Errorf("%q by any method: %q, want %q", tt.path, got, tt.anyMethod)
		}
	}
}

func TestClashes(t *testing.T) {
	t.Parallel()
	routes := table(t, "", false)
	for id, route := range map[string]router.Route[string]{
		"signOut":       {Methods: []string{"POST"}, Path: "/sign-out"},
		"getSession":    {Methods: []string{"PUT", "GET"}, Path: "/get-session"},
		"resetCallback": {Methods: []string{"GET"}, Path: "/reset-password/:other"},
	} {
		if clash := routes.Add(route); clash == nil || clash.ID != id {
			t.Errorf("%s: clashes with %v", id, clash)
		}
	}
	for _, route := range []router.Route[string]{{Methods: []string{"GET"}, Path: "/sign-out"}, {Methods: []string{"POST"}, Path: "/reset-password/:token"}} {
		if clash := routes.Add(route); clash != nil {
			t.Errorf("%s clashes with %s", route.Path, clash.ID)
		}
	}
}

func TestRelative(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		base, path string
		skipSlash  bool
		want       string
		ok         bool
	}{
		{"/api/auth", "/api/auth/ok", false, "/ok", true},
		{"/api/auth", "/api/auth/ok/", false, "/ok/", true},
		{"/api/auth", "/api/auth/ok/", true, "/ok", true},
		{"/api/auth", "/api/auth/ok//", true, "", false},
		{"/api/auth", "/api/auth/", true, "/", true},
		{"/api/auth", "/api/auth", true, "", false},
		{"/api/auth", "/api/authx/ok", false, "", false},
		{"/api/auth", "/other", false, "", false},
		{"/api/auth", "/api/auth//ok", false, "", false},
		{"/api/auth", "/api/auth/a%2Fb", false, "/a%2Fb", true},
		{"", "/ok", false, "/ok", true},
		{"", "/", true, "/", true},
		{"", "//ok", false, "", false},
	} {
		u, err := url.ParseRequestURI("http://host" + tt.path)
		if err != nil {
			t.Fatal(err)
		}
		if path, ok := table(t, tt.base, tt.skipSlash).Relative(u); path != tt.want || ok != tt.ok {
			t.Errorf("%q below %q: %q, %t; want %q, %t", tt.path, tt.base, path, ok, tt.want, tt.ok)
		}
	}
}

func TestDisable(t *testing.T) {
	t.Parallel()
	routes := table(t, "/api/auth", false)
	if routes.Disabled(http.MethodPost, "/sign-out") {
		t.Error("disabled though nothing is")
	}
	for _, path := range []string{"/sign-out/", "/reset-password/:any"} {
		if err := routes.Disable(path); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	for request, want := range map[string]bool{
		"POST /sign-out": true, "POST /sign-out/": true, "DELETE /sign-out": true, "GET /reset-password/x": true, "POST /reset-password/x": true,
		"POST /reset-password": false, "GET /get-session": false, "GET /": false, "GET /nowhere": false,
	} {
		method, path, _ := strings.Cut(request, " ")
		if got := routes.Disabled(method, path); got != want {
			t.Errorf("%s: disabled %t", request, got)
		}
	}
}

func TestHints(t *testing.T) {
	t.Parallel()
	routes := table(t, "/api/auth", false)
	const unknown = "; write the path as the operation has it, below the base path, or remove it"
	for path, hint := range map[string]string{
		"":                        unknown,
		"sign-out":                `; write "/sign-out"`,
		"/api/auth/sign-out":      `; write "/sign-out"`,
		"/signOut":                `; write "/sign-out"`,
		"/SIGN_OUT/":              `; write "/sign-out"`,
		"resetcallback":           `; write "/reset-password/:token"`,
		"/reset-password/abc":     `; write "/reset-password/:token"`,
		"/reset-password/{token}": `; write "/reset-password/:token"`,
		"/sign-*":                 "; name each route, patterns do not count here",
		"/nowhere":                unknown,
	} {
		if got := routes.Hint(path); got != hint {
			t.Errorf("%q: %q, want %q", path, got, hint)
		}
		err := routes.Disable(path)
		if path == "/nowhere" && (err == nil || err.Error() != `"/nowhere" is not the route of any operation, so nothing is disabled`+unknown) {
			t.Errorf("%q: %v", path, err)
		}
	}
}

func TestConfiguredPaths(t *testing.T) {
	t.Parallel()
	routes := table(t, "/api/auth", false)
	for path, want := range map[string]bool{
		"/sign-out": true, "/reset-password/:x": true, "/reset-password/abc": true, "/team/:a/member/:b": true, "/team": false, "/sign": false, "": false,
	} {
		if got := routes.Serves(path); got != want {
			t.Errorf("%q: served %t", path, got)
		}
	}
	for path, want := range map[string]string{
		"/sign-out/": "sign out", "/reset-password": "callback reset", "/reset-password/:x": "callback", "/team": "member", "/team/:x": "member",
		"/sign": "", "/": "", "": "",
	} {
		if got := strings.Join(routes.Below(path), " "); got != want {
			t.Errorf("below %q: %q, want %q", path, got, want)
		}
	}
	for route, want := range map[string]string{"/team/:team/member/:id": "/team/*/member/*", "/sign-out": "/sign-out", "/a:b": "/a:b"} {
		if got := router.Pattern(route); got != want {
			t.Errorf("%s: pattern %s", route, got)
		}
	}
}
