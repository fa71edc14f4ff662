package databasetest

import (
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json/jsontext"
)

// sample has a column of every type, each both required and nullable.
type sample struct {
	Text     string            `db:"text"`
	TextN    *string           `db:"textN"`
	Key      string            `db:"key,unique"`
	Number   int64             `db:"number"`
	NumberN  *int64            `db:"numberN"`
	Big      int64             `db:"big,bigint"`
	BigN     *int64            `db:"bigN,bigint"`
	Flag     bool              `db:"flag"`
	FlagN    *bool             `db:"flagN"`
	Date     time.Time         `db:"date"`
	DateN    *time.Time        `db:"dateN"`
	JSON     jsontext.Value    `db:"json"`
	Map      map[string]string `db:"map"`
	Strings  []string          `db:"strings"`
	Numbers  []float64         `db:"numbers"`
	Created  time.Time         `db:"created,now"`
	Touched  time.Time         `db:"touched,touch"`
	ParentID *string           `db:"parentId,references=sample,index"`
	ID       string            `db:"id"`
	Extra    database.Extra
}

func ptr[T any](v T) *T { return &v }

func full() *sample {
	at := time.Date(2026, 11, 23, 9, 9, 36, 560_999_999, time.FixedZone("", 3600))
	row := &sample{
		Text: "naïve \"quoted\" '; drop table -- \u2028 \U0001F600", TextN: ptr(""), Key: "key",
		Number: -1 << 31, NumberN: ptr(int64(1<<31 - 1)), Big: 1<<63 - 1, BigN: ptr(int64(-1 << 63)),
		Flag: true, FlagN: ptr(false), Date: at, DateN: &at,
		JSON: jsontext.Value(`{"b":[1,null,"x"],"a":1.5}`), Map: map[string]string{"k": "v"},
		Strings: []string{"", "a,b"}, Numbers: []float64{0, -1.5, 1e300},
	}
	row.Extra.SetValue("addedText", "text")
	row.Extra.SetValue("addedFlag", false)
	row.Extra.SetValue("addedDate", at)
	row.Extra.SetValue("addedJSON", jsontext.Value(`[1]`))
	row.Extra.SetValue("addedStrings", []string{"x"})
	row.Extra.SetValue("addedNumbers", []float64{1})
	return row
}
