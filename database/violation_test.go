package database_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/better-auth-go/better-auth/database"
)

func TestUniqueViolation(t *testing.T) {
	t.Parallel()
	refused := fmt.Errorf("signing up: %w", &database.UniqueError{Table: "user", Columns: []string{"tenant", "email"}})
	for _, tt := range []struct {
		err           error
		table, column string
		want          bool
	}{
		{refused, "user", "email", true}, {refused, "user", "tenant", true}, {refused, "user", "name", false}, {refused, "invitation", "email", false},
		{&database.UniqueError{Table: "user"}, "user", "email", false}, {database.ErrUnique, "user", "email", false}, {errors.New("email"), "user", "email", false}, {nil, "user", "email", false},
	} {
		if got := database.UniqueViolation(tt.err, tt.table, tt.column); got != tt.want {
			t.Errorf("%v of %s.%s: %t", tt.err, tt.table, tt.column, got)
		}
	}
}
