// Command serve is one of the servers that benchmarks compare, in a process of
// its own:
//
//	serve KIND DATABASE CACHE
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/better-auth-go/better-auth/benchmarks/subject"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "serve KIND DATABASE CACHE; the names of kinds are in package subject")
		os.Exit(2)
	}
	if err := subject.Serve(context.Background(), os.Args[1], os.Args[2], os.Args[3], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "serve:", err)
		os.Exit(1)
	}
}
