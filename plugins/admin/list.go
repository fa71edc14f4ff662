package admin

import (
	"context"
	"math"
	"strconv"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxFilterValues is how many values a filter compares with: engines limit how
	// many values a statement binds.
	maxFilterValues = 1000
	// maxSearch is how long a text to look for is, in bytes: engines limit
	// patterns, and try a long one at each character of each row.
	maxSearch = 1024
)

// pageSize is how many users are listed where the caller does not say.
const pageSize = 100

// ListInput is the input of listUsers. Fields are columns of the user that clients see.
// The search reads the address unless SearchField is "name"; the filter reads the address
// unless FilterField names another column.
type ListInput struct {
	SearchValue    *string  `query:"searchValue"`
	SearchField    *string  `query:"searchField" check:"enum=email|name"`
	SearchOperator *string  `query:"searchOperator" check:"enum=contains|starts_with|ends_with"`
	Limit          *string  `query:"limit"`
	Offset         *string  `query:"offset"`
	SortBy         *string  `query:"sortBy"`
	SortDirection  *string  `query:"sortDirection" check:"enum=asc|desc"`
	FilterField    *string  `query:"filterField"`
	FilterValue    []string `query:"filterValue"`
	FilterOperator *string  `query:"filterOperator" check:"enum=eq|ne|lt|lte|gt|gte|in|not_in|contains|starts_with|ends_with"`
}

// ListAnswer is the answer of listUsers. Total is the number of all users that match;
// Limit and Offset are those of the request.
type ListAnswer struct {
	Users  []*betterauth.User `json:"users"`
	Total  int                `json:"total"`
	Limit  int                `json:"limit,omitzero"`
	Offset int                `json:"offset,omitzero"`
}

func (a *Admin) listUsers(c *betterauth.Ctx, in ListInput) (answer ListAnswer, err error) {
	if err := a.demand(c, toList); err != nil {
		return ListAnswer{}, err
	}
	if answer.Limit, err = count("limit", in.Limit); err != nil {
		return ListAnswer{}, err
	}
	if answer.Offset, err = count("offset", in.Offset); err != nil {
		return ListAnswer{}, err
	}
	q := database.Query{Limit: answer.Limit, Offset: answer.Offset}
	if q.Where, err = a.conditions(in); err != nil {
		return ListAnswer{}, err
	}
	if q.Order, err = a.order(in); err != nil {
		return ListAnswer{}, err
	}
	answer.Users, answer.Total, err = a.List(c, q)
	return answer, err
}

// List returns the users of a query, 100 unless it has a limit, and how many match in
// all. Without an order the oldest come first.
func (a *Admin) List(ctx context.Context, q database.Query) (users []*betterauth.User, total int, err error) {
	if q.Limit == 0 {
		q.Limit = pageSize
	}
	if len(q.Order) == 0 {
		q.Order = []database.Order{{Column: "createdAt"}, {Column: "id"}}
	}
	if users, err = a.users.List(ctx, q); err != nil {
		return nil, 0, err
	}
	// A page that is not full is the last one, and says how many there are: a search that
	// finds few need not be made twice.
	if len(users) < q.Limit && (len(users) > 0 || q.Offset == 0) {
		return users, q.Offset + len(users), nil
	}
	total, err = a.users.Count(ctx, q.Where...)
	return users, total, err
}

func textOr(value *string, otherwise string) string {
	if value == nil || *value == "" {
		return otherwise
	}
	return *value
}

// count reads a limit or an offset. What is no number means nothing, as in the
// reference; a number that is none of rows is refused.
func count(name string, given *string) (int, error) {
	n, err := strconv.ParseFloat(strings.TrimSpace(textOr(given, "0")), 64)
	switch {
	case err != nil || math.IsNaN(n):
		return 0, nil
	case n < 0:
		return 0, betterauth.ErrValidation.Messagef("[query.%s] Too small: expected number to be >=0", name)
	case n != math.Trunc(n) || n > math.MaxInt32:
		return 0, betterauth.ErrValidation.Messagef("[query.%s] Invalid input: expected int, received number", name)
	}
	return int(n), nil
}

