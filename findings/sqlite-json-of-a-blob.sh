#!/usr/bin/env bash
# SQLite: json_array() of a blob neither refuses it nor writes its bytes, if they happen to be JSON in SQLite's own binary form: ordinary ASCII can lose a letter.
#
# A column without a strict type may hold a blob where other rows have text, as another program left it. Concatenating or casting such a value keeps its
# bytes, and of the JSON functions the documentation said for years that they refuse blobs. Since the binary form JSONB exists, a blob is taken for JSONB where its first bytes
# allow it: the first byte is a type and a length, so the eight bytes of "williams" are a text of seven letters, and a single zero byte is null. Other blobs are still
# an error ("malformed JSON"), so that a test with one or two blobs shows a refusal.
#
# So whoever turns rows into JSON inside SQLite looks at the type of each value first: blobs sort after everything else, value >= x'' is true for them alone.
#
# Seen with modernc.org/sqlite v1.62.0. What the functions do with blobs is in https://www.sqlite.org/json1.html; wrappers of SQLite still say that json_array() takes none.
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOWORK=off GOFLAGS=-mod=mod
printf 'module example.com/blobs\n\ngo 1.26\n' >go.mod
cat >main.go <<'GO'
package main

import (
	"database/sql"
	"fmt"

	_ "modernc.org/sqlite"
)

func main() {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		panic(err)
	}
	for _, value := range []string{"'williams'", "cast('williams' as blob)", "x'00'", "cast('plain' as blob)"} {
		var out string
		if err := db.QueryRow("select json_array(" + value + ")").Scan(&out); err != nil {
			out = "an error"
		}
		fmt.Printf("%s: %s\n", value, out)
	}
}
GO
go get modernc.org/sqlite@v1.62.0 >get.log 2>&1 || { cat get.log; exit 1; }
go run . | tee got
cat >want <<'TEXT'
'williams': ["williams"]
cast('williams' as blob): ["illiams"]
x'00': [null]
cast('plain' as blob): an error
TEXT
diff want got
