package main

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/better-auth-go/better-auth/database"
)

// The rows that seed.go makes have names that follow from their number, so that a
// measurement can ask for any of them without reading the table first. SQL and Go
// compute the same.
//
// A name has the length and the characters of a random id. It begins with how far the
// row is within its table, as four digits to the base of 62: the rows that operations
// add, whose ids are random, are then spread over the whole index. And rows come in the order
// of their names, so that an index is filled from one end, which is what makes it fast.

const (
	digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	// places is 62 to the fourth.
	places = 62 * 62 * 62 * 62
)

// Kinds of names, which differ in one character.
const (
	userID       = "u"
	sessionID    = "s"
	sessionToken = "t"
	accountID    = "a"
	passkeyID    = "p"
	credentialID = "c"
	verification = "v"
)

// lengths of names by kind; others have the 32 characters of ids. A credential id is 16
// bytes in base64, whose last character ends in four zero bits.
func length(kind string) int {
	if kind == credentialID {
		return 21
	}
	return 32
}

// name is the name of row i of n.
func name(kind string, i, n int64) string {
	at := i * places / n
	var b strings.Builder
	for _, power := range powers {
		b.WriteByte(digits[at/power%62])
	}
	fmt.Fprintf(&b, "%s%0*d", kind, length(kind)-len(powers)-len(kind), i)
	if kind == credentialID {
		b.WriteByte('A')
	}
	return b.String()
}

var powers = []int64{62 * 62 * 62, 62 * 62, 62, 1}

// nameSQL is name as an expression of SQL, where i is one.
func nameSQL(engine database.Engine, kind, i string, n int64) string {
	var b strings.Builder
	for _, power := range powers {
		fmt.Fprintf(&b, "substr('%s', cast((%s) * %d / %d / %d %% 62 + 1 as integer), 1) || ", digits, i, places, n, power)
	}
	fmt.Fprintf(&b, "'%s' || %s", kind, paddedSQL(engine, i, length(kind)-len(powers)-len(kind)))
	if kind == credentialID {
		b.WriteString(" || 'A'")
	}
	return b.String()
}

// paddedSQL writes a number with zeros before it.
func paddedSQL(engine database.Engine, i string, width int) string {
	if engine == database.SQLite {
		return fmt.Sprintf("printf('%%0%dd', %s)", width, i)
	}
	return fmt.Sprintf("lpad((%s)::text, %d, '0')", i, width)
}

// email is the address of user i, and emailSQL the same in SQL.
func email(i int64) string { return fmt.Sprintf("person%09d@example.com", i) }

func emailSQL(engine database.Engine, i string) string {
	return "'person' || " + paddedSQL(engine, i, 9) + " || '@example.com'"
}

// rawCredentialID is the id of passkey i of n as an authenticator has it.
func rawCredentialID(i, n int64) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(name(credentialID, i, n))
}