// column finds a column that clients see and that rows can be compared by. Only
// such a name reaches a statement, and never as the client wrote it.
func (a *Admin) column(parameter, name string) (database.Column, error) {
	if name == "_id" {
		name = "id" // as clients say that have known the users in MongoDB
	}
	for _, column := range a.columns {
		if column.Name != name || column.Hidden {
			continue
		}
		switch column.Type {
		case database.JSON, database.Strings, database.Numbers:
		default:
			return column, nil
		}
	}
	return database.Column{}, betterauth.ErrValidation.Messagef("[query.%s] Invalid input", parameter)
}

func (a *Admin) order(in ListInput) ([]database.Order, error) {
	by := textOr(in.SortBy, "")
	if by == "" {
		return nil, nil
	}
	column, err := a.column("sortBy", by)
	if err != nil {
		return nil, err
	}
	// The id keeps pages apart where the column is the same for many.
	return []database.Order{{Column: column.Name, Desc: textOr(in.SortDirection, "asc") == "desc"}, {Column: "id"}}, nil
}

func (a *Admin) conditions(in ListInput) (where []database.Cond, err error) {
	if text := textOr(in.SearchValue, ""); text != "" {
		if len(text) > maxSearch {
			return nil, tooLong("searchValue")
		}
		field := textOr(in.SearchField, "email")
		where = append(where, like(textOr(in.SearchOperator, "contains"), field, text))
	}
	if in.FilterValue == nil {
		return where, nil
	}
	column, err := a.column("filterField", textOr(in.FilterField, "email"))
	if err != nil {
		return nil, err
	}
	cond, err := filter(column, textOr(in.FilterOperator, "eq"), in.FilterValue)
	return append(where, cond), err
}

func tooLong(parameter string) error {
	return betterauth.ErrValidation.Messagef("[query.%s] Too big: expected string to have <=%d bytes", parameter, maxSearch)
}

func like(operator, column, text string) database.Cond {
	switch operator {
	case "starts_with":
		return database.StartsWithFold(column, text)
	case "ends_with":
		return database.EndsWithFold(column, text)
	}
	return database.ContainsFold(column, text)
}

var comparisons = map[string]func(column string, value any) database.Cond{
	"eq": database.Eq, "ne": database.Ne, "lt": database.Lt, "lte": database.Lte, "gt": database.Gt, "gte": database.Gte,
}

// filter compares a column with values that came as text. An operator that the
// column has no order or no text for is refused.
func filter(column database.Column, operator string, texts []string) (database.Cond, error) {
	if len(texts) > maxFilterValues {
		return database.Cond{}, betterauth.ErrValidation.Messagef("[query.filterValue] Too big: expected array to have <=%d items", maxFilterValues)
	}
	wrongOperator := betterauth.ErrValidation.Messagef("[query.filterOperator] Invalid input")
	values := make([]any, len(texts))
	for i, text := range texts {
		value, ok := valueOf(column, text)
		if !ok {
			return database.Cond{}, betterauth.ErrValidation.Messagef("[query.filterValue] %q is not a valid %s", text, column.Type)
		}
		values[i] = value
	}
	switch operator {
	case "in":
		return database.In(column.Name, values...), nil
	case "not_in":
		return database.NotIn(column.Name, values...), nil
	}
	if len(values) != 1 {
		return database.Cond{}, betterauth.ErrValidation.Messagef("[query.filterValue] Invalid input: expected string, received array")
	}
	compare, ok := comparisons[operator]
	switch {
	case !ok:
		// An id may be stored as something else than text.
		if column.Type != database.String || column.Name == "id" || column.References != nil {
			return database.Cond{}, wrongOperator
		}
		if len(texts[0]) > maxSearch {
			return database.Cond{}, tooLong("filterValue")
		}
		return like(operator, column.Name, texts[0]), nil
	case column.Type == database.Boolean && operator != "eq" && operator != "ne":
		return database.Cond{}, wrongOperator
	}
	return compare(column.Name, values[0]), nil
}

// valueOf reads text as a value of the column.
func valueOf(column database.Column, text string) (value any, ok bool) {
	raw := jsontext.Value(text)
	if column.Type == database.String || column.Type == database.Date {
		quoted, err := jsontext.AppendQuote(nil, text)
		if err != nil {
			return nil, false
		}
		raw = quoted
	}
	if !raw.IsValid() {
		return nil, false
	}
	value, err := column.Parse(raw)
	return value, err == nil && value != nil
}
