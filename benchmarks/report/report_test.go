package report_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/benchmarks/report"
)

var judged = []report.Aim{
	{Figure: "fast", Work: "get-session", Measure: "beside bare", Bound: 0.85},
	{Figure: "slow", Work: "options", Measure: "beside bare", Bound: 25},
	{Figure: "few", Work: "options", Measure: "allocations", Bound: 40, AtMost: true, Unit: report.Count},
	{Figure: "long", Work: "a route", Measure: "over the bare route", Bound: 15, AtMost: true, Unit: report.Micros},
	{Figure: "unknown", Work: "nothing", Measure: "ever", Bound: 1},
}

var measured = report.Figures{
	"fast": {Low: 0.8, Median: 0.9, High: 0.95},
	"slow": {Low: 11, Median: 12.4, High: 13},
	"few":  report.Exactly(40),
	"long": {Low: 15.2, Median: 16.25, High: 20},
}

func TestJudge(t *testing.T) {
	t.Parallel()
	var words []string
	for _, v := range report.Judge(judged, measured) {
		words = append(words, v.Word())
	}
	if want := []string{"met", "**missed**", "met", "**missed**", "left out"}; !slices.Equal(words, want) {
		t.Errorf("%q, want %q", words, want)
	}
	if names := report.Unmeasured(judged, measured); !slices.Equal(names, []string{"unknown"}) {
		t.Errorf("unmeasured %q", names)
	}
	// What rounds to the bound does not reach it.
	for figure, want := range map[float64]bool{0.849: false, 0.85: true, 0.851: true} {
		v := report.Verdict{Aim: judged[0], Spread: report.Exactly(figure), Known: true}
		if v.Met() != want {
			t.Errorf("%v meets at least 0.85: %v", figure, v.Met())
		}
	}
	over := report.Judge(judged, measured)
	if got := over[2].OverAim(80); got != 0.5 {
		t.Errorf("twice what is allowed at most is %v of the aim", got)
	}
	if got := over[1].OverAim(50); got != 2 {
		t.Errorf("twice what is wanted at least is %v of the aim", got)
	}
}

func TestAimsTable(t *testing.T) {
	t.Parallel()
	got := report.Table(report.AimsTable(report.Judge(judged, measured)), 3)
	want := `| work        | measured as         | aim             |  figure (quartiles) |    verdict |
| ----------- | ------------------- | --------------- | ------------------: | ---------: |
| get-session | beside bare         | at least 0.85 × |  0.90 × (0.80–0.95) |        met |
| options     | beside bare         | at least 25 ×   |        12 × (11–13) | **missed** |
| options     | allocations         | at most 40      |                  40 |        met |
| a route     | over the bare route | at most 15.0 µs | 16.2 µs (15.2–20.0) | **missed** |
| nothing     | ever                | at least 1.00 × |                     |   left out |
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestSpread(t *testing.T) {
	t.Parallel()
	if got := report.SpreadOf([]float64{5, 1, 3, 2, 4}); got != (report.Spread{Low: 2, Median: 3, High: 4}) {
		t.Errorf("%v", got)
	}
	// Rounds are compared with the one beside them, so a slow stretch counts for neither.
	got := report.Pairs([]float64{10, 100, 10}, []float64{20, 200, 20}, func(a, b float64) float64 { return b / a })
	if got != report.Exactly(2) {
		t.Errorf("%v", got)
	}
}

func TestFill(t *testing.T) {
	t.Parallel()
	page := "# Page\n\nby hand\n\n<!-- measured: aims -->\n\nold figures\n\n<!-- end of aims -->\n\nalso by hand\n"
	want := strings.Replace(page, "old figures", "new figures", 1)
	got, err := report.Fill(page, map[string]string{"aims": "new figures\n"})
	if err != nil || got != want {
		t.Errorf("%v\n%s", err, got)
	}
	if again, err := report.Fill(got, map[string]string{"aims": "new figures\n"}); err != nil || again != got {
		t.Errorf("filled twice: %v\n%s", err, again)
	}
	for name, sections := range map[string]map[string]string{
		"a section without markers": {"aims": "", "other": ""},
		"markers without a section": {},
	} {
		if got, err := report.Fill(page, sections); err == nil {
			t.Errorf("%s: no error, and %s", name, got)
		}
	}
}

// The page has a place for everything that is measured, and no other.
func TestPageHasPlaces(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/performance.md")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"machine", "aims", "in process", "over HTTP", "start and memory", "profiles"}
	if got := report.Sections(string(page)); !slices.Equal(got, want) {
		t.Errorf("docs/performance.md has the sections %q, want %q", got, want)
	}
}

func TestPlot(t *testing.T) {
	t.Parallel()
	verdicts := report.Judge(judged, measured)
	svg, err := report.Plot(verdicts)
	if err != nil {
		t.Fatal(err)
	}
	for decoder := xml.NewDecoder(bytes.NewReader(svg)); ; {
		_, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
	}
	for _, want := range []string{"get-session, beside bare: 0.90 ×", "a route, over the bare route: 16.2 µs"} {
		if !bytes.Contains(svg, []byte(want)) {
			t.Errorf("the plot does not say %q", want)
		}
	}
	if bytes.Contains(svg, []byte("nothing, ever")) {
		t.Error("the plot has a bar for what was left out")
	}
	again, err := report.Plot(verdicts)
	if err != nil || !bytes.Equal(svg, again) {
		t.Errorf("the same figures draw another plot, %v", err)
	}
	if _, err := report.Plot(nil); err == nil {
		t.Error("nothing is plotted")
	}
}
