package main

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// target is a package whose code is changed.
type target struct {
	// Package is its folder, relative to the project's root.
	Package string
	// Files are the files to change; none means all of the package.
	Files []string
}

// targets are the mechanisms, and the files that decide who gets in.
var targets = []target{
	{Package: "internal/baseurl"},
	{Package: "internal/checkpoint"},
	{Package: "internal/clientip"},
	{Package: "internal/cookie"},
	{Package: "internal/cookiecache"},
	{Package: "internal/cors"},
	{Package: "internal/forwarded"},
	{Package: "internal/glob"},
	{Package: "internal/input"},
	{Package: "internal/mailqueue"},
	{Package: "internal/origin"},
	{Package: "internal/panics"},
	{Package: "internal/password"},
	{Package: "internal/ratelimit"},
	{Package: "internal/router"},
	{Package: "internal/secret"},
	{Package: "internal/toposort"},
	{Package: "internal/weburl"},
	{Package: "betterauth", Files: []string{
		"sessiongate.go", "signin.go", "commit.go", "require.go", "validateuser.go", "ending.go", "changeaccess.go",
		"session.go", "sessioncache.go", "sessioncachecolumns.go", "sessioncookies.go", "sessionlist.go", "sessionrenew.go", "sessionsource.go", "sessionstateless.go", "sessionupdate.go",
		"cookies.go", "cookiesread.go", "checkcookies.go", "need.go", "origins.go", "failures.go",
	}},
	{Package: "betterauth/access"},
	{Package: "plugins/passkey", Files: []string{
		"attestation.go", "authenticate.go", "challenge.go", "conditional.go", "enroll.go", "key.go", "manage.go", "metadata.go", "native.go", "options.go",
		"origins.go", "policy.go", "recent.go", "register.go", "relyingparty.go", "revoke.go", "signup.go", "stepup.go", "strict.go", "unverified.go", "wellknown.go",
	}},
}

// has reports whether a file, by its path from the root, is one to change.
func (t target) has(file string) bool {
	folder, name := path.Split(file)
	return folder == t.Package+"/" && (len(t.Files) == 0 || slices.Contains(t.Files, name))
}

// choose returns the targets that the arguments name, packages or files, or all.
// A package that is not among them is changed whole.
func choose(args []string) ([]target, error) {
	if len(args) == 0 {
		return targets, nil
	}
	var out []target
	for _, arg := range args {
		name := strings.TrimSuffix(strings.TrimPrefix(arg, "./"), "/")
		if name == "" || strings.Contains(name, "...") || strings.HasPrefix(name, "/") {
			return nil, fmt.Errorf("%q is not a package's folder, such as internal/cookie", arg)
		}
		if strings.HasSuffix(name, ".go") {
			out = append(out, target{Package: path.Dir(name), Files: []string{path.Base(name)}})
			continue
		}
		if i := slices.IndexFunc(targets, func(t target) bool { return t.Package == name }); i >= 0 {
			out = append(out, targets[i])
		} else {
			out = append(out, target{Package: name})
		}
	}
	return out, nil
}
