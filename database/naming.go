package database

import (
	"strings"
	"unicode"
)

// Naming decides the physical names of tables and columns. The zero value uses the names
// of Better Auth (TypeScript).
type Naming struct {
	// Schema is the PostgreSQL schema that holds all tables. Default "": the first schema
	// of the connection's search_path that exists. Every statement names the schema, so
	// the search_path then does not matter. A migration creates it if it is missing.
	// Names that PostgreSQL reserves (pg_…, information_schema) are refused. On SQLite
	// every name is refused, since it has no schemas: an attached database belongs to one
	// connection of a pool.
	Schema string
	Style  NamingStyle
	// Tables maps a logical table to its physical name and takes precedence over Style.
	Tables map[string]string
	// Columns maps a logical table and logical column to the physical column and takes
	// precedence over Style.
	Columns map[string]map[string]string
}

// NamingStyle is a rule for physical names.
type NamingStyle int

const (
	// BetterAuth keeps logical names as they are: user.emailVerified.
	BetterAuth NamingStyle = iota
	// SnakePlural makes snake_case names and plural tables:
	// users.email_verified.
	SnakePlural
)

func (n Naming) table(t Table) string {
	if name, ok := n.Tables[t.Name]; ok {
		return name
	}
	if t.ModelName != "" {
		return t.ModelName
	}
	if n.Style == SnakePlural {
		return plural(snake(t.Name))
	}
	return t.Name
}

func (n Naming) column(table string, c Column) string {
	if name, ok := n.Columns[table][c.Name]; ok {
		return name
	}
	if c.FieldName != "" {
		return c.FieldName
	}
	if n.Style == SnakePlural {
		return snake(c.Name)
	}
	return c.Name
}

// snake turns camelCase into snake_case; a run of capitals is one word, so that
// credentialID becomes credential_id and userIDToken user_id_token.
func snake(name string) string {
	runes := []rune(name)
	var b strings.Builder
	for i, r := range runes {
		if unicode.IsUpper(r) && i > 0 && runes[i-1] != '_' {
			nextLower := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if !unicode.IsUpper(runes[i-1]) || nextLower {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// plural follows the regular rules of English; a name that ends in a single s
// counts as plural already, which is right for jwks.
func plural(name string) string {
	switch {
	case name == "":
		return name
	case strings.HasSuffix(name, "ss"), strings.HasSuffix(name, "x"), strings.HasSuffix(name, "z"),
		strings.HasSuffix(name, "ch"), strings.HasSuffix(name, "sh"):
		return name + "es"
	case strings.HasSuffix(name, "s"):
		return name
	case strings.HasSuffix(name, "y") && len(name) > 1 && !strings.ContainsRune("aeiou", rune(name[len(name)-2])):
		return name[:len(name)-1] + "ies"
	}
	return name + "s"
}
