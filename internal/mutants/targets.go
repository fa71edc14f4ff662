package main

import (
	"fmt"
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
	{Package: "internal/checkpoint"},
	{Package: "internal/clientip"},
	{Package: "internal/cookie"},
	{Package: "internal/forwarded"},
	{Package: "internal/glob"},
	{Package: "internal/input"},
	{Package: "internal/origin"},
	{Package: "internal/password"},
	{Package: "internal/ratelimit"},
	{Package: "internal/secret"},
	{Package: "betterauth", Files: []string{
		"gate.go", "signin.go", "session.go", "sessionissue.go", "sessionsource.go", "sessioncache.go",
		"cookies.go", "cookiesread.go", "require.go", "reauthenticate.go", "origins.go", "failures.go", "ending.go",
	}},
	{Package: "plugins/passkey", Files: []string{
		"authenticate.go", "challenge.go", "enroll.go", "key.go", "native.go", "origins.go", "policy.go", "register.go", "relyingparty.go", "strict.go",
	}},
}

// choose returns the targets that the arguments name, or all. A package that
// is not among them is changed whole.
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
		if i := slices.IndexFunc(targets, func(t target) bool { return t.Package == name }); i >= 0 {
			out = append(out, targets[i])
		} else {
			out = append(out, target{Package: name})
		}
	}
	return out, nil
}
