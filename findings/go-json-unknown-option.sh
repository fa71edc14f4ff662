#!/usr/bin/env bash
# go-json-experiment/json: the tag option "unknown" is silently no option any more, so that a field made to collect unknown members becomes a member of its own name.
#
# Until 2025 `json:",unknown"` on a jsontext.Value or a map made that field collect every member that no other field names. Code that must refuse members
# it does not know, or that are spelt in other letters, looked into that field. Since v1.27 the option is called "embed". One expects the old name to be an
# error, as other wrong tags are, or at least a compile-time or vet message. Instead it is ignored: the program compiles, Unmarshal returns nil, unknown
# members vanish, and the field is now an ordinary member that the sender can set by the Go name of the field.
#
# So a check for unknown members needs a test that sends one, which an update of the library then fails.
#
# Seen with github.com/go-json-experiment/json v0.0.0-20250725192818-e39067aee2d2 (collects) and v1.27.2 (does not), Go 1.26.8. The package documentation of v1.27.2 lists "embed"
# and says nothing of options that it does not know.
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOWORK=off GOFLAGS=-mod=mod
printf 'module example.com/unknown\n\ngo 1.26\n' >go.mod
cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

func main() {
	var in struct {
		ID     string         `json:"id"`
		Others jsontext.Value `json:",unknown"`
	}
	err := json.Unmarshal([]byte(`{"id":"a","ID":"b","Others":7}`), &in)
	fmt.Printf("%s, error %v\n", in.Others, err)
}
GO

changed=0
expect() { # VERSION OUTPUT
	go get "github.com/go-json-experiment/json@$1" >get.log 2>&1 || { cat get.log; exit 1; }
	got=$(go run .)
	printf '%s: %s\n' "$1" "$got"
	[ "$got" = "$2" ] || { printf '  expected: %s\n' "$2"; changed=1; }
}
expect v0.0.0-20250725192818-e39067aee2d2 '{"ID":"b","Others":7}, error <nil>'
expect v1.27.2 '7, error <nil>'
exit $changed
